package import Panel

/// One button of the configuration: `[button]`, or one of the `[[button]]` tables.
package struct ButtonSettings: Sendable, Equatable {
    /// What the journal calls it; empty for the only one.
    package var name: String
    package var line: String
    package var activeLow: Bool
    /// "pull-up", "pull-down" or "none".
    package var bias: String
    package var press: ButtonAction
    package var tap: ButtonAction
    package var double: ButtonAction
    package var long: ButtonAction
    /// Its place in the files; nil for the defaults.
    package var position: Position?

    /// Its name in messages.
    var label: String { name.isEmpty ? "button" : "button '\(shortened(name))'" }
}

extension ButtonGesture.Settings {
    /// The times that the owner set; no gesture has an action yet.
    package init(_ settings: Settings = Settings()) {
        self.init(
            holdMilliseconds: settings[Keys.button.hold],
            doubleMilliseconds: settings[Keys.button.doubleGap],
            longMilliseconds: settings[Keys.button.longTime],
            stuckMilliseconds: 1000 * settings[Keys.button.stuck])
    }
}

extension Settings {
    /// The buttons on GPIO lines; none if the source is not GPIO.
    ///
    /// If there are [[button]] tables, [button] is not a button of its own.
    package var buttons: [ButtonSettings] {
        guard self[Keys.button.source] == "gpio" else { return [] }
        guard buttonTables.isEmpty else { return buttonTables }
        func action(_ key: Setting<String>) -> ButtonAction {
            // Anything else has been refused.
            (try? ButtonAction(self[key])) ?? .nothing
        }
        return [
            ButtonSettings(
                name: "", line: self[Keys.button.line], activeLow: self[Keys.button.activeLow],
                bias: self[Keys.button.bias], press: action(Keys.button.press),
                tap: action(Keys.button.tap), double: action(Keys.button.double),
                long: action(Keys.button.long),
                position: position(of: Keys.button.press) ?? position(of: Keys.button.line))
        ]
    }

    /// Whether holding a button means talking.
    package var holdsToTalk: Bool { self[Keys.conversation.mode] != "tap" }

    mutating func readButtons(_ nodes: [TOMLNode]) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        for node in nodes {
            guard case .table(let entry) = node.value else {
                diagnostics.append(Diagnostic(node.position, "write [[button]]"))
                continue
            }
            var reader = TableReader(entry, name: "button", position: node.position)
            if let button = reader.button() { buttonTables.append(button) }
            diagnostics += reader.finish()
        }
        return diagnostics
    }

    /// Contradictions between the buttons' settings.
    func buttonContradictions(refused: Set<String>) -> [Diagnostic] {
        guard refused.isDisjoint(with: Keys.button.all.map(\.path) + [Keys.conversation.mode.path])
        else { return [] }
        let mode = self[Keys.conversation.mode]
        var diagnostics: [Diagnostic] = []
        let buttons = buttons
        let canTalk =
            self[Keys.button.source] == "keyboard" || buttons.contains { $0.press == .talk }
        // A message opens a turn that silence ends, as a tap does; no button is held.
        let isListenedTo =
            mode == "tap" && !self[Keys.mqtt.host].isEmpty
            && self[Keys.mqtt.commands].contains("listen")
        if mode != "hands-free", !canTalk, !isListenedTo {
            let instead =
                mode == "tap"
                ? ", or mqtt.host with \"listen\" among mqtt.commands"
                : self[Keys.button.source] == "none"
                    ? "; without one: \"hands-free\", or \"tap\" begun by mqtt.commands \"listen\""
                    : ""
            diagnostics.append(
                Diagnostic(
                    position(of: Keys.button.source) ?? position(of: Keys.conversation.mode)
                        ?? buttons.first?.position,
                    "conversation.mode \"\(mode)\" needs a button whose press is \"talk\"" + instead
                ))
        }
        for button in buttons {
            for mistake in mistakes(of: button) {
                diagnostics.append(Diagnostic(button.position, "\(button.label): \(mistake)"))
            }
        }
        return diagnostics
    }

    private func mistakes(of button: ButtonSettings) -> [String] {
        var mistakes: [String] = []
        let holds = button.press == .talk && holdsToTalk
        if holds, button.long != .nothing {
            mistakes.append(
                "holding it means talking, so it has no long press; use double, or "
                    + "conversation.mode \"tap\"")
        }
        if !holds, button.press != .nothing, button.tap != .nothing {
            mistakes.append("a press and a tap are the same here; leave out one of them")
        }
        if [button.tap, button.double, button.long].contains(.talk) {
            mistakes.append("only a press can be \"talk\"")
        }
        if [button.press, button.tap, button.double, button.long].allSatisfy({ $0 == .nothing }) {
            mistakes.append("it does nothing; say what a press does")
        }
        return mistakes
    }
}

extension TableReader {
    mutating func button() -> ButtonSettings? {
        let name: String? = value("name")
        let line = self.line("line")
        let activeLow: Bool? = value("active_low", true)
        let bias: String? = value("bias", "pull-up")
        let press = action("press")
        let tap = action("tap")
        let double = action("double")
        let long = action("long")
        guard let name, let line, let activeLow, let bias else { return nil }
        if let mistake = Keys.button.bias.allowed.admits(bias) ? nil : bias {
            note(
                "bias",
                "is \"\(shortened(mistake))\"; allowed: "
                    + (Keys.button.bias.allowedWords ?? ""))
        }
        return ButtonSettings(
            name: name, line: line, activeLow: activeLow, bias: bias, press: press, tap: tap,
            double: double, long: long, position: position)
    }

    private mutating func action(_ key: String) -> ButtonAction {
        guard let text: String = value(key, "") else { return .nothing }
        do throws(PanelError) {
            return try ButtonAction(text)
        } catch {
            note(key, "is not an action: \(error)")
            return .nothing
        }
    }
}

extension SettingsFile {
    static let buttonExample = #"""


        # More than one button: one of these tables for each, instead of the button above, whose
        # times (and source) apply to all of them.
        #
        # [[button]]
        # name = "talk"
        # line = "GPIO17"
        # active_low = true       # default
        # bias = "pull-up"        # default
        # press = "talk"          # and tap, double, long, as for [button]
        #
        # [[button]]
        # name = "louder"
        # line = "GPIO23"
        # press = "volume_up"
        # long = 'tool switch_output {"output": "lamp", "action": "toggle"}'

        """#

    static func shown(_ button: ButtonSettings) -> String {
        """

        [[button]]  # \(button.position.map { "\($0)" } ?? "")
        name = \(button.name.toml)
        line = \(button.line.toml)
        active_low = \(button.activeLow)
        bias = \(button.bias.toml)
        press = \(button.press.text.toml)
        tap = \(button.tap.text.toml)
        double = \(button.double.text.toml)
        long = \(button.long.text.toml)

        """
    }
}
