internal import WireCodec

/// For load tests: answers sound with sound and makes a call now and then, without turns.
struct LoadEcho: Sendable {
    private let secondsPerSecond: Double
    private let callEverySeconds: Double?
    private let chunkMilliseconds: Int
    private let voice: [Int16]
    private var inputSamples = 0
    private var echoedSeconds = 0.0
    private var calls = 0

    /// The load of a scenario; nil if it has none.
    init?(_ scenario: Scenario) {
        guard let echo = scenario.echoSecondsPerSecond else { return nil }
        secondsPerSecond = echo
        callEverySeconds = scenario.callEverySeconds
        chunkMilliseconds = scenario.chunkMilliseconds
        voice = scenario.turns.first?.voice ?? []
    }

    /// The messages to send after `count` more samples, and how many samples of sound they have.
    mutating func take(_ count: Int) -> (messages: [JSONValue], said: Int) {
        var messages: [JSONValue] = []
        var said = 0
        inputSamples += count
        let seconds = Double(inputSamples) / 16_000
        let due = seconds * secondsPerSecond - echoedSeconds
        let chunk = Double(chunkMilliseconds) / 1000
        if due >= chunk, !voice.isEmpty {
            said = min(voice.count, Int(chunk * 24_000))
            messages.append(AudioInput.message([Array(voice[..<said])]))
            echoedSeconds += chunk
        }
        if let every = callEverySeconds, seconds >= Double(calls + 1) * every {
            calls += 1
            messages.append(
                Self.call(id: "load-\(calls)", name: "get_time", arguments: [:]))
        }
        return (messages, said)
    }

    private static func call(id: String, name: String, arguments: JSONValue) -> JSONValue {
        [
            "toolCall": [
                "functionCalls": [["id": .string(id), "name": .string(name), "args": arguments]]
            ]
        ]
    }
}
