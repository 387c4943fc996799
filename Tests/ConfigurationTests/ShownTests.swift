import GPIOTools
import CommandTools
import AllToolKinds
import Testing

@testable import Configuration

/// `config show`, and values as TOML writes them.
struct ShownTests {
    @Test("every setting is shown once; what no file sets is marked as a default")
    func marksDefaults() throws {
        let defaults = SettingsFile.shown(Settings()).split(separator: "\n")
        for setting in Keys.all {
            let lines = defaults.filter { $0.hasPrefix("\(setting.name) = ") }
            #expect(!lines.isEmpty, "\(setting.path)")
        }
        let ends = defaults.filter { $0.contains("  # ") }
        #expect(ends.count == Keys.all.count)
        #expect(ends.allSatisfy { $0.hasSuffix("  # default") })

        let settings = try SettingsFile.settings(from: [
            ("m.toml", "[live]\nvoice = \"Kore\"\n[log]\nlevel = \"debug\""),
            ("c.toml", "[log]\nlevel = \"info\""),
        ])
        let shown = SettingsFile.shown(settings).split(separator: "\n")
        #expect(shown.contains("voice = \"Kore\"  # m.toml:2:9"))
        // The default's value, but someone's choice.
        #expect(shown.contains("level = \"info\"  # c.toml:2:9, the default"))
        #expect(shown.filter { $0.hasSuffix("  # default") }.count == Keys.all.count - 2)
    }

    @Test("a change in a copy of the shipped file can be found in the output")
    func marksChanges() throws {
        let shipped = SettingsFile.template()
        let settings = try SettingsFile.settings(from: [
            ("m.toml", shipped), ("conf.d/me.toml", "[live]\nvoice = \"Kore\"\n"),
        ])
        let shown = SettingsFile.shown(settings).split(separator: "\n")
        let values = shown.filter { $0.contains("  # ") }
        #expect(values.count == Keys.all.count)
        let changed = values.filter { !$0.hasSuffix("default") }
        #expect(changed == ["voice = \"Kore\"  # conf.d/me.toml:2:9"])
    }

    @Test("the output has all of the tools, and can be read again")
    func tools() throws {
        let text = #"""
            [[tool.gpio]]
            name = "the \"lamp\""
            description = "é"
            file = "/tmp/lamp"
            rests_on = true
            [[tool.command]]
            name = "dim"
            description = """Dims
            the 'light'."""
            argv = ["/bin/dim", '--to={level}', "\\"]
            required = ["level"]
            deadline_ms = 500
            directory = "/tmp"
            result_limit_bytes = 1024
            [tool.command.parameters]
            level = { type = "integer", minimum = -1, maximum = 0.5, "x y" = [true, "a\nb", {}] }
            "which one" = { type = "string", enum = ["a", "b"] }
            """#
        let settings = try SettingsFile.settings(from: [("m", text)])
        let shown = SettingsFile.shown(settings)
        let again = try SettingsFile.settings(from: [("again", shown)])
        // Both texts name places, which differ; everything else must not.
        func withoutPlaces(_ text: String) -> [Substring] {
            text.split(separator: "\n").map { line in
                line.firstRange(of: "  # ").map { line[..<$0.lowerBound] } ?? line
            }
        }
        #expect(withoutPlaces(SettingsFile.shown(again)) == withoutPlaces(shown))
        let (tool, command) = try #require(again.tools(CommandToolSettings.self).first)
        #expect(tool.description == "Dims\nthe 'light'.")
        #expect(command.program.arguments == ["/bin/dim", "--to={level}", "\\"])
        #expect(tool.parameters.map(\.name) == ["level", "which one"])
        #expect(tool.required == ["level"])
        #expect(tool.deadlineMilliseconds == 500)
        #expect(command.program.directory == "/tmp")
        #expect(tool.resultLimitBytes == 1024)
        let (lamp, output) = try #require(again.tools(GPIOToolSettings.self).first)
        #expect(lamp.name == "the \"lamp\"")
        #expect(output.restsOn)
    }

    @Test("a text of any characters is written so that it is read back unchanged")
    func textsReturn() {
        var random = Xorshift(state: 0x5DEE_CE66)
        let marks = Array("ab \"'\\\n\r\t\u{0}\u{1}\u{7F}\u{85}é🐦#{}  ".unicodeScalars)
        for round in 0..<500 {
            var text = String.UnicodeScalarView()
            for _ in 0..<random.below(round % 5 == 0 ? 400 : 12) {
                text.append(marks[random.below(marks.count)])
            }
            let original = String(text)
            let reading = TOMLParser.parse("a = \(original.toml)  # end\nb = 1", file: "t")
            #expect(reading.diagnostics.isEmpty, "\(original.toml)")
            guard case .string(let read)? = reading.table["a"]?.value else {
                Issue.record("\(original.toml) is no string")
                continue
            }
            #expect(Array(read.unicodeScalars) == Array(original.unicodeScalars))
        }
    }

    @Test("a long text is written over several lines that fit a screen")
    func longTexts() {
        let words = Array(repeating: "word", count: 100).joined(separator: " ")
        let lines = words.toml.split(separator: "\n")
        #expect(lines.count > 5)
        #expect(lines.allSatisfy { $0.count <= 100 })
    }

    @Test("numbers are written so that they are read back unchanged")
    func numbersReturn() {
        let numbers: [Double] = [
            0, -0.0, 0.1, 1e300, .leastNonzeroMagnitude, -.infinity, 12, 1e16, 123_456_789.125,
        ]
        for number in numbers {
            guard
                case .float(let read)? = TOMLParser.parse("a = \(number.toml)", file: "t")
                    .table["a"]?.value
            else {
                Issue.record("\(number.toml)")
                continue
            }
            #expect(read == number)
        }
    }

    @Test("configurations differ in a section when a value does, not when a place does")
    func differences() throws {
        let one = try SettingsFile.settings(from: [("1", "[audio.capture]\nrate = 48000")])
        let other = try SettingsFile.settings(from: [("2", "\n\n[audio]\ncapture.rate = 48_000")])
        #expect(!one.differs(from: other, in: "audio"))
        #expect(one.differs(from: Settings(), in: "audio"))
        #expect(!one.differs(from: Settings(), in: "live"))
    }
}
