internal import Configuration

/// A `[[fault]]` of a scenario.
///
///     [[fault]]
///     kind = "go_away"   # what happens
///     time_left_s = 2
///     in = "reply"       # when: the occasion, and the conditions below
///     at_s = 0.5
///     after_turns = 1
///     connection = 1
///     times = 1
enum FaultReader {
    private enum Kind: String, CaseIterable {
        case goAway = "go_away"
        case close
        case reset
        case drop
        case halfOpen = "half_open"
        case stall
        case latePong = "late_pong"
        case stopReading = "stop_reading"
        case garbage
        case raw
        case phantomInterrupt = "phantom_interrupt"
        case prematureTurnComplete = "premature_turn_complete"
        case duplicateTurn = "duplicate_turn"
        case zeroAudioTurn = "zero_audio_turn"
        case audioAfterCall = "audio_after_call"
        case staleAudio = "stale_audio"
        case residualInterrupt = "residual_interrupt"
        case cancelCalls = "cancel_calls"
        case expireHandles = "expire_handles"
        case refuseResumption = "refuse_resumption"
        case emptyFrame = "empty_frame"
    }

    /// The most times that a fault may happen.
    private static let timesLimit = 1_000_000

    static func read(
        _ table: TOMLTable, at position: Position
    ) -> (TimedFault?, [Diagnostic]) {
        var reader = TableReader(table, name: "a fault", path: "fault.", position: position)
        guard let kind = reader.choice("kind", Kind.self) else {
            if reader.diagnostics.isEmpty { reader.miss("a 'kind'") }
            return (nil, reader.diagnostics)
        }
        var timed = fault(kind, &reader).map { TimedFault($0) }
        let delay = reader.seconds("at_s")
        let turns = reader.whole("after_turns", 0...Self.timesLimit)
        let occasion = reader.choice("in", TimedFault.Occasion.self)
        let connection = reader.whole("connection", 1...Self.timesLimit)
        let times = reader.whole("times", 1...Self.timesLimit)
        timed?.delay = delay ?? .zero
        timed?.afterTurns = turns ?? 0
        timed?.occasion = occasion
        timed?.connection = connection
        timed?.times = times ?? 1
        return (timed, reader.finish())
    }

    private static func fault(_ kind: Kind, _ reader: inout TableReader) -> Fault? {
        switch kind {
        case .goAway: return .goAway(timeLeft: reader.seconds("time_left_s") ?? .seconds(50))
        case .close: return close(&reader)
        case .reset: return .reset
        case .drop: return .drop
        case .halfOpen: return .halfOpen(held: reader.seconds("held_s") ?? .zero)
        case .stall: return lasting(&reader).map { .stall($0) }
        case .latePong: return lasting(&reader).map { .delayPongs($0) }
        case .stopReading: return lasting(&reader).map { .stopReading($0) }
        case .garbage:
            guard let garbage = reader.choice("garbage", Garbage.self) else {
                if reader.diagnostics.isEmpty { reader.miss("to say which 'garbage'") }
                return nil
            }
            return .garbage(garbage)
        case .raw:
            guard let text = reader.text("text") else {
                if reader.diagnostics.isEmpty { reader.miss("a 'text'") }
                return nil
            }
            return .raw(text)
        case .phantomInterrupt:
            return .phantomInterruption(silencing: reader.flag("silencing") ?? false)
        case .prematureTurnComplete: return .prematureTurnComplete
        case .duplicateTurn: return .repeatedTurn
        case .zeroAudioTurn: return .soundlessTurn
        case .audioAfterCall: return .soundAfterCall
        case .staleAudio: return .staleSound
        case .residualInterrupt: return .residualInterruption
        case .cancelCalls: return .cancelCalls
        case .expireHandles: return .expireHandles
        case .refuseResumption:
            return .refuseResumption(reader.choice("refusal", HandleRefusal.self) ?? .notFound)
        case .emptyFrame: return .emptyFrame
        }
    }

    private static func lasting(_ reader: inout TableReader) -> Duration? {
        if let length = reader.seconds("for_s") { return length }
        if reader.diagnostics.isEmpty { reader.miss("a length, 'for_s'") }
        return nil
    }

    /// Reads a close by its name, or by its code and text.
    private static func close(_ reader: inout TableReader) -> Fault? {
        let known = reader.choice("close", KnownClose.self)
        let code = reader.whole("code", 1000...4999)
        let reason = reader.text("reason")
        if let known {
            return .close(
                code: code.map { UInt16($0) } ?? known.code, reason: reason ?? known.reason)
        }
        guard let code else {
            if reader.diagnostics.isEmpty { reader.miss("a 'close' or a 'code'") }
            return nil
        }
        return .close(code: UInt16(code), reason: reason ?? "")
    }
}
