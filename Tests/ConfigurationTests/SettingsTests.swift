import AllToolKinds
import CommandTools
import GPIOTools
import Linux
import Testing

@testable import Configuration

@Suite struct SettingsTests {
    @Test("ten mistakes are reported at once, each with its place, finding and what is allowed")
    func tenMistakes() {
        let text = """
            stray = 1
            [live]
            modle = "x"
            api_key = "secret"
            compression_trigger_tokens = -5
            [conversation]
            mode = "shout"
            pre_roll_ms = "300"
            [audio.capture]
            channels = 9
            [vioce]
            onset_ms = 60
            [log]
            level = true
            [[tool.gpio]]
            name = "lamp"
            line = "GPIO27"
            colour = "red"
            [tool.command]
            """
        #expect(
            mistakes(in: text) == [
                "m.toml:1:1: 'stray' must be in a section",
                "m.toml:3:1: [live] has no 'modle'; did you mean 'model'?",
                "m.toml:4:1: secrets do not belong here, where everyone can read them: put "
                    + "the key into a file of its own (mode 600) and name that with live.key_file, "
                    + "or into the systemd credential gemini-api-key",
                "m.toml:5:30: live.compression_trigger_tokens is -5; allowed: 0 to 128000",
                "m.toml:7:8: conversation.mode is \"shout\"; allowed: \"hold\", \"tap\", "
                    + "\"hands-free\"",
                "m.toml:8:15: conversation.pre_roll_ms is \"300\", but must be an integer; "
                    + "allowed: 0 to 2000; without quotes",
                "m.toml:10:12: audio.capture.channels is 9; allowed: 1 to 8",
                "m.toml:11:1: there is no section [vioce]; did you mean [voice]?",
                "m.toml:14:9: log.level is true, but must be a string; allowed: \"error\", "
                    + "\"warning\", \"notice\", \"info\", \"debug\"; in quotes",
                "m.toml:15:1: tool.gpio lacks 'description' (a string)",
                "m.toml:18:1: tool.gpio has no 'colour'; it has: name, description, "
                    + "deadline_ms, result_limit_bytes, calls_per_minute, behavior, scheduling, "
                    + "risk, confirm, phrase, secret_parameters, line, file, direction, bias, "
                    + "active_low, rests_on, pulse_ms, actions",
                "m.toml:19:1: write [[tool.command]], with two brackets",
            ])
    }

    @Test("a secret is never repeated in a message")
    func secretIsNotRepeated() {
        #expect(!mistakes(in: "[live]\napi_key = \"AIzaVerySecret\"")[0].contains("AIza"))
    }

    @Test("contradicting settings are reported; a refused one contradicts nothing")
    func contradictions() {
        #expect(
            mistakes(in: "[live]\ncompression_trigger_tokens = 5000") == [
                "m.toml:2:30: live.compression_target_tokens must be less than the trigger "
                    + "(5000)"
            ])
        #expect(
            mistakes(in: "[conversation]\nmode = \"tap\"\n[button]\nsource = \"none\"") == [
                "m.toml:4:10: conversation.mode \"tap\" needs a button whose press is \"talk\", or "
                    + "mqtt.host with \"listen\" among mqtt.commands"
            ])
        #expect(
            mistakes(in: "[conversation]\nmode = \"tip\"\n[button]\nsource = \"none\"").count == 1)
        #expect(
            mistakes(in: "[audio]\nperiod_ms = 50") == [
                "m.toml:2:13: audio.buffer_ms must be at least twice audio.period_ms"
            ])
    }

    @Test("a later file overrides an earlier one, and the tools of both exist")
    func overlay() throws {
        let settings = try SettingsFile.settings(from: [
            (
                "martlet.toml",
                """
                [audio.playback]
                volume = 40
                rate = 48000
                [[tool.gpio]]
                name = "lamp"
                description = "a lamp"
                line = "GPIO5"
                """
            ),
            (
                "conf.d/10-mine.toml",
                """
                [audio.playback]
                volume = 70
                [[tool.gpio]]
                name = "fan"
                description = "a fan"
                file = "/tmp/fan"
                """
            ),
        ])
        #expect(settings[Keys.playback.volume] == 70)
        #expect(settings[Keys.playback.rate] == 48_000)
        #expect(settings[Keys.playback.prebuffer] == 60)
        #expect(settings.tools(GPIOToolSettings.self).map(\.settings.name) == ["lamp", "fan"])
        #expect(settings.position(of: Keys.playback.volume)?.file == "conf.d/10-mine.toml")
    }

    @Test("a name that two tools share is reported with both places")
    func doubleName() {
        let tool = "[[tool.gpio]]\nname = \"lamp\"\ndescription = \"a\"\nline = \"GPIO1\"\n"
        #expect(
            mistakes(in: tool + tool) == [
                "m.toml:5:1: output lamp is defined already at m.toml:1:1"
            ])
    }

    @Test("the output names the place of each setting, and can be read again")
    func shown() throws {
        let text = "[conversation]\nmode = \"tap\"\n[voice]\nthreshold_db = 12\n"
        let settings = try SettingsFile.settings(from: [("m.toml", text)])
        let shown = SettingsFile.shown(settings)
        #expect(shown.contains("mode = \"tap\"  # m.toml:2:8"))
        #expect(shown.contains("threshold_db = 12.0  # m.toml:4:16"))
        #expect(shown.contains("pre_roll_ms = 300  # default"))
        let again = try SettingsFile.settings(from: [("again", shown)])
        for setting in Keys.all {
            #expect(again.text(of: setting) == settings.text(of: setting), "\(setting.path)")
        }
    }
}

@Suite struct ShippedFilesTests {
    private static let root = #filePath.split(separator: "/").dropLast(3)
        .map { "/" + $0 }.joined()

    private func text(_ path: String) throws -> String {
        String(
            decoding: try Files.read("\(Self.root)/\(path)", limitBytes: 1 << 20), as: UTF8.self)
    }

    @Test("config/martlet.toml is what `martlet config template` prints")
    func template() throws {
        #expect(try text("config/martlet.toml") == SettingsFile.template())
    }

    @Test("the shipped file changes no default")
    func templateHasDefaults() throws {
        let settings = try SettingsFile.settings(from: [("t", SettingsFile.template())])
        for setting in Keys.all {
            #expect(settings.text(of: setting) == setting.fallbackText, "\(setting.path)")
            #expect(settings.position(of: setting) != nil, "\(setting.path) is not in the file")
        }
    }

    @Test("the tools in the shipped file's comments are right")
    func templateTools() throws {
        let lines = SettingsFile.template().split(separator: "\n")
        let start = try #require(lines.firstIndex { $0.hasPrefix("# [[tool.") })
        // All lines other than settings and headers are prose.
        let tools = lines[start...].filter { $0.contains(" = ") || $0.hasPrefix("# [[") }
            .map { $0.dropFirst(2) }.joined(separator: "\n")
        let settings = try SettingsFile.settings(from: [("t", tools)])
        #expect(settings.tools(GPIOToolSettings.self).count == 2)
        #expect(settings.tools(CommandToolSettings.self).count == 1)
        // Each kind shows itself, and the shown limits are its defaults.
        for kind in ToolKinds.all.list {
            #expect(settings.tools.contains { type(of: $0.kind).name == kind.name })
        }
    }

    @Test("every example in config/conf.d is right")
    func examples() throws {
        let folder = "config/conf.d"
        let names = try Files.list("\(Self.root)/\(folder)")
        #expect(!names.isEmpty)
        for name in names {
            _ = try SettingsFile.settings(from: [
                (name, try text("\(folder)/\(name)"))
            ])
        }
    }
}
