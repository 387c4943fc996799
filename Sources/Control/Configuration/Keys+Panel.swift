internal import Panel

// The buttons, the mute switch and the light.

private func action(_ text: String) -> String? { complaint { try ButtonAction(text) } }

private func pattern(_ text: String) -> String? {
    text.isEmpty ? nil : complaint { try LightPattern(text) }
}

private func clockTime(_ text: String) -> String? { complaint { try LightBrightness.second(text) } }

private func complaint<Value>(_ body: () throws -> Value) -> String? {
    do {
        _ = try body()
        return nil
    } catch {
        return "\(error)"
    }
}

extension Keys {
    /// [button]: where the button is, and what it does.
    package struct Button: SettingsSection {
        package static let introduction =
            "The button, for the modes hold and tap. Several: see [[button]] at the end."

        package let source = Setting(
            "button.source", "gpio", .oneOf(["gpio", "keyboard", "none"]),
            "gpio: a line of this board. keyboard: the space bar of the terminal that runs "
                + "`martlet talk`. none: for hands-free, or for tap where a message begins it "
                + "(mqtt.commands \"listen\").")
        package let line = Setting(
            "button.line", "GPIO17", .form(Words.line),
            "The line by its name, or as chip and offset: \"gpiochip0:17\". `martlet "
                + "devices` lists them.")
        package let activeLow = Setting(
            "button.active_low", true, "Whether a pressed button pulls the line to ground.")
        package let bias = Setting(
            "button.bias", "pull-up", .oneOf(["pull-up", "pull-down", "none"]),
            "The resistor of the chip; a button to ground needs pull-up, if the board has none.")
        package let debounce = Setting(
            "button.debounce_ms", 30, .range(0...500),
            "Contacts may bounce for this time after an edge (milliseconds). It delays no press: "
                + "the first contact counts.")
        package let filter = Setting(
            "button.filter_ms", 0, .range(0...100),
            "The shortest press that counts (milliseconds), for a long wire that catches "
                + "disturbances. It delays every press.")
        package let press = Setting(
            "button.press", "talk", .form(action),
            "What a press does: talk (as conversation.mode says), stop, mute, repeat, volume_up, "
                + "volume_down, none, or a tool as in 'tool switch_output {\"output\": \"lamp\", "
                + "\"action\": \"toggle\"}'. "
                + "While an alarm rings or an answer is spoken, it ends that first.")
        package let tap = Setting(
            "button.tap", "", .form(action),
            "What a short press does where holding means talking; empty: nothing.")
        package let double = Setting(
            "button.double", "", .form(action),
            "What two short presses do; empty: nothing, and no press waits for a second one.")
        package let long = Setting(
            "button.long", "", .form(action),
            "What a long press does, where holding does not mean talking; empty: nothing.")
        package let hold = Setting(
            "button.hold_ms", 250, .range(100...2000),
            "With tap or double: a press that is held for this time is talking (milliseconds). "
                + "What was said meanwhile is not lost.")
        package let doubleGap = Setting(
            "button.double_ms", 250, .range(100...1000),
            "The second press of two comes within this time after the first release "
                + "(milliseconds).")
        package let longTime = Setting(
            "button.long_ms", 1000, .range(300...10_000),
            "A press of this length is a long one (milliseconds), and one that silenced an "
                + "alarm snoozes it.")
        package let stuck = Setting(
            "button.stuck_s", 120, .range(5...3600),
            "A button that is held longer is stuck: it is reported once and taken as released "
                + "(seconds).")
    }

    /// [mute_switch]: a switch that no software can override.
    package struct MuteSwitch: SettingsSection {
        package static let introduction =
            "A switch that mutes the microphone, whatever a word, a tool or these files say."

        package let line = Setting(
            "mute_switch.line", "", .form(Words.lineOrNothing),
            "The line of the switch, named as for the button; empty: there is none. While it "
                + "cannot be read, the microphone is muted.")
        package let activeLow = Setting(
            "mute_switch.active_low", true, "Whether the line is at ground while it mutes.")
        package let bias = Setting(
            "mute_switch.bias", "pull-up", .oneOf(["pull-up", "pull-down", "none"]),
            "The resistor of the chip, as for the button.")
    }

    /// [led]: which light there is.
    package struct Light: SettingsSection {
        package static let introduction =
            "A light that shows the state, if there is one."

        package let kind = Setting(
            "led.kind", "gpio", .oneOf(["gpio", "class", "apa102"]),
            "gpio: a light on a line. class: one of the kernel's, in /sys/class/leds. apa102: "
                + "pixels (DotStar, SK9822) on SPI or on two lines.")
        package let line = Setting(
            "led.line", "", .form(Words.lineOrNothing),
            "gpio: the line of the light, named as for the button; empty: there is none.")
        package let activeLow = Setting(
            "led.active_low", false,
            "gpio: whether the light is lit by pulling the line to ground.")
        package let name = Setting(
            "led.name", "",
            "class: the light's name, or those of its red, green and blue parts, with commas "
                + "between. `martlet devices` lists them.")
        package let device = Setting(
            "led.device", "/dev/spidev0.0", .path, "apa102: the SPI device.")
        package let dataLine = Setting(
            "led.data_line", "", .form(Words.lineOrNothing),
            "apa102: the line of the data, where the pixels are not on SPI; then clock_line too.")
        package let clockLine = Setting(
            "led.clock_line", "", .form(Words.lineOrNothing), "apa102: the line of the clock.")
        package let pixels = Setting(
            "led.pixels", 3, .range(1...64), "apa102: how many there are.")
        package let powerLine = Setting(
            "led.power_line", "", .form(Words.lineOrNothing),
            "A line that gives the light its power, where the board has one; empty: none.")
        package let powerActiveLow = Setting(
            "led.power_active_low", false, "Whether that is done by pulling it to ground.")
        package let brightness = Setting(
            "led.brightness", 30, .range(1...100), "How bright it is, if it can be (percent).")
        package let nightBrightness = Setting(
            "led.night_brightness", 5, .range(0...100), "The same by night (percent); 0: dark.")
        package let nightFrom = Setting(
            "led.night_from", "", .form(clockTime),
            "When the night begins, such as \"22:00\"; the same as its end: there is none.")
        package let nightTo = Setting(
            "led.night_to", "", .form(clockTime), "When it ends, such as \"07:00\".")
    }

    /// [led.patterns]: how each state looks.
    package struct LightPatterns: SettingsSection {
        package static let introduction =
            "How each state looks: off; steady; blink LIT/DARK; pulse TIME; chase TIME; with a "
            + "colour (a name or #rrggbb) and a percentage, times in milliseconds, such as "
            + "\"blink red 30% 100/900\". Empty: the light's own way."

        package let idle = Setting(
            "led.patterns.idle", "", .form(pattern), "Nothing is going on.")
        package let listening = Setting(
            "led.patterns.listening", "", .form(pattern), "The microphone is open.")
        package let thinking = Setting(
            "led.patterns.thinking", "", .form(pattern), "The answer is awaited.")
        package let speaking = Setting(
            "led.patterns.speaking", "", .form(pattern), "The answer is played.")
        package let muted = Setting(
            "led.patterns.muted", "", .form(pattern), "The microphone is muted.")
        package let offline = Setting(
            "led.patterns.offline", "", .form(pattern), "There is no connection.")
        package let error = Setting(
            "led.patterns.error", "", .form(pattern),
            "Something needs to be fixed; the journal says what.")
        package let timer = Setting(
            "led.patterns.timer", "", .form(pattern), "An alarm rings.")
    }
}
