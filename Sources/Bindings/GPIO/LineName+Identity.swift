// Which names refer to the same line.

extension LineName {
    /// Chips whose lines are called GPIO0, GPIO1 and so on by a Raspberry Pi, in order of offsets.
    private static let boardChips = ["gpiochip0", "pinctrl-rp1"]
    private static let boardPrefix = "pinctrl-bcm"

    /// The lines behind the pins of the Raspberry Pi's header of 40, by the pins' numbers.
    private static let headerLines: [UInt32: UInt32] = [
        3: 2, 5: 3, 7: 4, 8: 14, 10: 15, 11: 17, 12: 18, 13: 27, 15: 22, 16: 23, 18: 24, 19: 10,
        21: 9, 22: 25, 23: 11, 24: 8, 26: 7, 27: 0, 28: 1, 29: 5, 31: 6, 32: 12, 33: 13, 35: 19,
        36: 16, 37: 26, 38: 20, 40: 21,
    ]

    /// An identity that all names of the same line share: on these chips if they hold it, else as
    /// on a Raspberry Pi, the only board whose lines have names like GPIO17.
    package func identity(in chips: [ChipDescription]) -> String {
        if let found = try? resolve(in: chips) { return "\(found.path):\(found.offset)" }
        switch place {
        case .line(let name):
            if let number = Self.number(name, behind: "GPIO") { return "board:\(number)" }
            if let line = headerLine { return "board:\(line)" }
            return "line:\(name)"
        case .offset(let chip, let line):
            let isBoard = Self.boardChips.contains(chip) || chip.hasPrefix(Self.boardPrefix)
            return isBoard ? "board:\(line)" : "\(chip):\(line)"
        }
    }

    /// The GPIO number of a Raspberry Pi's line if this name is a pin of its header; nil for other
    /// names.
    package var headerLine: UInt32? {
        guard case .line(let name) = place else { return nil }
        let pin = Self.number(name.uppercased().filter { $0 != "_" }, behind: "PIN")
        return pin.flatMap { Self.headerLines[$0] }
    }

    private static func number(_ name: String, behind prefix: String) -> UInt32? {
        name.hasPrefix(prefix) ? UInt32(name.dropFirst(prefix.count)) : nil
    }
}
