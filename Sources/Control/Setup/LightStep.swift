internal import Configuration
internal import Text

/// Finds the light by switching what may be one, each with the user's consent.
struct LightStep {
    /// A light is switched on and off this often, at this pace (milliseconds).
    static let blinks = 3
    static let blinkMilliseconds = 400
    /// No more lines are tried one by one.
    static let tryLimit = 64

    let lines: any SetupLines
    let dialog: Dialog

    /// What the settings say of the light.
    static func summary(_ settings: Settings) -> String {
        switch settings[Keys.light.kind] {
        case "class": "the kernel's light \(settings[Keys.light.name])."
        case "apa102": "\(settings[Keys.light.pixels]) pixels (apa102)."
        default:
            settings[Keys.light.line].isEmpty ? "none." : "line \(settings[Keys.light.line])."
        }
    }

    func run(_ draft: inout SetupDraft, _ settings: Settings) throws {
        if settings[Keys.light.kind] == "apa102" {
            dialog.say("The settings have pixels, which are set by hand (see [led]).")
            guard try dialog.yes("Look for another light?", default: false) else { return }
        }
        let lights = lines.lights
        let options = [
            "a line (a light with its resistor)", "one of the kernel's (\(lights.count))",
            "there is no light",
        ]
        switch try dialog.choose("What is it on?", among: options, none: "leave it as it is") {
        case 0: try line(&draft, settings)
        case 1: try light(lights, &draft)
        case 2:
            draft.set(Keys.light.kind, to: "gpio")
            draft.set(Keys.light.line, to: "")
        default: break
        }
    }

    // MARK: - A line

    private func line(_ draft: inout SetupDraft, _ settings: Settings) throws {
        let hasButton = settings[Keys.button.source] == "gpio"
        let choice = LineChoice(
            lines.lines(settings), taken: hasButton ? [settings[Keys.button.line]] : [])
        dialog.say(
            "A line is driven only after you agree, since a wrong one may switch what is on it: a "
                + "relay, a motor, another board.")
        if let name = try dialog.text("The line, if you know it (Enter: try one after the other):")
        {
            if let refusal = choice.refusal(of: name) { return dialog.say("\(refusal.visible).") }
            _ = try attempt(name, &draft)
            return
        }
        let names = choice.drivable.map(\.name)
        if names.isEmpty { dialog.say("There is no free line to try.") }
        for name in names.prefix(Self.tryLimit) {
            let answer = try dialog.choice(
                "Switch \(name.visible)? [y/S, q: end the search]", default: .skip)
            switch answer {
            case .perform: if try attempt(name, &draft) { return }
            case .skip: continue
            case .back, .quit: return
            }
        }
        dialog.say("No light was found.")
    }

    /// Switches a line, and takes it where the user sees a light; returns whether it was taken.
    private func attempt(_ name: String, _ draft: inout SetupDraft) throws -> Bool {
        if case .held(let isHigh) = try lines.rest(name) {
            dialog.say(
                "Something outside holds \(name.visible) \(isHigh ? "high" : "low"): a light can, "
                    + "and so can a switch or the output of another part, which would be shorted.")
            guard try dialog.yes("Switch it anyway?", default: false) else { return false }
        }
        var activeLow: Bool?
        try lines.drive(name) { level in
            try blink(level)
            guard try dialog.yes("Did a light blink?", default: false) else { return }
            try level(true)
            activeLow = try !dialog.yes("Is it lit now?", default: true)
        }
        guard let activeLow else { return false }
        draft.set(Keys.light.kind, to: "gpio")
        draft.set(Keys.light.line, to: name)
        draft.set(Keys.light.activeLow, to: activeLow)
        dialog.say("Taken: \(name.visible), lit at \(activeLow ? "ground" : "the supply voltage").")
        return true
    }

    private func blink(_ switched: (Bool) throws -> Void) throws {
        for _ in 0..<Self.blinks {
            for level in [true, false] {
                try switched(level)
                _ = try dialog.terminal.pause(milliseconds: Self.blinkMilliseconds)
            }
        }
    }

    // MARK: - The kernel's lights

    private func light(_ names: [String], _ draft: inout SetupDraft) throws {
        if names.isEmpty { return dialog.say("The kernel has no light here.") }
        for name in names.prefix(Self.tryLimit) {
            switch try dialog.choice(
                "Blink '\(name.visible)'? [Y/s, q: end the search]", default: .perform)
            {
            case .perform: break
            case .skip: continue
            case .back, .quit: return
            }
            var isIt = false
            do {
                try lines.drive(light: name) { lit in
                    try blink(lit)
                    isIt = try dialog.yes("Did it blink?", default: false)
                }
            } catch let failure as SetupFailure {
                dialog.say("  \(failure.description.visible)")
            }
            if isIt {
                draft.set(Keys.light.kind, to: "class")
                draft.set(Keys.light.name, to: name)
                return dialog.say("Taken: \(name.visible).")
            }
        }
        dialog.say("No light was found.")
    }
}
