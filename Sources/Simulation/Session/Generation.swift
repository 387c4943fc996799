/// An answer being sent: sound in chunks faster than real time, words along with it, then its end
/// messages.
struct Generation: Sendable {
    enum Step {
        case thought(String)
        case text(String)
        case audio([Int16])
        case words(String)
        case generationComplete
        /// The filler before the turn's calls has been sent, so the calls are due.
        case callsDue
        case turnComplete
    }

    /// What follows the sound.
    enum Ending { case turn, calls, abrupt }

    let turn: Scenario.Turn
    private let ending: Ending
    private var thought: String?
    private var text: String?
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

    /// An answer to a turn, with this sound and these words.
    init(
        _ turn: Scenario.Turn, voice: [Int16], says: String, thought: String?,
        text: String? = nil, ending: Ending, scenario: Scenario, now: Int64
    ) {
        self.turn = turn
        self.ending = ending
        self.voice = voice
        self.thought = thought
        self.text = text
        chunkSamples = scenario.chunkMilliseconds * 24
        let chunks = max(1, (voice.count + chunkSamples - 1) / chunkSamples)
        words = Self.fragments(of: says, count: chunks)
        interval = Int64(Double(scenario.chunkMilliseconds) * 1e6 / scenario.speed)
        let length = Int64(voice.count) * 1_000_000_000 / 24_000
        endsAt = scenario.waitsForPlayback && ending == .turn ? now + length : now
        nextAt = now
    }

    /// Whether at most its first sound has been sent.
    var isBeginning: Bool { chunk <= 1 }

    /// The next sound; empty after the last.
    var nextSound: [Int16] {
        let start = chunk * chunkSamples
        return start < voice.count
            ? Array(voice[start..<min(start + chunkSamples, voice.count)]) : []
    }

    /// Returns the next step if it is due.
    mutating func next(at now: Int64) -> Step? {
        guard now >= nextAt else { return nil }
        if let thought {
            self.thought = nil
            return .thought(thought)
        }
        if let text {
            self.text = nil
            return .text(text)
        }
        if !hasSaidWords, chunk < words.count {
            hasSaidWords = true
            return .words(words[chunk])
        }
        let sound = nextSound
        if !sound.isEmpty {
            chunk += 1
            hasSaidWords = false
            nextAt += interval
            return .audio(sound)
        }
        switch ending {
        case .calls: return .callsDue
        case .abrupt: return .turnComplete
        case .turn where isGenerated: return .turnComplete
        case .turn:
            isGenerated = true
            nextAt = max(nextAt, endsAt)
            return .generationComplete
        }
    }

    /// Splits a text at blanks into about `count` parts, each with the blank before it.
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
