/// An answer on its way: sound in chunks faster than real time, words beside it, then its ends.
struct Generation {
    enum Step {
        case audio([Int16])
        case words(String)
        case generationComplete
        case turnComplete
    }

    private let voice: [Int16]
    private let words: [String]
    private let chunkSamples: Int
    private let interval: Int64
    private let endsAt: Int64
    private var chunk = 0
    private var hasSaidWords = false
    private var isGenerated = false
    /// When the next step is due.
    private(set) var nextAt: Int64

    init(turn: Scenario.Turn, scenario: Scenario, now: Int64) {
        voice = turn.voice
        chunkSamples = scenario.chunkMilliseconds * 24
        let chunks = max(1, (voice.count + chunkSamples - 1) / chunkSamples)
        words = Self.fragments(of: turn.says, count: chunks)
        interval = Int64(Double(scenario.chunkMilliseconds) * 1e6 / scenario.speed)
        let length = Int64(voice.count) * 1_000_000_000 / 24_000
        endsAt = scenario.waitsForPlayback ? now + length : now
        nextAt = now
    }

    /// The next step, when it is due.
    mutating func next(at now: Int64) -> Step? {
        guard now >= nextAt else { return nil }
        if !hasSaidWords, chunk < words.count {
            hasSaidWords = true
            return .words(words[chunk])
        }
        let start = chunk * chunkSamples
        if start < voice.count {
            chunk += 1
            hasSaidWords = false
            nextAt += interval
            return .audio(Array(voice[start..<min(start + chunkSamples, voice.count)]))
        }
        if !isGenerated {
            isGenerated = true
            nextAt = max(nextAt, endsAt)
            return .generationComplete
        }
        return .turnComplete
    }

    /// Splits a text at blanks into about so many parts, each with the blank before it.
    static func fragments(of text: String, count: Int) -> [String] {
        let words = text.split(separator: " ")
        guard !words.isEmpty else { return [] }
        let size = max(1, (words.count + count - 1) / max(1, count))
        return stride(from: 0, to: words.count, by: size).map { start in
            let part = words[start..<min(start + size, words.count)].joined(separator: " ")
            return start == 0 ? part : " " + part
        }
    }
}
