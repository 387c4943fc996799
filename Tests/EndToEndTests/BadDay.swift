import Assistant
import Daemon
import Linux
import ModelTypes
import Simulation
import Synchronization
import WireCodec

/// A device in use, turn after turn, under faults.
final class BadDay: Sendable {
    /// The fault of a turn.
    enum Trouble: Sendable {
        case nothing
        /// Before the first word.
        case before(Fault)
        /// In the middle of the words; each group at once, one group after another when the session
        /// is back.
        case inWords([[Fault]])
        /// While a function runs.
        case inCall(Fault)
        /// While the answer is being sent.
        case inAnswer(Fault)
    }

    /// A period of the microphone (20 ms in samples).
    private static let period = 320
    /// Longer than the pre-roll, and than the read-ahead.
    private static let quiet = silence(16)
    /// Around the words, between them and the button: a busy machine hears late.
    private static let pause = silence(14)
    /// Long enough for the service to report in their middle how far it has come.
    private static let wordsCount = 30 * period

    let appliance: Appliance
    /// A file with one line for each time that the function ran.
    private let callsFile: String
    private let turnCount: Int

    /// A day of this many turns; those of `calling` call a slow function.
    init(turns count: Int, calling: Set<Int>, dialect: Appliance.Dialect) async throws {
        turnCount = count
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-bad-day")
        callsFile = "\(folder)/calls"
        var scenario = Scenario(
            turns: (0..<count).map { number in
                Scenario.Turn(
                    heard: "words \(number)",
                    call: calling.contains(number) ? .init(name: "count", arguments: [:]) : nil,
                    says: Self.says(number), voice: Self.voice(number))
            })
        scenario.goesOnAcrossSessions = true
        // The speaker keeps no time either.
        scenario.waitsForPlayback = false
        // Slow enough to be cut.
        scenario.speed = 2
        appliance = try await Appliance.started(
            scenario: scenario, dialect: dialect, sounds: true,
            more: """
                [[tool.command]]
                name = "count"
                description = "Counts."
                argv = ["/bin/sh", "-c", "timeout 0.3 tail -f /dev/null; echo once >> \(callsFile); echo counted"]
                writable = ["\(folder)"]
                """)
        try await appliance.timeline.wait { $0 == .online(resumed: false) }
    }

    private static func silence(_ periods: Int) -> [Int16] {
        [Int16](repeating: 0, count: periods * period)
    }

    /// The words of a turn, with a pause at each fault.
    static func words(_ number: Int, _ trouble: Trouble) -> [[Int16]] {
        let words = Noise.samples(wordsCount, seed: UInt32(100 + number))
        guard case .inWords(let troubles) = trouble else { return [words] }
        let part = wordsCount / (troubles.count + 1) / period * period
        return (0...troubles.count).map { index in
            Array(words[index * part..<(index < troubles.count ? index * part + part : wordsCount)])
        }
    }

    /// The periods of each turn's words that were heard, in order, for finding a gap.
    static func told(_ heard: [Int16], _ troubles: [Trouble]) -> String {
        var places: [[Int16]: String] = [:]
        for (number, trouble) in troubles.enumerated() {
            let words = words(number, trouble).flatMap { $0 }
            for index in 0..<words.count / period {
                places[Array(words[index * period..<(index + 1) * period])] =
                    "\(number):\(index)"
            }
        }
        var lines: [String] = []
        var rest = heard[...]
        var between = 0
        while !rest.isEmpty {
            guard let place = places[Array(rest.prefix(period))] else {
                between += 1
                rest = rest.dropFirst()
                continue
            }
            if between > 0 { lines.append("(\(between) samples)") }
            between = 0
            lines.append(place)
            rest = rest.dropFirst(period)
        }
        return (lines + ["(\(between) samples)"]).joined(separator: " ")
    }

    /// The sound of an answer; long enough to break in its middle.
    static func voice(_ number: Int) -> [Int16] {
        Noise.samples(24_000, seed: UInt32(500 + number))
    }

    /// The words of an answer, which end in a unique word.
    private static func says(_ number: Int) -> String {
        String(repeating: "and so on ", count: 10) + end(number)
    }

    private static func end(_ number: Int) -> String { "end-of-\(number)." }

    // MARK: - A turn

    /// Speaks a turn, and waits until its answer has been played to its end.
    func turn(_ number: Int, _ trouble: Trouble) async throws {
        let firstSounds = appliance.timeline.all.count { $0.isFirstSound }
        let calls = appliance.service.all.count { $0.isCall }
        let begun = appliance.service.all.count { $0.isWordsBegan }
        await appliance.microphone.say(Self.quiet)
        if case .before(let fault) = trouble { try await appliance.server.inject(fault) }
        appliance.press()
        await appliance.microphone.say(Self.pause)
        try await speak(Self.words(number, trouble), trouble, begun: begun)
        await appliance.microphone.say(Self.pause)
        appliance.release()
        if case .inCall(let fault) = trouble {
            try await appliance.service.wait(count: calls + 1) { $0.isCall }
            try await appliance.server.inject(fault)
        }
        if case .inAnswer(let fault) = trouble {
            try await appliance.timeline.wait(count: firstSounds + 1) { $0.isFirstSound }
            try await appliance.server.inject(fault)
        }
        let isSaid = Flag()
        _ = try await appliance.timeline.first { event in
            if case .said(let text) = event, text.contains(Self.end(number)) { isSaid.set() }
            return isSaid.isSet && event == .replyPlayed ? true : nil
        }
    }

    /// Speaks, with the faults in between; `begun` words had begun before.
    private func speak(_ parts: [[Int16]], _ trouble: Trouble, begun: Int) async throws {
        var troubles: [[Fault]] = []
        if case .inWords(let inWords) = trouble { troubles = inWords }
        for (index, faults) in troubles.enumerated() {
            let online = appliance.timeline.all.count { $0.isOnline }
            await appliance.microphone.say(parts[index])
            if index == 0 {
                try await appliance.service.wait(count: begun + 1) { $0.isWordsBegan }
            }
            for fault in faults { try await appliance.server.inject(fault) }
            guard index + 1 < troubles.count else { break }
            try await appliance.timeline.wait(count: online + 1) { $0.isOnline }
        }
        await appliance.microphone.say(parts[troubles.count])
    }

    // MARK: - The end

    /// The result of a day.
    struct Outcome: Sendable {
        var timeline: [TimelineEvent]
        var service: [ServerEvent]
        /// The speaker's input, without silence.
        var sounds: [Int16]
        /// How often the function actually ran.
        var runs: Int
    }

    /// Ends the day.
    func outcome() async throws -> Outcome {
        let runs = (try? Files.read(callsFile, limitBytes: 4096).count { $0 == 10 }) ?? 0
        let sounds = try await appliance.stopped().sounds
        try? Files.removeTree(String(callsFile.dropLast("/calls".count)))
        return Outcome(
            timeline: appliance.timeline.all, service: appliance.service.all, sounds: sounds,
            runs: runs)
    }
}

/// A flag that is set once.
private final class Flag: Sendable {
    private let value = Atomic<Bool>(false)

    var isSet: Bool { value.load(ordering: .relaxed) }

    func set() { value.store(true, ordering: .relaxed) }
}

extension TimelineEvent {
    var isFirstSound: Bool { if case .firstSound = self { true } else { false } }
    var isOnline: Bool { if case .online = self { true } else { false } }
    var isCall: Bool { if case .toolCalled = self { true } else { false } }
    var isOffline: Bool { if case .offline = self { true } else { false } }
}

extension ServerEvent {
    var isCall: Bool { if case .called = self { true } else { false } }
    var isWordsBegan: Bool { if case .wordsBegan = self { true } else { false } }
}
