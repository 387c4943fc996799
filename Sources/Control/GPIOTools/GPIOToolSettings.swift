package import Configuration
package import ModelTypes
package import Tools
internal import WireCodec

/// A line of the configuration that tools switch or read: `[[tool.gpio]]`.
package struct GPIOToolSettings: ToolKind, Equatable {
    /// Which way the line goes.
    package enum Direction: String, Sendable, CaseIterable {
        case output, input
    }

    /// The chip's own resistor on an input.
    package enum Bias: String, Sendable, CaseIterable {
        case none
        case pullUp = "pull-up"
        case pullDown = "pull-down"
    }

    /// A GPIO line; empty when `file` is set.
    package var line: String
    /// A file in place of a line; empty when `line` is set.
    package var file: String
    package var direction: Direction
    package var bias: Bias
    package var activeLow: Bool
    /// The state of an output at the start and at the end.
    package var restsOn: Bool
    /// The length of a pulse if the call gives none.
    package var pulseMilliseconds: Int
    /// What may be done with it; an input is only read.
    package var actions: [GPIOTool.Line.Action]

    package static let name = "gpio"
    package static let shape = ToolShape.part
    package static let usualRisk = ToolRisk.low

    package static let example = #"""
        # What the model may switch or read: as many of these as there are lines. For the model all
        # of them are one function, switch_output, that knows their names and descriptions.
        #
        # [[tool.gpio]]
        # name = "lamp"
        # description = "the lamp on the desk"
        # line = "GPIO27"         # or file = "/run/martlet/lamp", which then holds 0 or 1
        # active_low = false      # default
        # rests_on = false        # how it stands at the start and at the end; default
        # pulse_ms = 500          # a pulse of unstated length; default
        # actions = ["on", "off", "toggle", "pulse", "read"]   # default; a door: ["pulse"]
        #
        # [[tool.gpio]]
        # name = "window"
        # description = "a contact: on while the window is open"
        # direction = "input"     # only read
        # line = "GPIO5"
        # bias = "pull-up"        # or "pull-down", "none", which is the default

        """#

    package static func read(_ table: inout TableReader) -> GPIOToolSettings? {
        let line = table.line("line", "")
        let file = table.path("file", "")
        let direction = table.choice("direction", Direction.output)
        let bias = table.choice("bias", Bias.none)
        let activeLow: Bool? = table.value("active_low", false)
        let restsOn: Bool? = table.value("rests_on", false)
        let pulse = table.number("pulse_ms", 500, 1...10_000)
        let actions = readActions(&table, direction)
        guard let line, let file, let direction, let bias, let activeLow, let restsOn, let pulse,
            let actions
        else { return nil }
        if line.isEmpty == file.isEmpty, !table.isWrong("line"), !table.isWrong("file") {
            table.note(
                nil, "needs either 'line' (GPIO) or 'file' (a file that stands for a line)")
        }
        if direction == .input {
            for key in ["rests_on", "pulse_ms", "actions"] where table.has(key) {
                table.note(key, "has no effect on an input, which is only read")
            }
        } else if table.has("bias") {
            table.note("bias", "is for inputs: direction = \"input\"")
        }
        return GPIOToolSettings(
            line: line, file: file, direction: direction, bias: bias, activeLow: activeLow,
            restsOn: restsOn, pulseMilliseconds: pulse, actions: actions)
    }

    private static func readActions(
        _ table: inout TableReader, _ direction: Direction?
    ) -> [GPIOTool.Line.Action]? {
        let all = GPIOTool.Line.Action.allCases
        let usual = direction == .input ? [.read] : all
        return table.strings("actions", usual.map(\.rawValue))?.compactMap { word in
            if let action = GPIOTool.Line.Action(rawValue: word) { return action }
            table.note(
                "actions",
                "holds \(TOMLValue.string(word).shown); there are "
                    + all.map(\.rawValue).joined(separator: ", "))
            return nil
        }
    }

    package func takenLine(_ shared: ToolSettings) -> (label: String, name: String)? {
        ("\(direction.rawValue) \(shared.name)", line)
    }

    package func concerns(_ call: FunctionCall, _ shared: ToolSettings) -> Bool {
        call.name == GPIOTool.name && call.arguments["output"]?.string == shared.name
    }

    package var members: [(key: String, toml: String)] {
        let place = line.isEmpty ? ("file", file.toml) : ("line", line.toml)
        let common = [
            place, ("direction", direction.rawValue.toml), ("active_low", activeLow.toml),
        ]
        switch direction {
        case .input: return common + [("bias", bias.rawValue.toml)]
        case .output:
            return common + [
                ("rests_on", restsOn.toml), ("pulse_ms", pulseMilliseconds.toml),
                ("actions", TOMLValue.list(actions.map(\.rawValue))),
            ]
        }
    }
}
