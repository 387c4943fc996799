import Testing

@testable import Configuration

/// Messages for a wrong file, beside the ten mistakes of `SettingsTests`.
struct MistakeTests {
    @Test("ten mistakes of syntax and of meaning are reported together, in the order of the file")
    func tenOfBothKinds() {
        let text = """
            [live]
            model = gemini-3.8-live
            voice = "Kore
            languge = "de-DE"
            silence_duration_ms = 99

            [conversation
            mode = "hold"

            [audio.playback]
            volume = 101
            volume = 50
            device = ["default"]
            rate = 44.1

            [recording]
            enabled = "yes"
            limit_mb = 0x
            """
        #expect(
            mistakes(in: text).map { $0.prefix { $0 != " " } } == [
                "m.toml:2:9:", "m.toml:3:9:", "m.toml:4:1:", "m.toml:5:23:", "m.toml:7:14:",
                "m.toml:11:10:", "m.toml:12:1:", "m.toml:13:10:", "m.toml:14:8:", "m.toml:17:11:",
                "m.toml:18:12:",
            ])
    }

    @Test("each setting refuses a value of another type, with the type that it wants")
    func wrongTypes() {
        for setting in Keys.all {
            let found = mistakes(in: "[\(setting.section)]\n\(setting.name) = [1]")
            #expect(found.count == 1, "\(setting.path): \(found)")
            #expect(found.first?.hasPrefix("m.toml:2:\(setting.name.count + 4): ") == true)
            // Not even the type of a value in a secret's place is reported.
            let isSecret = setting.path == Keys.mqtt.password.path
            let shown = isSecret ? "is set to what is not repeated here" : "is an array"
            #expect(
                ["a", "true"].contains { wanted in
                    found.first?.contains("\(setting.path) \(shown), but must be \(wanted)") == true
                }, "\(found)")
        }
    }

    @Test("each bounded setting takes its bounds and refuses what is beyond them")
    func bounds() {
        var count = 0
        for setting in Keys.all {
            guard let bounds = setting.bounds else { continue }
            count += 1
            func isRefused(_ value: Double) -> Bool {
                let text = setting.fallbackText.contains(".") ? "\(value)" : "\(Int(value))"
                return mistakes(in: "[\(setting.section)]\n\(setting.name) = \(text)")
                    .contains { $0.contains("\(setting.path) is \(text); allowed: ") }
            }
            #expect(!isRefused(bounds.lowerBound), "\(setting.path)")
            #expect(!isRefused(bounds.upperBound), "\(setting.path)")
            #expect(isRefused(bounds.lowerBound - 1), "\(setting.path)")
            #expect(isRefused(bounds.upperBound + 1), "\(setting.path)")
        }
        #expect(count > 20)
    }

    @Test("a value that is no number, or infinite, is out of every range")
    func notANumber() {
        for value in ["nan", "inf", "-inf"] {
            #expect(mistakes(in: "[voice]\nthreshold_db = \(value)").count == 1)
        }
        #expect(mistakes(in: "[voice]\nthreshold_db = 12").isEmpty)
    }

    static let unknown: [Told] = [
        Told("[live]\nMODEL = 1", "did you mean 'model'?"),
        Told("[live]\nsilence-duration-ms = 1", "did you mean 'silence_duration_ms'?"),
        Told("[conversation]\nmdoe = 1", "did you mean 'mode'?"),
        Told("[audio]\nhangover_ms = 1", "[audio] has no 'hangover_ms'; it belongs in [voice]"),
        Told("[sounds]\nvolume = 1", "; it belongs in [audio.playback]"),
        Told("[sounds]\nxyzzy = 1", "[sounds] has no 'xyzzy'; it has: enabled"),
        Told("[audio.captur]\nrate = 1", "[audio] has no 'captur'; did you mean 'capture'?"),
        Told("[audio]\ncapture = \"default\"", "[audio.capture] is a section, not a value"),
        Told("[audoi.capture]\nrate = 1", "there is no section [audoi]; did you mean [audio]?"),
        Told("[Live]\nmodel = 1", "did you mean [live]?"),
        Told("[xyzzy]\nmodel = 1", "there is no section [xyzzy]; there are [live], [vertex]"),
        Told("live = 1", "[live] is a section, not a value"),
        Told("volume = 1", "'volume' must be in a section: [audio.playback]"),
        Told("enabled = true", "must be in a section: [sounds] or [recording]"),
        Told("[[live]]\nmodel = \"x\"", "[live] is written with one pair of brackets"),
        Told("[tool.gpoi]", "did you mean [[tool.gpio]]?"),
        Told("[tool]\ngpio = 1", "write [[tool.gpio]], with two brackets"),
        Told("tool = 1", "write [[tool.gpio]] or another kind: [[tool.gpio]], [[tool.command]]"),
    ]

    @Test(
        "an unknown name is reported with the nearest one, its section, or all that exist",
        arguments: unknown)
    func suggestions(_ told: Told) {
        let found = mistakes(in: told.text)
        #expect(found.count == 1)
        #expect(found.first?.contains(told.words) == true, "\(found)")
    }

    @Test("an endless name is reported shortened")
    func longName() {
        let name = String(repeating: "x", count: 100_000)
        for text in ["[live]\n\(name) = 1", "\(name) = 1", "[\(name)]", "[live]\nvoice = \(name)"] {
            let found = mistakes(in: text)
            #expect(found.count == 1)
            #expect(found.allSatisfy { $0.count < 2000 })
        }
    }

    static let key = "AIzaSyA-0123456789_abcdefghijklmnopqrstu"

    static let filesWithKeys: [String] = [
        "api_key = \"\(key)\"", "[live]\nkey = \"\(key)\"", "[live]\napi_key = \(key)",
        "[live]\nkey_file = \"\(key)\"", "[live]\nkey_file = \(key)", "[live.api_key]\nx = 1",
        "[live]\nurl = \"wss://example.org/?key=\(key)\"", "[api_key]\nx = \"\(key)\"",
        "[[tool.command]]\nname = \"a\"\ndescription = \"b\"\nargv = [\"c\"]\ntoken = \"\(key)\"",
    ]

    @Test(
        "a key in the file is refused with the place for it, and never repeated",
        arguments: filesWithKeys)
    func secrets(text: String) {
        let found = mistakes(in: text)
        #expect(found.count == 1, "\(found)")
        #expect(found.allSatisfy { !$0.contains("AIza") && !$0.contains("0123") }, "\(found)")
    }

    @Test(
        "an address that no WebSocket can have is reported at its place",
        arguments: ["generativelanguage.googleapis.com", "ftp://host", "wss://", "wss://a b"])
    func addresses(text: String) {
        #expect(
            mistakes(in: "[live]\nurl = \"\(text)\"") == [
                "m.toml:2:7: live.url is \"\(text)\", but must be ws:// or wss:// with a host, such "
                    + "as \"wss://example.org:8443\"; a key is never part of it"
            ])
    }

    @Test("a URL with a host name or an address, a port and a path is accepted")
    func rightAddresses() {
        for text in ["ws://localhost:8080", "wss://[::1]:1", "https://example.org/proxy"] {
            #expect(mistakes(in: "[live]\nurl = \"\(text)\"").isEmpty)
        }
    }

    @Test("a file is named by its whole path")
    func paths() {
        #expect(
            mistakes(in: "[recording]\ndirectory = \"recordings\"") == [
                "m.toml:2:13: recording.directory is \"recordings\", but must be a path that "
                    + "begins with /"
            ])
        #expect(mistakes(in: "[live]\nca_file = \"\"\nkey_file = \"/k\"").isEmpty)
    }

    @Test("mistakes of several files are reported in the files' order of precedence")
    func severalFiles() {
        let found = mistakes(in: [
            ("/etc/martlet/martlet.toml", "[live]\nx1 = 1\n[log]\nx2 = 2"),
            ("/etc/martlet/conf.d/10.toml", "[live]\nx3 = 1\n[live"),
            ("/etc/martlet/conf.d/20.toml", "?"),
        ])
        #expect(
            found.map { $0.split(separator: "/").last?.prefix { $0 != " " } } == [
                "martlet.toml:2:1:", "martlet.toml:4:1:", "10.toml:2:1:", "10.toml:3:6:",
                "20.toml:1:1:",
            ])
    }
}
