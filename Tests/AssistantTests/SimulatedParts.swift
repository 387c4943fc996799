import TestInputs

@testable import Assistant

/// A microphone with a gate, which gives the samples of one segment after another.
struct SimulatedMicrophone {
    enum Event {
        case samples(first: Int64, count: Int)
        case end
    }

    private var segments: [(next: Int64, end: Int64?)] = []

    var isBusy: Bool { !segments.isEmpty }

    mutating func open(at sample: Int64) { segments.append((max(0, sample), nil)) }

    mutating func close(at sample: Int64) {
        guard let last = segments.indices.last, segments[last].end == nil else { return }
        segments[last].end = max(sample, segments[last].next)
    }

    mutating func lose() { segments = [] }

    /// The next chunk or mark up to a captured sample.
    mutating func next(captured: Int64) -> Event? {
        guard let segment = segments.first else { return nil }
        if let end = segment.end, segment.next >= end {
            segments.removeFirst()
            return .end
        }
        let count = min(320, min(segment.end ?? .max, captured) - segment.next)
        let isTail = segment.end.map { $0 <= captured } ?? false
        guard count == 320 || (isTail && count > 0) else { return nil }
        segments[0].next += count
        return .samples(first: segment.next, count: Int(count))
    }
}

/// A service that answers, calls functions, is interrupted and sometimes says nothing at all.
struct SimulatedService {
    enum Message {
        case begin, audio
        case end(turn: Int, reply: Int)
        case streamEnd(turn: Int, reply: Int)
        case answer(String)
    }

    enum Event: Equatable {
        case audio(reply: Int, milliseconds: Int)
        case generationComplete(reply: Int)
        case turnComplete(reply: Int)
        case interrupted(reply: Int)
        case words
        case call(String, reply: Int)
        case cancelCalls([String])
    }

    private var turns: [Int: Int] = [:]
    private var current: Int?
    private var isGenerating = false
    private var openCalls: Set<String> = []
    private var callCount = 0
    /// To the service the sound is a noise, which changes nothing.
    var isNoise = false

    func turn(of reply: Int) -> Int? { turns[reply] }

    mutating func connectionLost() {
        current = nil
        isGenerating = false
    }

    mutating func forgetCalls() { openCalls = [] }

    /// An event of a reply that was cut meanwhile is not sent.
    func isStillValid(_ event: Event) -> Bool {
        switch event {
        case .audio(let reply, _), .generationComplete(let reply), .call(_, let reply):
            reply == current && isGenerating
        case .turnComplete(let reply): reply == current
        case .interrupted, .cancelCalls, .words: true
        }
    }

    mutating func noteSent(_ event: Event, _ random: inout SeededGenerator) -> [(Int, Event)] {
        switch event {
        case .audio, .interrupted, .cancelCalls, .words:
            return []
        case .generationComplete(let reply):
            isGenerating = false
            return [(Int.random(in: 0...2_000, using: &random), .turnComplete(reply: reply))]
        case .turnComplete:
            current = nil
            return []
        case .call(let id, _):
            openCalls.insert(id)
            return []
        }
    }

    mutating func receive(
        _ message: Message, isAutomatic: Bool, _ random: inout SeededGenerator
    ) -> [(Int, Event)] {
        switch message {
        case .audio:
            guard isAutomatic, !isNoise, isGenerating, random.chance(5) else { return [] }
            return interrupt(&random)
        case .begin:
            return current == nil ? [] : interrupt(&random)
        case .end(let turn, let next), .streamEnd(let turn, let next):
            if isAutomatic, isNoise { return [] }
            let cut = current == nil ? [] : interrupt(&random)
            if random.chance(isAutomatic ? 15 : 5) { return cut }
            let words: [(Int, Event)] =
                isAutomatic && random.chance(80)
                ? [(Int.random(in: 0...800, using: &random), .words)] : []
            return cut + words + answer(turn, next, &random)
        case .answer(let id):
            guard openCalls.remove(id) != nil, let reply = current, isGenerating else { return [] }
            return speak(reply, from: Int.random(in: 1...800, using: &random), &random)
        }
    }

    private mutating func interrupt(_ random: inout SeededGenerator) -> [(Int, Event)] {
        let reply = current ?? 0
        var events: [(Int, Event)] = isGenerating ? [(0, .interrupted(reply: reply))] : []
        if !openCalls.isEmpty { events.append((0, .cancelCalls(openCalls.sorted()))) }
        openCalls = []
        // A reply that was fully generated is always completed, one that was cut in most cases.
        if !isGenerating || random.chance(80) { events.append((0, .turnComplete(reply: reply))) }
        isGenerating = false
        if events.last.map({ $0.1 != .turnComplete(reply: reply) }) ?? true { current = nil }
        return events
    }

    private mutating func answer(
        _ turn: Int, _ reply: Int, _ random: inout SeededGenerator
    ) -> [(Int, Event)] {
        turns[reply] = turn
        current = reply
        isGenerating = true
        let start = Int.random(in: 1...2_000, using: &random)
        if random.chance(25) {
            callCount += 1
            return [(start, .call("call-\(callCount)", reply: reply))]
        }
        return speak(reply, from: start, &random)
    }

    private func speak(
        _ reply: Int, from start: Int, _ random: inout SeededGenerator
    ) -> [(Int, Event)] {
        var events: [(Int, Event)] = []
        var at = start
        for _ in 0..<Int.random(in: 0...8, using: &random) {
            events.append((at, .audio(reply: reply, milliseconds: 400)))
            at += Int.random(in: 5...600, using: &random)
        }
        return events + [(at, .generationComplete(reply: reply))]
    }
}
