package import Configuration
internal import GPIO
internal import Linux
internal import Panel
internal import WebSockets
internal import WireCodec

// The settings of the buttons, the switch and the light, from the one configuration.
extension Settings {
    /// Mistakes in the settings of buttons and lights beyond the form of each; opens no line.
    package var panelMistakes: [Diagnostic] {
        var mistakes: [Diagnostic] = []
        func check(_ position: Position?, _ body: () throws -> Void) {
            do { try body() } catch { mistakes.append(Diagnostic(position, "\(error)")) }
        }
        for button in buttons {
            check(button.position) { _ = try LineName(button.line) }
            for case .tool(let name, let arguments) in [
                button.press, button.tap, button.double, button.long,
            ] {
                check(button.position) {
                    do {
                        _ = try JSONValue(parsing: Array(arguments.utf8))
                    } catch {
                        throw PanelError.badAction(
                            "the arguments of the tool \(name) are not JSON: \(error)")
                    }
                }
            }
        }
        let lines = [
            Keys.muteSwitch.line, Keys.light.line, Keys.light.dataLine, Keys.light.clockLine,
            Keys.light.powerLine,
        ]
        for key in lines where !self[key].isEmpty {
            check(position(of: key)) { _ = try LineName(self[key]) }
        }
        if self[Keys.light.dataLine].isEmpty != self[Keys.light.clockLine].isEmpty {
            mistakes.append(
                Diagnostic(
                    position(of: Keys.light.dataLine) ?? position(of: Keys.light.clockLine),
                    "led.data_line and led.clock_line go together"))
        }
        let names = lightNames.count
        if self[Keys.light.kind] == "class", names != 1, names != 3 {
            mistakes.append(
                Diagnostic(
                    position(of: Keys.light.name) ?? position(of: Keys.light.kind),
                    "led.name must be one light, or three: those of red, green and blue"))
        }
        // Patterns that this kind of light cannot show.
        check(position(of: Keys.light.kind)) { _ = try lightMachine(at: 0) }
        return mistakes
    }

    // MARK: - Buttons

    /// The tools that buttons call.
    var buttonTools: [String] {
        buttons.flatMap { [$0.press, $0.tap, $0.double, $0.long] }.compactMap { action in
            switch action {
            case .tool(let name, _): name
            case .repeatAnswer: "repeat"
            case .nothing, .talk, .stop, .mute, .volumeUp, .volumeDown: nil
            }
        }
    }

    func wiring(of button: ButtonSettings) throws -> LineInput.Wiring {
        LineInput.Wiring(
            label: button.name.isEmpty ? "the button" : "the button '\(button.name)'",
            line: try LineName(button.line), bias: Self.bias(button.bias),
            activeLow: button.activeLow, timing: lineTiming)
    }

    /// The mute switch; nil: there is none.
    func muteSwitchWiring() throws -> LineInput.Wiring? {
        let line = self[Keys.muteSwitch.line]
        guard !line.isEmpty else { return nil }
        return LineInput.Wiring(
            label: "the mute switch", line: try LineName(line),
            bias: Self.bias(self[Keys.muteSwitch.bias]),
            activeLow: self[Keys.muteSwitch.activeLow], timing: lineTiming)
    }

    private var lineTiming: LineTiming {
        LineTiming(
            debounceMicroseconds: Int32(1000 * self[Keys.button.debounce]),
            filterMicroseconds: Int32(1000 * self[Keys.button.filter]))
    }

    private static func bias(_ text: String) -> LineBias {
        switch text {
        case "pull-up": .pullUp
        case "pull-down": .pullDown
        default: .none
        }
    }

    func gestureMap(of button: ButtonSettings) -> GestureButton.Map {
        var map = GestureButton.Map()
        map.press = button.press
        map.tap = button.tap
        map.double = button.double
        map.long = button.long
        map.holdsToTalk = holdsToTalk
        return map
    }

    // MARK: - The light

    var lightNames: [String] {
        self[Keys.light.name].split(separator: ",").map { name in
            String(name.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
    }

    /// The light's machine; nil: there is no light.
    func lightMachine(at time: Int64) throws -> LightMachine? {
        let kind: LightKind
        switch self[Keys.light.kind] {
        case "class":
            guard !lightNames.isEmpty else { return nil }
            kind = .pixels(1)
        case "apa102": kind = .pixels(self[Keys.light.pixels])
        default:
            guard !self[Keys.light.line].isEmpty else { return nil }
            kind = .switched
        }
        let brightness = try LightBrightness(
            percent: self[Keys.light.brightness],
            nightPercent: self[Keys.light.nightBrightness], nightFrom: self[Keys.light.nightFrom],
            nightTo: self[Keys.light.nightTo])
        let patterns = try LightPatterns.all(on: kind) { self[Keys.lightPatterns.pattern(of: $0)] }
        return LightMachine(
            patterns: patterns, kind: kind, brightness: brightness, state: .offline, at: time)
    }

    /// Opens the light's hardware.
    func lightDriver() throws -> any LightDriver {
        let light = try bareLightDriver()
        let power = self[Keys.light.powerLine]
        guard !power.isEmpty else { return light }
        return PoweredLight(
            power: try OutputLine(
                try LineName(power), activeLow: self[Keys.light.powerActiveLow], initial: true,
                consumer: "martlet"), light: light)
    }

    private func bareLightDriver() throws -> any LightDriver {
        switch self[Keys.light.kind] {
        case "class":
            return try ClassLight(names: lightNames, folder: ClassLED.folder)
        case "apa102":
            let data = self[Keys.light.dataLine]
            guard !data.isEmpty else { return try SPIPixels(device: self[Keys.light.device]) }
            return try LinePixels(
                data: try LineName(data), clock: try LineName(self[Keys.light.clockLine]))
        default:
            return SwitchedLight(
                line: try OutputLine(
                    try LineName(self[Keys.light.line]),
                    activeLow: self[Keys.light.activeLow], initial: false, consumer: "martlet"))
        }
    }
}

extension Keys.LightPatterns {
    fileprivate func pattern(of state: LightState) -> Setting<String> {
        switch state {
        case .idle: idle
        case .listening: listening
        case .thinking: thinking
        case .speaking: speaking
        case .muted: muted
        case .offline: offline
        case .error: error
        case .timer: timer
        }
    }
}
