import AllToolKinds
import CommandTools
import GPIOTools
import Testing
import Tools

@testable import Configuration

/// `[[tool.gpio]]` and `[[tool.command]]`.
struct ToolSettingsTests {
    @Test("an output has its defaults, and everything that the file sets")
    func outputs() throws {
        let settings = try SettingsFile.settings(from: [
            (
                "m.toml",
                """
                [[tool.gpio]]
                name = "lamp"
                description = "a lamp"
                line = "GPIO27"
                [[tool.gpio]]
                name = "fan"
                description = "a fan"
                file = "/run/fan"
                active_low = true
                rests_on = true
                """
            )
        ])
        let lines = settings.tools(GPIOToolSettings.self)
        let lamp = try #require(lines.first).kind
        #expect(lamp.line == "GPIO27")
        #expect(lamp.file.isEmpty)
        #expect(!lamp.activeLow)
        #expect(!lamp.restsOn)
        #expect(lamp.direction == .output)
        #expect(lamp.pulseMilliseconds == 500)
        let (named, fan) = try #require(lines.last)
        #expect(fan.line.isEmpty)
        #expect(fan.file == "/run/fan")
        #expect(fan.activeLow)
        #expect(fan.restsOn)
        #expect(named.position == Position(file: "m.toml", line: 5, column: 1))
    }

    @Test("a command has its defaults: all parameters are required, ten seconds, the root")
    func commands() throws {
        let text = """
            [[tool.command]]
            name = "dim"
            description = "Dims."
            argv = ["/bin/dim", "{level}"]
            parameters.level = { type = "integer" }
            """
        let (tool, command) = try #require(
            try SettingsFile.settings(from: [("m.toml", text)])
                .tools(CommandToolSettings.self).first)
        #expect(command.program.arguments == ["/bin/dim", "{level}"])
        #expect(tool.parameters.map(\.name) == ["level"])
        #expect(tool.required == ["level"])
        #expect(tool.deadlineMilliseconds == 10_000)
        #expect(command.program.directory.isEmpty)
        #expect(tool.resultLimitBytes == 16_384)
        #expect(tool.risk == .low)
        #expect(tool.confirmation == nil)
    }

    @Test(
        "the risk decides who is asked, unless the settings say something else",
        arguments: [
            ("", nil), ("risk = \"read\"", nil),
            ("risk = \"high\"", .button), ("risk = \"unlock\"", .button),
            ("risk = \"unlock\"\nconfirm = \"pin\"", .pin),
            ("risk = \"high\"\nconfirm = \"none\"", nil),
            (
                "risk = \"low\"\nconfirm = \"phrase\"\nphrase = \"open sesame\"",
                .phrase("open sesame")
            ),
        ] as [(String, ToolConfirmation?)])
    func confirmation(keys: String, expected: ToolConfirmation?) throws {
        let settings = try SettingsFile.settings(from: [("m", Self.command + keys)])
        #expect(settings.tools.first?.confirmation == expected)
        #expect(settings.warnings.isEmpty)
    }

    @Test("a door that needs no confirmation is reported")
    func unguarded() throws {
        let text = Self.command + "risk = \"unlock\"\nconfirm = \"none\""
        let settings = try SettingsFile.settings(from: [("m", text)])
        #expect(settings.warnings.count == 1)
        #expect(
            settings.warnings.first?.description.hasPrefix("m:1:1: tool a lets someone in")
                == true)
    }

    @Test("a press cannot confirm where there is no button")
    func noButton() {
        let text =
            "[conversation]\nmode = \"hands-free\"\n[button]\nsource = \"none\"\n" + Self.command
            + "risk = \"unlock\""
        #expect(mistakes(in: text).count == 1)
        #expect(
            mistakes(in: text).first?.hasPrefix(
                "m.toml:5:1: tool a is confirmed by the button, but button.source is \"none\"")
                == true)
    }

    private static let gpio = "[[tool.gpio]]\nname = \"a\"\ndescription = \"b\"\n"
    private static let command =
        "[[tool.command]]\nname = \"a\"\ndescription = \"b\"\nargv = [\"c\"]\n"

    static let wrong: [Told] = [
        Told(
            gpio + "line = \"x\"\nrisk = \"danger\"",
            "5:8: tool.gpio.risk is \"danger\"; allowed: \"read\", \"low\", \"high\", \"unlock\""),
        Told(
            command + "risk = \"read\"\nconfirm = \"button\"",
            "6:11: tool.command.confirm is \"button\", but a tool of risk \"read\" never asks"),
        Told(
            command + "confirm = \"phrase\"\nphrase = \"yes\"",
            "6:10: tool.command.phrase must say what is to be said, with six letters or more"),
        Told(
            command + "phrase = \"open sesame\"",
            "5:10: tool.command.phrase is used only with confirm = \"phrase\""),
        Told(
            command + "directory = \"/\"",
            "5:13: tool.command.directory is /: a program may not write everywhere"),
        Told(
            gpio + "line = \"x\"\nactions = [\"jump\"]",
            "5:11: tool.gpio.actions holds \"jump\"; there are on, off, toggle, pulse, read"),
        Told(
            gpio + "line = \"x\"\nbias = \"pull-up\"",
            "5:8: tool.gpio.bias is for inputs: direction = \"input\""),
        Told(
            gpio + "line = \"x\"\ndirection = \"input\"\nrests_on = true",
            "6:12: tool.gpio.rests_on has no effect on an input, which is only read"),
        Told(
            gpio + "line = \"x\"\nparameters = { }",
            "5:1: tool.gpio has no 'parameters'"),
        Told(gpio, "1:1: tool.gpio needs either 'line'"),
        Told(gpio + "line = \"x\"\nfile = \"/y\"", "1:1: tool.gpio needs either 'line'"),
        Told(gpio + "line = 27", "4:8: tool.gpio.line is 27, but must be a string"),
        Told(gpio + "line = \"x\"\nactive_low = 1", "5:14: tool.gpio.active_low is 1, but must be"),
        Told(
            gpio + "line = \"x\"\nactive_lo = true",
            "5:1: tool.gpio has no 'active_lo'; did you mean 'active_low'?"),
        Told(gpio + "file = \"lamp\"", "4:8: tool.gpio.file is \"lamp\", but must be a path"),
        Told("[[tool.gpio]]\nname = \"a\"\nline = \"x\"", "1:1: tool.gpio lacks 'description'"),
        Told(
            "[[tool.gpio]]\nline = \"x\"\ndescription = \"b\"\nname = \"\"",
            "4:8: tool.gpio.name must not be empty"
        ),
        Told(
            command + "deadline_ms = 99",
            "5:15: tool.command.deadline_ms is 99; allowed: 100 to 600000"
        ),
        Told(
            command + "result_limit_bytes = 1",
            "5:22: tool.command.result_limit_bytes is 1; allowed: 256 to 1048576"
        ),
        Told(
            command + "directory = \"tmp\"",
            "5:13: tool.command.directory is \"tmp\", but must be a path that begins with /"
        ),
        Told(
            command + "required = \"x\"",
            "5:12: tool.command.required must be an array of strings"
        ),
        Told(
            command + "required = [\"x\"]",
            "5:13: tool.command.required names 'x', which is not one of the parameters"
        ),
        Told(command + "parameters = 1", "5:14: tool.command.parameters is 1, but must be a table"),
        Told(
            command + "parameters = { x = 1 }",
            "5:20: tool.command.parameters.x must be a table such as { type = \"string\" }"
        ),
        Told(command + "args = [\"x\"]", "5:1: tool.command has no 'args'; did you mean 'argv'?"),
        Told(
            "[[tool.command]]\nname = \"a\"\ndescription = \"b\"\nargv = []",
            "4:8: tool.command.argv names no program"
        ),
        Told(
            "[[tool.command]]\nname = \"a\"\ndescription = \"b\"\nargv = [\"c\", 1]",
            "4:14: tool.command.argv holds 1, but must hold strings only"
        ),
        Told(
            "[[tool.command]]\nname = \"a\"\ndescription = \"b\"\nargv = \"c d\"",
            "4:8: tool.command.argv must be an array of strings"
        ),
        Told(
            "[[tool.command]]\nname = \"a\"\nargv = [\"c\"]",
            "1:1: tool.command lacks 'description'"
        ),
    ]

    @Test("each mistake in a tool is reported with its place", arguments: wrong)
    func toolMistakes(_ told: Told) {
        #expect(mistakes(in: told.text).count == 1)
        #expect(
            mistakes(in: told.text).first?.hasPrefix("m.toml:\(told.words)") == true,
            "\(mistakes(in: told.text))")
    }

    @Test("a tool in single brackets, and a plain value among tools, are reported")
    func brackets() {
        #expect(mistakes(in: "[tool]\ngpio = [1]") == ["m.toml:2:9: write [[tool.gpio]]"])
    }

    @Test("a name used twice is reported across files; a command and an output may share one")
    func names() {
        let gpio = Self.gpio + "line = \"x\"\n"
        #expect(mistakes(in: [("1", gpio), ("2", Self.command)]).isEmpty)
        #expect(
            mistakes(in: [("1", gpio), ("2", gpio)]) == [
                "2:1:1: output a is defined already at 1:1:1"
            ])
    }
}
