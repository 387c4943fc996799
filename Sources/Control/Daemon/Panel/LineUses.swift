package import Configuration
package import GPIO

/// A GPIO line that the settings want.
struct LineUse {
    /// Its purpose, as the settings call it: "button.line", "output lamp".
    let label: String
    let name: LineName
    /// Where the settings say so; nil for a default.
    let position: Position?
    /// Whether a tool wants it; otherwise the device itself does.
    var isTools = false

    /// The label and the place.
    var place: String { "\(label) (\(position.map { "\($0)" } ?? "the default"))" }
}

extension Settings {
    /// Every line that a start with these settings would open, in the order of the opening.
    ///
    /// Invalid names are left out: they are reported as mistakes of their own.
    var lineUses: [LineUse] {
        var uses: [LineUse] = []
        func add(_ label: String, _ name: String, _ position: Position?, isTools: Bool = false) {
            guard !name.isEmpty, let line = try? LineName(name) else { return }
            uses.append(
                LineUse(label: label, name: line, position: position, isTools: isTools))
        }
        func add(_ key: Setting<String>) { add(key.path, self[key], position(of: key)) }
        add(Keys.muteSwitch.line)
        for button in buttons {
            if button.name.isEmpty {
                add(Keys.button.line)
            } else {
                add("button '\(button.name)'", button.line, button.position)
            }
        }
        for tool in tools {
            guard let line = tool.kind.takenLine(tool) else { continue }
            add(line.label, line.name, tool.position, isTools: true)
        }
        switch self[Keys.light.kind] {
        case "gpio": add(Keys.light.line)
        case "apa102":
            add(Keys.light.dataLine)
            add(Keys.light.clockLine)
        default: break
        }
        add(Keys.light.powerLine)
        return uses
    }

    /// What the settings use lines for, button and light aside, by chip and offset ("/dev/gpiochip0:4").
    package func foreignLines(_ chips: [ChipDescription]) -> [String: String] {
        let own = [
            Keys.button.line, Keys.light.line, Keys.light.dataLine, Keys.light.clockLine,
            Keys.light.powerLine,
        ].map(\.path)
        let foreign = lineUses.filter { !own.contains($0.label) }
        return Dictionary(foreign.map { ($0.name.identity(in: chips), $0.place) }) { first, _ in
            first
        }
    }

    /// Lines that are used twice, also under two names, with both places.
    ///
    /// With an output on one side the first press would be a short circuit. `chips`, if there are
    /// any, decide which names mean the same line.
    func lineMistakes(_ chips: [ChipDescription]) -> [Diagnostic] {
        var seen: [String: LineUse] = [:]
        return lineUses.compactMap { use in
            let identity = use.name.identity(in: chips)
            guard let other = seen[identity] else {
                seen[identity] = use
                return nil
            }
            let same =
                use.name == other.name
                ? "line \"\(use.name)\" is used twice"
                : "line \"\(use.name)\" is \"\(other.name)\", which is used already"
            return Diagnostic(
                use.position ?? other.position,
                "\(same): by \(other.place) and by \(use.place); give one of them another line")
        }
    }

    /// Warns of lines, of the tools or of the device itself, that this machine does not have.
    func lineWarnings(_ chips: [ChipDescription], ofTools: Bool) -> [Diagnostic] {
        let uses = lineUses.filter { $0.isTools == ofTools }
        guard !chips.isEmpty else {
            let labels = uses.map(\.label)
            let absence =
                labels.isEmpty
                ? []
                : [
                    Diagnostic(
                        nil,
                        "this machine has no GPIO chip, or its driver is not loaded, so these do "
                            + "not work here: \(labels.joined(separator: ", "))")
                ]
            return absence + uses.compactMap(headerWarning)
        }
        return uses.compactMap { use in
            do throws(GPIOError) {
                _ = try use.name.resolve(in: chips)
                return nil
            } catch {
                return headerWarning(use)
                    ?? Diagnostic(use.position, "\(use.label): \(error)")
            }
        }
    }

    private func headerWarning(_ use: LineUse) -> Diagnostic? {
        use.name.headerLine.map { line in
            Diagnostic(
                use.position,
                "\(use.label) is \"\(use.name)\", a pin of the header; the lines of a Raspberry "
                    + "Pi have other names, and that one is \"GPIO\(line)\"")
        }
    }
}
