internal import Configuration
internal import Linux

/// A scenario as a small TOML file, whose first line says in a comment what it is for.
///
///     key = "test-key"
///     [[turn]]
///     heard = "Turn on the lamp."
///     call = { name = "switch_output", arguments = { output = "lamp", action = "on" } }
///     says = "The lamp is on."
///     [[fault]]
///     kind = "reset"
///     in = "reply"
extension Scenario {
    /// The longest scenario (bytes).
    private static let sizeLimitBytes = 256 << 10

    /// Reads a file and synthesizes its sentences; throws all mistakes at once.
    package static func read(path: String) async throws -> Scenario {
        let bytes = try Files.read(path, limitBytes: sizeLimitBytes)
        return try await parse(String(decoding: bytes, as: UTF8.self), file: path)
    }

    /// Reads a text and synthesizes its sentences.
    package static func parse(_ text: String, file: String) async throws -> Scenario {
        let (table, mistakes) = TOMLParser.parse(text, file: file)
        var reader = ScenarioReader(file: file, mistakes: mistakes)
        reader.read(table)
        for (index, voices) in reader.voices.enumerated() {
            let turn = reader.scenario.turns[index]
            reader.scenario.turns[index].voice = try await reader.sound(
                voices.answer, saying: turn.says)
            reader.scenario.turns[index].fillerVoice = try await reader.sound(
                voices.filler, saying: turn.filler)
        }
        guard reader.mistakes.isEmpty else {
            // In their order in the file.
            throw ConfigurationErrors(
                diagnostics: reader.mistakes.sorted { one, other in
                    guard let one = one.position, let other = other.position else { return false }
                    return one < other
                })
        }
        return reader.scenario
    }
}
