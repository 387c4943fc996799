extension Scenario {
    /// The demonstration's scenario, which ships with the program; its sentences are spoken now.
    package static func demo() async throws -> Scenario {
        let text = String(decoding: PackageResources.demo_toml, as: UTF8.self)
        return try await parse(text, file: "demo.toml")
    }

    /// For measuring: a second of sound for each second of input, and a call now and then.
    package static var load: Scenario {
        // A saw tooth; what is in it does not matter to a decoder.
        let tone = (0..<24_000).map { Int16(truncatingIfNeeded: ($0 * 440) % 8000 - 4000) }
        var scenario = Scenario(turns: [Turn(heard: "", says: "", voice: tone)])
        scenario.echoSecondsPerSecond = 1
        scenario.callEverySeconds = 5
        return scenario
    }
}
