internal import ModelTypes

/// For measuring: sound for sound, and a call now and then, without turns.
struct LoadEcho {
    private let voice: [Int16]
    private let secondsPerSecond: Double
    private let callEverySeconds: Double?
    private let chunkSeconds: Double
    private var samples = 0
    private var echoed = 0.0
    private var calls = 0

    /// Nil for a scenario that has turns instead.
    init?(_ scenario: Scenario) {
        guard let seconds = scenario.echoSecondsPerSecond else { return nil }
        secondsPerSecond = seconds
        callEverySeconds = scenario.callEverySeconds
        chunkSeconds = Double(scenario.chunkMilliseconds) / 1000
        voice = scenario.turns.first?.voice ?? []
    }

    /// What is due after so many more samples of input, with the samples of sound in it.
    mutating func take(_ count: Int) -> (messages: [JSONValue], said: Int) {
        samples += count
        let seconds = Double(samples) / 16_000
        var messages: [JSONValue] = []
        var said = 0
        if seconds * secondsPerSecond - echoed >= chunkSeconds, !voice.isEmpty {
            said = min(voice.count, Int(chunkSeconds * 24_000))
            messages.append(AudioInput.message(Array(voice[..<said])))
            echoed += chunkSeconds
        }
        if let every = callEverySeconds, seconds >= Double(calls + 1) * every {
            calls += 1
            messages.append([
                "toolCall": [
                    "functionCalls": [
                        ["id": .string("load-\(calls)"), "name": "get_time", "args": [:]]
                    ]
                ]
            ])
        }
        return (messages, said)
    }
}
