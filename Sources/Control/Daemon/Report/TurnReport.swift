package import Assistant
internal import Linux
internal import VoiceSession

/// A turn, as its user felt it.
package struct TurnReport: Sendable, Equatable {
    /// A function that the model called in it.
    package struct Tool: Sendable, Equatable {
        package var name: String
        /// From its call to its answer (milliseconds).
        package var took: Double
        package var failed: Bool
    }

    /// Turns count from 1.
    package let number: Int
    package let opener: TurnOpener
    /// When it was opened (CLOCK_MONOTONIC).
    package let openedAt: Int64
    /// How it was closed; nil while it is open.
    package var outcome: TurnOutcome?
    /// From its opening to its last word (milliseconds).
    package var spoken: Double = 0
    /// From its last word to the first sound of the answer (milliseconds); nil: none yet.
    package var firstSound: Double?
    /// In the order in which they answered, the first `toolsLimit` of them.
    package var tools: [Tool] = []
    /// Calls beyond those.
    package var moreTools = 0
    /// What ended the answer before its time.
    package var interruption: InterruptionCause?
    /// The tokens that the service counted for it.
    package var tokens: Int64 = 0

    /// Bounds the record of a model that calls tools without end.
    package static let toolsLimit = 16

    mutating func add(_ tool: Tool) {
        if tools.count < Self.toolsLimit { tools.append(tool) } else { moreTools += 1 }
    }
}

extension TurnReport {
    /// The turn in one line, for the journal.
    var line: String {
        var parts = [Self.words(opener)]
        switch outcome {
        case .empty: parts.append("nothing was said")
        case .sent, nil: parts.append("\(Self.seconds(spoken)) s")
        case .abandoned: parts += ["\(Self.seconds(spoken)) s", "given up"]
        }
        parts += tools.map { $0.failed ? "\($0.name) failed" : $0.name }
        if moreTools > 0 { parts.append("\(moreTools) more calls") }
        if let firstSound {
            parts.append("answer after \(Self.seconds(firstSound)) s")
        } else if outcome == .sent {
            parts.append("no answer")
        }
        if let interruption { parts.append("interrupted by \(interruption)") }
        if tokens > 0 { parts.append("\(tokens) tokens") }
        return "turn \(number): \(parts.joined(separator: ", "))"
    }

    /// The same for programs that read the journal; times in whole milliseconds.
    var fields: [JournalField] {
        var all = [
            JournalField(Log.turnField, "\(number)"),
            JournalField("TURN_OPENER", Self.words(opener)),
            JournalField("TURN_SPOKEN_MS", Self.milliseconds(spoken)),
            JournalField("TURN_TOKENS", "\(tokens)"),
        ]
        if let firstSound {
            all.append(JournalField("TURN_ANSWER_MS", Self.milliseconds(firstSound)))
        }
        // The journal takes a field more than once, and each is found.
        all += tools.map { JournalField($0.failed ? "TURN_TOOL_FAILED" : "TURN_TOOL", $0.name) }
        return all
    }

    /// At most about a day, so that any number fits.
    private static func milliseconds(_ number: Double) -> String {
        "\(Int(min(max(0, number), 99_999_999)))"
    }

    private static func words(_ opener: TurnOpener) -> String {
        switch opener {
        case .button: "button"
        case .voice: "voice"
        case .request: "message"
        }
    }

    /// Milliseconds as seconds with one decimal, 0 to 999.9.
    private static func seconds(_ milliseconds: Double) -> String {
        let tenths = Int(min(max(0, milliseconds), 999_900) / 100 + 0.5)
        return "\(tenths / 10).\(tenths % 10)"
    }
}

/// Follows the turns: which one goes on, and which was the last to be answered.
///
/// A value. A turn is over when the device is at rest again, or when the next one is opened.
struct TurnBook {
    private(set) var current: TurnReport?
    /// The last one whose answer was heard.
    private(set) var answered: TurnReport?

    /// Takes what happened; returns the turn that this ends, once.
    mutating func take(_ entry: TimelineEntry) -> TurnReport? {
        switch entry.event {
        case .turnOpened(let number, let opener):
            defer {
                current = TurnReport(number: number, opener: opener, openedAt: entry.at)
            }
            return current
        case .turnClosed(let number, let outcome):
            guard current?.number == number else { return nil }
            current?.outcome = outcome
            let length = entry.at.subtractingReportingOverflow(current?.openedAt ?? entry.at)
            current?.spoken = length.overflow ? 0 : Double(length.partialValue) / 1e6
        case .toolAnswered(_, let name, _, let milliseconds):
            current?.add(.init(name: name, took: milliseconds, failed: false))
        case .toolFailed(_, let name, _, let milliseconds):
            current?.add(.init(name: name, took: milliseconds, failed: true))
        case .firstSound(let milliseconds, _):
            guard current?.firstSound == nil else { return nil }
            current?.firstSound = milliseconds
        case .interrupted(let cause): current?.interruption = cause
        case .resumed: current?.interruption = nil
        case .state(_, to: .idle), .state(_, to: .offline), .state(_, to: .muted):
            guard current?.outcome != nil else { return nil }
            defer { current = nil }
            return current
        case .state, .heard, .said, .toolCalled, .toolCancelled, .silence, .replyPlayed, .online,
            .offline, .refused, .muted, .soundLost, .soundBack, .notice:
            return nil
        }
        if current?.firstSound != nil { answered = current }
        return nil
    }

    /// Adds the tokens of one run of the model.
    mutating func spent(_ use: TokenUse) {
        guard let tokens = current?.tokens else { return }
        current?.tokens = min(TokenLedger.limit, tokens + use.total)
        if current?.firstSound != nil { answered = current }
    }
}
