/// A scenario that ships with the program.
package struct ShippedScenario: Sendable {
    /// Its name for `martlet simulate --scenario`.
    package let name: String
    fileprivate let bytes: [UInt8]

    /// Its purpose: the first line, which is a comment.
    package var summary: String {
        let line = String(decoding: bytes, as: UTF8.self).prefix { $0 != "\n" }
        return String(line.drop { $0 == "#" || $0 == " " })
    }

    /// Reads it, and synthesizes sentences that have no stored sound.
    package func load() async throws -> Scenario {
        try await .parse(String(decoding: bytes, as: UTF8.self), file: "\(name).toml")
    }

    /// All of them, in the order of their names.
    package static let all = [
        ShippedScenario(name: "bad-day", bytes: PackageResources.bad_day_toml),
        ShippedScenario(name: "budget", bytes: PackageResources.budget_toml),
        ShippedScenario(name: "constrained", bytes: PackageResources.constrained_toml),
        ShippedScenario(name: "demo", bytes: PackageResources.demo_toml),
        ShippedScenario(name: "expired-handle", bytes: PackageResources.expired_handle_toml),
        ShippedScenario(name: "garbage", bytes: PackageResources.garbage_toml),
        ShippedScenario(name: "go-away", bytes: PackageResources.go_away_toml),
        ShippedScenario(name: "half-open", bytes: PackageResources.half_open_toml),
        ShippedScenario(name: "late-pong", bytes: PackageResources.late_pong_toml),
        ShippedScenario(name: "odd-model", bytes: PackageResources.odd_model_toml),
        ShippedScenario(name: "quota", bytes: PackageResources.quota_toml),
        ShippedScenario(name: "resets", bytes: PackageResources.resets_toml),
        ShippedScenario(name: "short-lines", bytes: PackageResources.short_lines_toml),
        ShippedScenario(name: "tools", bytes: PackageResources.tools_toml),
        ShippedScenario(name: "wrong-key", bytes: PackageResources.wrong_key_toml),
    ]

    /// The scenario with a name; nil if there is none.
    package static func named(_ name: String) -> ShippedScenario? {
        all.first { $0.name == name }
    }
}

extension Scenario {
    /// The demonstration's scenario, which ships with the program.
    package static func demo() async throws -> Scenario {
        let text = String(decoding: PackageResources.demo_toml, as: UTF8.self)
        return try await parse(text, file: "demo.toml")
    }

    /// For measuring: a second of sound for each second of input, and a call now and then.
    package static var load: Scenario {
        // A sawtooth; the content does not matter to a decoder.
        let tone = (0..<24_000).map { Int16(truncatingIfNeeded: ($0 * 440) % 8000 - 4000) }
        var scenario = Scenario(turns: [Turn(heard: "", says: "", voice: tone)])
        scenario.echoSecondsPerSecond = 1
        scenario.callEverySeconds = 5
        return scenario
    }
}
