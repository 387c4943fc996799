import AllToolKinds
import Configuration
import Linux
import Testing

@testable import Daemon

/// Every shipped example, processed as at a start.
struct ExampleTests {
    private static let root = #filePath.split(separator: "/").dropLast(4)
        .map { "/" + $0 }.joined()

    private func text(_ path: String) throws -> String {
        String(
            decoding: try Files.read("\(Self.root)/\(path)", limitBytes: 1 << 20), as: UTF8.self)
    }

    /// The commented tables of a text: from each header to the next line that is not a comment.
    private func tables(_ text: String, kind: String) -> [String] {
        var tables: [String] = []
        var isInside = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let body = line.hasPrefix("# ") ? line.dropFirst(2) : line.dropFirst(1)
            guard line.hasPrefix("#") else {
                isInside = false
                continue
            }
            if body.hasPrefix("[[") { isInside = body.hasPrefix("[[\(kind)]]") }
            if isInside, body.hasPrefix("[[") { tables.append("") }
            if isInside { tables[tables.count - 1] += body + "\n" }
        }
        return tables
    }

    private func mistakes(_ text: String) throws -> [Diagnostic] {
        var settings = try SettingsFile.settings(from: [("example", text)])
        settings[Keys.tools.secretsDirectory] = "/nonexistent"
        return settings.allMistakes
    }

    @Test("every commented table of the shipped file works as it is")
    func everyCommentedTableOfThe() throws {
        let shipped = try text("config/martlet.toml")
        var count = 0
        for kind in ToolKinds.all.list {
            let tables = tables(shipped, kind: "tool.\(kind.name)")
            #expect(!tables.isEmpty, "\(kind.name)")
            for table in tables {
                let broker = kind.name == "mqtt" ? "[mqtt]\nhost = \"broker\"\n" : ""
                let found = try mistakes(broker + table)
                #expect(found.isEmpty, "\(table): \(found)")
                count += 1
            }
        }
        let outputs = tables(shipped, kind: "tool.gpio").joined()
        let buttons = tables(shipped, kind: "button").joined()
        #expect(buttons.contains("tool switch_output"))
        let found = try mistakes(buttons + outputs)
        #expect(found.isEmpty, "\(found)")
        #expect(count >= ToolKinds.all.list.count)
    }

    @Test("every button call shown in a text fits the tool")
    func everyCallOfATool() throws {
        let lamp = "[[tool.gpio]]\nname = \"lamp\"\ndescription = \"b\"\nline = \"GPIO24\"\n"
        var count = 0
        var texts = [try text("config/martlet.toml"), try text("README.md")]
        texts += Keys.all.map(\.description)
        for text in texts {
            // Wrapped like a comment.
            let flat = text.replacing("\n# ", with: " ")
            for piece in flat.split(separator: "'") where piece.hasPrefix("tool ") {
                let found = try mistakes("[button]\ndouble = '\(piece)'\n" + lamp)
                #expect(found.isEmpty, "\(piece): \(found)")
                count += 1
            }
        }
        #expect(count >= 3)
    }

    @Test("the examples of conf.d and the boards can be started with")
    func theExamplesOfConfD()
        throws
    {
        for folder in ["config/conf.d", "config/boards"] {
            for name in try Files.list("\(Self.root)/\(folder)") {
                let text = try text("\(folder)/\(name)")
                let found = try mistakes(text)
                #expect(found.isEmpty, "\(name): \(found)")
                let idle = try SettingsFile.settings(from: [(name, text)]).warnings
                #expect(idle.isEmpty, "\(name): \(idle)")
            }
        }
    }
}
