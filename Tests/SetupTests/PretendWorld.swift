import Configuration
import Linux
import TestInputs
import WireCodec

@testable import Setup

/// Who answers: from a list by the question, or at random.
final class PretendTerminal: SetupTerminal {
    enum Answers {
        /// The first entry whose words are in the question, which is used once.
        case list([(question: String, answer: String)])
        /// Anything, until a number of questions was asked; then `end`.
        case random(SeededGenerator, limit: Int, end: SetupEnd)
    }

    static let typedKey = "AIza-typed-key-0123456789"
    static let typedPassword = "hunter2 with blanks"

    private var answers: Answers
    private(set) var shown = ""
    /// Questions that no entry of the list fits.
    private(set) var unanswered: [String] = []

    init(_ answers: Answers) { self.answers = answers }

    func say(_ text: String) { shown += text }

    func ask(_ prompt: String, isHidden: Bool) throws(SetupEnd) -> String {
        shown += prompt
        // What is not hidden is echoed by a terminal.
        let answer = try answer(to: prompt, isHidden)
        shown += isHidden ? "\n" : answer + "\n"
        return answer
    }

    private func answer(to prompt: String, _ isHidden: Bool) throws(SetupEnd) -> String {
        switch answers {
        case .list(var list):
            guard let place = list.firstIndex(where: { prompt.contains($0.question) }) else {
                unanswered.append(prompt)
                return ""
            }
            let answer = list.remove(at: place).answer
            answers = .list(list)
            return answer
        case .random(var random, let limit, let end):
            guard limit > 0 else { throw end }
            let words = ["", "", "", "y", "y", "n", "s", "b", "1", "2", "3", "GPIO5", "q", "hub:1"]
            let secrets = ["", Self.typedKey, Self.typedPassword, "a b", "\u{1B}"]
            let answer = (isHidden ? secrets : words).randomElement(using: &random) ?? ""
            answers = .random(random, limit: limit - 1, end: end)
            return answer
        }
    }

    func pause(milliseconds: Int) throws(SetupEnd) -> Bool {
        guard case .random(var random, let limit, let end) = answers else { return false }
        let isOver = Int.random(in: 0..<400, using: &random) == 0
        answers = .random(random, limit: isOver ? 0 : limit, end: end)
        if isOver { throw end }
        return false
    }
}

/// Two cards: one whose microphone hears its loudspeaker, and one that is held by another.
final class PretendSounds: SetupSounds {
    var isEmpty = false
    /// By how much the microphone of the first card is too sensitive (percent).
    var excess = 0

    private func devices(_ kind: String) -> [SoundChoice] {
        guard !isEmpty else { return [] }
        return ["Busy", "Headset"].map { (card: String) in
            SoundChoice(
                name: "plughw:CARD=\(card),DEV=0", card: card, words: "\(card) \(kind)",
                isScreen: false)
        }
    }

    var microphones: [SoundChoice] { devices("microphone") }
    var loudspeakers: [SoundChoice] { devices("loudspeaker") }
    var trouble: String? { nil }
    var holders: [String] { isEmpty ? [] : ["pipewire (process 7) holds card Busy"] }

    func hear(
        _ pair: SoundPair, _ levels: SoundLevels, _ settings: Settings,
        pause: (Int) throws -> Void
    ) throws -> HeardSound {
        try pause(500)
        guard pair.capture.contains("Headset"), pair.playback.contains("Headset") else {
            throw SetupFailure("\(pair.capture) is busy; another program holds it")
        }
        let isTooMuch = (levels.sensitivity ?? 80) > 100 - excess
        return HeardSound(
            noise: -65, level: -20, peak: isTooMuch ? 0 : -15, clippedSamples: isTooMuch ? 900 : 0)
    }
}

/// A board whose button is on GPIO17 and whose light is on GPIO22; GPIO4 floats.
final class PretendLines: SetupLines {
    /// How deep a body that drives is in another, and what was driven.
    private(set) var depth = 0
    private(set) var driven: [String] = []
    var levels: [String: Bool] = [:]
    var presses = true
    let lights = ["ACT"]
    var trouble: String? { nil }

    func lines(_ settings: Settings) -> [BoardLine] {
        let held: [String: String] = ["GPIO5": "output heater (m.toml:3:1)"]
        return [4, 5, 17, 22].map { (number: UInt32) in
            let name = "GPIO\(number)"
            return BoardLine(
                name: name, chip: "pinctrl-bcm2711", offset: number, isNamed: true,
                isOutput: false, holder: held[name], isFunctionKnown: true)
        }
    }

    func watch(_ names: [String]) -> any LineWatch { PretendWatch(names, presses: presses) }

    func rest(_ name: String) -> LineRest { name == "GPIO17" ? .held(high: true) : .loose }

    func drive(_ name: String, _ body: ((Bool) throws -> Void) throws -> Void) throws {
        driven.append(name)
        depth += 1
        defer {
            depth -= 1
            levels[name] = nil
        }
        try body { levels[name] = $0 }
    }

    func drive(light name: String, _ body: ((Bool) throws -> Void) throws -> Void) throws {
        try drive(name, body)
    }
}

/// Time goes on by each look; the button is pressed some seconds into each watch, again and again.
private final class PretendWatch: LineWatch {
    private let button: Int?
    private let floating: Int?
    private let presses: Bool
    let levels: [Int: Bool]
    let refusals: [String] = []
    private(set) var now: Int64 = 1_000_000_000
    private var looks = 0

    init(_ names: [String], presses: Bool) {
        button = names.firstIndex(of: "GPIO17")
        floating = names.firstIndex(of: "GPIO4")
        self.presses = presses
        levels = Dictionary(uniqueKeysWithValues: names.indices.map { ($0, true) })
    }

    func edges() -> [LineEdge] {
        now += Int64(ButtonStep.lookMilliseconds) * 1_000_000
        looks += 1
        var edges: [LineEdge] = []
        if let floating { edges.append(LineEdge(line: floating, level: looks % 2 == 0, time: now)) }
        // Held for two looks in every forty, from the second second on.
        if presses, let button, looks > 40, looks % 40 == 10 || looks % 40 == 12 {
            edges.append(LineEdge(line: button, level: looks % 40 == 12, time: now))
        }
        return edges
    }
}

/// A service that knows one key, and a broker that knows one password.
final class PretendFarEnds: SetupFarEnds {
    var isUnreachable = false
    var found = [FoundServer(name: "hub", host: "192.0.2.7", port: 1883)]

    func check(_ key: Secret, _ settings: Settings) -> KeyVerdict {
        if isUnreachable { return .unreachable("no network") }
        return key.revealed == PretendTerminal.typedKey
            ? .works("took the setup") : .refused("the key is not valid")
    }

    func brokers() throws -> [FoundServer] { found }

    func tryBroker(_ settings: Settings, password: Secret?) throws -> String {
        guard password?.revealed == PretendTerminal.typedPassword else {
            throw SetupFailure("the broker refuses user or password")
        }
        return "\(settings[Keys.mqtt.host]) takes messages"
    }
}

/// A daemon that runs or not.
final class PretendDaemon: SetupDaemon {
    let isInstalled: Bool
    var isRunning: Bool
    private(set) var stops = 0
    private(set) var starts = 0

    init(isInstalled: Bool, isRunning: Bool) {
        self.isInstalled = isInstalled
        self.isRunning = isRunning
    }

    func stop() throws {
        stops += 1
        isRunning = false
    }

    func start() throws -> String {
        starts += 1
        isRunning = true
        return "online"
    }

    func turns() -> [String] { ["turn 1: button, 2.1 s, answer after 0.6 s, 310 tokens"] }
}
