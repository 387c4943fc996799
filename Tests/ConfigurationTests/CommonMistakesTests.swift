import Testing

@testable import Configuration

/// Common mistakes, tried on every setting.
struct CommonMistakesTests {
    /// A value as written, and the part of it that the message must repeat.
    struct Written {
        let value: String
        let found: String

        init(_ value: String, found: String? = nil) {
            self.value = value
            self.found = found ?? value
        }
    }

    /// One of these introduces the remedy.
    private static let cues = [
        "allowed:", "must be", "needs quotes", "in quotes", "without", "straight ones", "a point",
        "begins with #", "did you mean", "quote it", "64 bits", "a value is expected",
        "leave them out", "must not be empty", "write ", "it belongs in", "it has:", "must begin",
        "a time of day",
    ]

    private enum Kind { case text, texts, integer, number, boolean }

    private static func kind(of setting: any AnySetting) -> Kind {
        switch setting.fallbackText.first {
        case "\"": .text
        case "[": .texts
        case "t", "f": .boolean
        default: setting.fallbackText.contains(".") ? .number : .integer
        }
    }

    /// Wrong for every setting of any type.
    private static let everywhere = [
        Written("", found: "a value is expected"), Written("# none", found: "a value is expected"),
        Written("word"), Written("“word”", found: "“"), Written("True"), Written("yes"),
        Written("10s"), Written("1979-05-27"), Written("07:30"),
        Written("1979-05-27T07:32:00+01:00", found: "date or time"),
        Written("99999999999999999999"), Written("{ a = 1 }", found: "a table"),
    ]

    private static func values(_ setting: any AnySetting) -> [Written] {
        let usual = setting.fallbackText.contains("\n") ? "\"word\"" : setting.fallbackText
        var values = everywhere
        for tail in ["// the usual", "; the usual"] {
            values.append(Written("\(usual) \(tail)", found: "text after"))
        }
        switch kind(of: setting) {
        case .text:
            values += [Written("7"), Written("true"), Written("[\"word\"]", found: "an array")]
        case .texts:
            values += [Written("7"), Written("\"word\""), Written("[1]", found: "an array")]
        case .boolean:
            values += [Written("1"), Written("\"true\""), Written("\"on\"")]
        case .integer, .number:
            values += [
                Written("\"20\""), Written("\"10s\""), Written("\"8,5\""), Written("nan"),
                Written("inf"), Written("80%", found: "%"), Written("8,5", found: "text after"),
                Written("true"), Written("[20]", found: "an array"),
            ]
            if kind(of: setting) == .integer { values.append(Written("8.5")) }
            if let bounds = setting.bounds {
                for value in [bounds.lowerBound - 1, bounds.upperBound + 1, 1e15] {
                    let number = kind(of: setting) == .integer ? "\(Int(value))" : "\(value)"
                    values.append(Written(number))
                }
            }
        }
        return values
    }

    private func expectHelp(
        _ mistake: String?, _ setting: any AnySetting, naming name: String, of written: String,
        found: String
    ) {
        guard let mistake else {
            Issue.record("\(setting.path) takes \(written)")
            return
        }
        let parts = mistake.split(separator: ":", maxSplits: 3, omittingEmptySubsequences: false)
        let column = parts.count == 4 ? Int(parts[2]) : nil
        #expect(parts.count == 4 && parts[0] == "m.toml" && parts[1] == "2", "\(mistake)")
        #expect(
            column.map { (1...(written.unicodeScalars.count + 1)).contains($0) } ?? false,
            "\(mistake)")
        #expect(mistake.contains(name), "\(mistake)")
        #expect(mistake.contains(found), "\(written): \(mistake)")
        #expect(Self.cues.contains { mistake.contains($0) }, "\(mistake)")
    }

    @Test("each setting's wrong values are reported with name, place, finding and remedy")
    func eachSettingSWrongValues() {
        var count = 0
        for setting in Keys.all where setting.path != Keys.mqtt.password.path {
            for written in Self.values(setting) {
                let line = "\(setting.name) = \(written.value)"
                let found = mistakes(in: "[\(setting.section)]\n\(line)")
                expectHelp(
                    found.first, setting, naming: setting.path, of: line, found: written.found)
                #expect(found.count == 1, "\(found)")
                count += 1
            }
        }
        #expect(count > 12 * Keys.all.count)
    }

    @Test("a misspelled or misplaced name is reported with the right one")
    func aNameWrittenWronglyOr() {
        // A secret's name is reported in other words, wherever it is.
        for setting in Keys.all where setting.path != Keys.mqtt.password.path {
            let usual =
                setting.fallbackText.contains("\n") ? "\"word\"" : setting.fallbackText
            let home = Set(Keys.all.filter { $0.section == setting.section }.map(\.name))
            let other = setting.section == "log" ? "sounds" : "log"
            let hasNamesake = Keys.all.contains {
                $0.section == other && $0.name == setting.name
            }
            let swapped =
                String(setting.name.dropLast(2)) + String(setting.name.suffix(2).reversed())
            var cases = [
                (setting.section, setting.name.uppercased()),
                (setting.section, setting.name.replacing("_", with: "-")),
            ]
            if !home.contains(swapped) { cases.append((setting.section, swapped)) }
            if !hasNamesake { cases.append((other, setting.name)) }
            for (section, name) in cases where section != setting.section || name != setting.name {
                let line = "\(name) = \(usual)"
                let found = mistakes(in: "[\(section)]\n\(line)")
                expectHelp(found.first, setting, naming: "'\(name)'", of: line, found: name)
            }
        }
    }

    @Test("words of a list must be spelled exactly, case and blanks included")
    func wordsOfAListAre() {
        var count = 0
        for setting in Keys.all {
            guard Self.kind(of: setting) == .text, let allowed = setting.allowedWords else {
                continue
            }
            for word in allowed.split(separator: ", ").map({ $0.filter { $0 != "\"" } })
            where !word.isEmpty {
                let upper = word.uppercased()
                let other = upper == word ? word.lowercased() : upper
                for written in [other, " \(word)", "\(word) ", "\(word)\t"] {
                    let line = "\(setting.name) = \"\(written)\""
                    let found = mistakes(in: "[\(setting.section)]\n\(line)")
                    let shown = TOMLValue.string(written).shown
                    expectHelp(
                        found.first, setting, naming: setting.path, of: line, found: shown)
                    count += 1
                }
            }
        }
        #expect(count > 50)
    }

    @Test("blanks around a name are reported and never accepted")
    func blanksAroundANameAre() {
        for setting in Keys.all
        where Self.kind(of: setting) == .text && setting.path != Keys.live.instruction.path
            && setting.path != Keys.mqtt.password.path
        {
            let line = "\(setting.name) = \" /x \""
            let found = mistakes(in: "[\(setting.section)]\n\(line)")
            expectHelp(found.first, setting, naming: setting.path, of: line, found: "\" /x \"")
        }
    }

    @Test("a path that is not absolute is reported, whether relative or in a home")
    func aPathThatBeginsIn() {
        for setting in Keys.all {
            guard Self.kind(of: setting) == .text,
                !mistakes(in: "[\(setting.section)]\n\(setting.name) = \"x/y\"").isEmpty,
                mistakes(in: "[\(setting.section)]\n\(setting.name) = \"/x\"").isEmpty
            else { continue }
            for path in ["sounds/mine", "./x", "../x", "~/x"] {
                let line = "\(setting.name) = \"\(path)\""
                let found = mistakes(in: "[\(setting.section)]\n\(line)")
                expectHelp(found.first, setting, naming: setting.path, of: line, found: path)
                #expect(found.first?.contains("begins with /") == true, "\(found)")
            }
        }
    }

    static let hosts: [(String, String)] = [
        ("192.168.1.5:1883", "host = \"192.168.1.5\", port = 1883"),
        ("broker.local:8883", "host = \"broker.local\", port = 8883"),
        ("[::1]:1883", "host = \"::1\", port = 1883"),
        ("[fe80::1%eth0]", "host = \"fe80::1%eth0\""),
        ("mqtt://broker", "without \"mqtt://\""), ("mqtts://a:1", "without \"mqtts://\""),
        ("user@broker", "settings of their own"), ("broker/x", "settings of their own"),
        ("broker:", "host = \"broker\""),
    ]

    @Test(
        "a broker's host with more than a host in it is reported, with what belongs where",
        arguments: hosts)
    func aBrokerSHostWith(
        _ host: String, _ words: String
    ) {
        let found = mistakes(in: "[mqtt]\nhost = \"\(host)\"")
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("m.toml:2:8: mqtt.host is \"\(host)\": ") == true)
        #expect(found.first?.contains(words) == true, "\(found)")
    }

    @Test(
        "a name, and an address of either IP version, are accepted as a broker's host",
        arguments: ["broker", "broker.local", "192.168.1.5", "::1", "fe80::1", "2001:db8::5:1"])
    func aNameAndAnAddress(host: String) {
        #expect(mistakes(in: "[mqtt]\nhost = \"\(host)\"").isEmpty)
    }

    static let homes: [(String, String)] = [
        ("homeassistant.local:8123", "must begin with http:// or https://"),
        ("ws://homeassistant.local:8123", "not with ws://"),
        ("http://homeassistant.local:8123/lovelace/0", "write \"http://homeassistant.local:8123\""),
        ("https://ha.example.org/api/", "write \"https://ha.example.org\""),
        ("http://:8123", "names no host"), ("http://", "names no host"),
        ("http://ha:99999", "1 to 65535"), ("http://ha:x", "1 to 65535"),
        ("http://a b", "names no host"),
    ]

    private func home(_ url: String) -> [String] {
        mistakes(
            in: "[[tool.home_assistant]]\nname = \"home\"\nurl = \"\(url)\"\n"
                + "token = \"{secret:ha}\"\nareas = [\"Kitchen\"]\nconfirm = \"pin\"")
    }

    @Test("Home Assistant's url is checked as the file has it", arguments: homes)
    func homeAssistantSUrlIs(_ url: String, _ words: String) {
        let found = home(url)
        #expect(found.count == 1)
        #expect(
            found.first?.hasPrefix("m.toml:3:7: tool.home_assistant.url is \"\(shortened(url))\": ")
                == true, "\(found)")
        #expect(found.first?.contains(words) == true, "\(found)")
        #expect(found.first?.contains("WebSocket") == false)
    }

    @Test(
        "a Home Assistant url is scheme, host and port",
        arguments: ["http://ha:8123", "https://ha.example.org/", "http://[fd00::1]:8123"])
    func schemeHostAndPortAre(url: String) {
        #expect(home(url).isEmpty, "\(home(url))")
    }

    @Test(
        "a tool's url without http is reported at the url",
        arguments: ["api.example.org/v1", "ftp://api.example.org", "//api.example.org"])
    func aToolSUrlWithout(url: String) {
        let http = "[[tool.http]]\nurl = \"\(url)\"\nname = \"a\"\ndescription = \"b\""
        let server = "[[tool.mcp]]\nurl = \"\(url)\"\nname = \"a\"\ntools = [\"*\"]"
        for text in [http, server] {
            let found = mistakes(in: text)
            #expect(found.count == 1, "\(found)")
            #expect(found.first?.hasPrefix("m.toml:2:7: tool.") == true)
            #expect(found.first?.contains("url is \"\(url)\": it must begin with http://") == true)
        }
        for host in ["https://a.example", "a.example:443", "a.example/x", ""] {
            let found = mistakes(
                in: "[[tool.http]]\nhosts = [\"\(host)\"]\nname = \"a\"\ndescription = \"b\"\n"
                    + "url = \"https://b.example\"")
            #expect(found.count == 1, "\(host): \(found)")
            #expect(found.first?.hasPrefix("m.toml:2:9: tool.http.hosts holds ") == true)
        }
    }

    @Test(
        "a value that names no line is reported wherever a line is expected",
        arguments: ["17", "GPIO 17", "gpiochip0:", "gpiochip0:x", ":17", "gpiochip0:-1"])
    func whatNamesNoLineIs(line: String) {
        let files = [
            "[button]\nline = \"\(line)\"", "[mute_switch]\nline = \"\(line)\"",
            "[led]\nline = \"\(line)\"", "[led]\npower_line = \"\(line)\"",
            "[led]\ndata_line = \"\(line)\"", "[led]\nclock_line = \"\(line)\"",
            "[[button]]\nline = \"\(line)\"\nname = \"a\"\npress = \"talk\"",
            "[[tool.gpio]]\nline = \"\(line)\"\nname = \"a\"\ndescription = \"b\"",
        ]
        for file in files {
            let found = mistakes(in: file)
            #expect(found.count == 1, "\(found)")
            #expect(found.first?.hasPrefix("m.toml:2:") == true)
            #expect(found.first?.contains("line is \"\(line)\"") == true, "\(found)")
            #expect(found.first?.contains("\"GPIO17\"") == true)
        }
    }

    @Test("control characters of a file never reach the terminal")
    func controlCharactersOfAFile() {
        for text in [
            "[live]\n\"a\\u001B[31mb\" = 1", "[\"\\u001B[2J\"]\nx = 1", "[live]\nmodel = \u{1B}",
            "\"\\u202Egnp\" = 1", "[[tool.gpio]]\n\"\\u0007\" = 1",
        ] {
            let found = mistakes(in: text)
            #expect(!found.isEmpty)
            for scalar in found.joined().unicodeScalars {
                #expect(scalar.value >= 0x20 && scalar.value != 0x7F && scalar != "\u{202E}")
            }
        }
        #expect(mistakes(in: "[live]\n\"a\\u001Bb\" = 1").first?.contains("a␛b") == true)
    }

    @Test(
        "a value in a secret's place is refused and never repeated",
        arguments: ["\"hunter2\"", "hunter2", "7654321", "\" hunter2 \"", "[\"hunter2\"]", "10s"])
    func whatStandsInThePlace(written: String) {
        let found = mistakes(in: "[mqtt]\npassword = \(written)")
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.contains("mqtt.password") == true, "\(found)")
        for secret in ["hunter2", "7654321", "10s"] {
            #expect(found.first?.contains(secret) == false, "\(found)")
        }
    }
}
