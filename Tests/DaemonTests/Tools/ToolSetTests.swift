import AllToolKinds
import Configuration
import Testing

@testable import Daemon

/// Mistakes in tools, found without opening a line or running a program.
struct ToolSetTests {
    private func mistakes(in text: String) throws -> [String] {
        let settings = try SettingsFile.settings(from: [("t", text)])
        return ToolSet.mistakes(in: settings).map(\.description)
    }

    private static let head = "[[tool.command]]\nname = \"dim\"\ndescription = \"Dims.\"\n"

    @Test("a command whose placeholders, schema or name do not fit is reported with its place")
    func commands() throws {
        let parameters = "parameters = { level = { type = \"integer\" } }\n"
        #expect(try mistakes(in: Self.head + "argv = [\"a\", \"{level}\"]\n" + parameters).isEmpty)
        for (text, words) in [
            ("argv = [\"a\", \"{lvel}\"]\n" + parameters, "{lvel} is not among the parameters"),
            ("argv = [\"{level}\"]\n" + parameters, "must not choose the program"),
            (
                "argv = [\"a\", \"{level}\"]\nrequired = []\n" + parameters,
                "must be among the required"
            ),
            (
                "argv = [\"a\"]\nparameters = { x = { type = \"whole\" } }",
                "parameters.properties.x"
            ),
        ] {
            let found = try mistakes(in: Self.head + text)
            #expect(found.count == 1)
            #expect(found.first?.hasPrefix("t:1:1: ") == true)
            #expect(found.first?.contains(words) == true, "\(found)")
        }
        let named = try mistakes(
            in: "[[tool.command]]\nname = \"2nd\"\ndescription = \"b\"\nargv = [\"a\"]")
        #expect(named.first?.contains("must begin with a letter") == true, "\(named)")
    }

    @Test("an output's line of an unknown name, and names that clash, are reported too")
    func outputs() throws {
        let output = "[[tool.gpio]]\nname = \"lamp\"\ndescription = \"b\"\nline = \"GPIO27\"\n"
        #expect(try mistakes(in: output).isEmpty)
        #expect {
            try mistakes(in: output.replacing("GPIO27", with: "gpiochip0:x"))
        } throws: { error in
            "\(error)".hasPrefix("t:4:8: tool.gpio.line is \"gpiochip0:x\": ")
        }
        let clash = try mistakes(
            in: output
                + Self.head.replacing("dim", with: "switch_output") + "argv = [\"a\"]")
        #expect(clash.count == 1)
        #expect(clash.first?.hasPrefix("t:5:1: ") == true, "\(clash)")
    }
}
