import AllToolKinds
import Testing

@testable import Configuration

/// The mistakes of one file, named `m.toml`, as texts.
func mistakes(in text: String) -> [String] { mistakes(in: [("m.toml", text)]) }

/// The mistakes of several files as texts.
func mistakes(in files: [(name: String, text: String)]) -> [String] {
    do throws(ConfigurationErrors) {
        _ = try SettingsFile.settings(from: files)
        return []
    } catch {
        return error.diagnostics.map(\.description)
    }
}

/// A file and its mistakes.
struct Told: Sendable, CustomTestStringConvertible {
    let text: String
    let words: String
    var testDescription: String { text }

    init(_ text: String, _ words: String) {
        self.text = text
        self.words = words
    }
}
