import AllToolKinds
import Testing

@testable import Configuration

/// The file that `martlet config set` writes.
struct SettingsEditTests {
    private func settings(_ text: String) throws -> Settings {
        try SettingsFile.settings(from: [("95-set.toml", text)])
    }

    @Test("each setting can be set to its own default, alone and in sequence")
    func everySetting() throws {
        var file = ""
        for setting in Keys.all {
            let alone = try SettingsEdit.text(of: nil, setting.path, to: setting.fallbackText)
            #expect(try settings(alone).position(of: setting) != nil, "\(setting.path)")
            file = try SettingsEdit.text(
                of: ("95-set.toml", file), setting.path, to: setting.fallbackText)
        }
        let all = try settings(file)
        for setting in Keys.all {
            #expect(all.position(of: setting) != nil, "\(setting.path)")
            #expect(all.text(of: setting) == setting.fallbackText, "\(setting.path)")
        }
        for setting in Keys.all {
            file = try SettingsEdit.text(of: ("95-set.toml", file), setting.path, to: nil)
        }
        #expect(file.split(separator: "\n").allSatisfy { $0.hasPrefix("#") })
    }

    @Test("several settings are changed at once, and what else stands in the file is kept")
    func several() throws {
        let old = "[live]\nvoice = \"Kore\"\n[led]\nline = \"GPIO5\"\npixels = 7\n"
        let text = try SettingsEdit.text(
            of: ("90-setup.toml", old),
            ["led.line": nil, "led.pixels": "9", "button.line": "\"GPIO6\""], heading: "Found.")
        #expect(text.hasPrefix("# Found.\n"))
        let changed = try settings(text)
        #expect(changed[Keys.live.voice] == "Kore")
        #expect(changed.position(of: Keys.light.line) == nil)
        #expect(changed[Keys.light.pixels] == 9)
        #expect(changed[Keys.button.line] == "GPIO6")
    }

    @Test("a text needs no quotes, whatever is in it, and stays what was typed")
    func texts() throws {
        for text in ["Kore", "a \"b\"", "C:\\x", "say: \"no\" # or = yes", "é 字", "true-ish"] {
            let file = try SettingsEdit.text(of: nil, "live.system_instruction", to: text)
            #expect(try settings(file)[Keys.live.instruction] == text)
        }
        // TOML is taken as TOML.
        let quoted = try SettingsEdit.text(of: nil, "live.voice", to: "\"Kore\"")
        #expect(try settings(quoted)[Keys.live.voice] == "Kore")
        let list = try SettingsEdit.text(of: nil, "tools.builtin", to: #"["timers", "volume"]"#)
        #expect(try settings(list)[Keys.tools.builtIn] == ["timers", "volume"])
    }

    @Test(
        "a wrong value is refused with what is allowed, and the other settings stay",
        arguments: [
            ("live.voise", "Kore", "live.voice"), ("voice", "Kore", "live.voice"),
            ("audio.capture.rate", "fast", "an integer"),
            ("audio.capture.rate", "1", "8000 to 192000"),
            ("conversation.mode", "Hold", "\"hold\""),
            ("live.resumption", "maybe", "true or false"),
            ("live.voice", "a\nb = \"c\"", ""),
        ])
    func mistakes(path: String, value: String, words: String) throws {
        do {
            let text = try SettingsEdit.text(of: nil, path, to: value)
            // A line end in a value does not make a second setting.
            #expect(words.isEmpty)
            #expect(try settings(text)[Keys.live.voice] == value)
        } catch {
            #expect("\(error)".contains(words), "\(error)")
            #expect(!words.isEmpty)
        }
    }

    @Test("a file that the user filled by hand is not overwritten")
    func strangers() throws {
        let tools = "[[tool.gpio]]\nname = \"lamp\"\ndescription = \"d\"\nline = \"GPIO27\"\n"
        for text in [tools, "[live\n", "[live]\nvoise = \"x\"\n"] {
            #expect(throws: ConfigurationErrors.self) {
                try SettingsEdit.text(of: ("95-set.toml", text), "live.voice", to: "Kore")
            }
        }
        do {
            _ = try SettingsEdit.text(of: ("95-set.toml", tools), "live.voice", to: "Kore")
        } catch {
            #expect("\(error)".contains("file of their own"), "\(error)")
        }
    }

    @Test("only changed settings are shown where that is asked for")
    func changed() throws {
        let settings = try SettingsFile.settings(from: [
            ("m.toml", SettingsFile.template()), ("c.toml", "[live]\nvoice = \"Kore\"\n"),
        ])
        let shown = SettingsFile.shown(settings, changedOnly: true)
        #expect(shown == "[live]\nvoice = \"Kore\"  # c.toml:2:9\n")
    }
}
