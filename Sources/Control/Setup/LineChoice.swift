/// A GPIO line as set-up sees it.
package struct BoardLine: Sendable, Equatable {
    /// As the settings name it: "GPIO17", "gpiochip0:17".
    package let name: String
    /// The chip's label.
    package let chip: String
    package let offset: UInt32
    /// Whether the board gives the line a name, as it does to those of its header.
    package let isNamed: Bool
    package let isOutput: Bool
    /// Who has it: a program, a driver, or a function of the pin; nil: nobody.
    package let holder: String?
    /// Whether it is known what else the pin does.
    package let isFunctionKnown: Bool

    /// Describes a line.
    package init(
        name: String, chip: String, offset: UInt32, isNamed: Bool, isOutput: Bool, holder: String?,
        isFunctionKnown: Bool
    ) {
        self.name = name
        self.chip = chip
        self.offset = offset
        self.isNamed = isNamed
        self.isOutput = isOutput
        self.holder = holder
        self.isFunctionKnown = isFunctionKnown
    }
}

/// Which lines may be watched or driven without harm.
///
/// Watching takes a line as an input with a pull-up, which ends what else its pin did; driving one
/// can switch something, or work against whatever holds it.
package struct LineChoice: Sendable {
    /// On the header of a Raspberry Pi these are buses, serial line and sound, where the kernel
    /// does not tell (the identification of a HAT, I2C, UART, SPI, I2S).
    private static let busyHeaderLines: Set<UInt32> = [
        0, 1, 2, 3, 7, 8, 9, 10, 11, 14, 15, 18, 19, 20, 21,
    ]
    /// The header's lines; the others of these chips are the board's own.
    private static let headerLines: ClosedRange<UInt32> = 0...27

    private let lines: [BoardLine]
    /// Names that the settings use for something else.
    private let taken: Set<String>

    /// A choice among these lines, without those that are `taken` by other settings.
    package init(_ lines: [BoardLine], taken: Set<String>) {
        self.lines = lines
        self.taken = taken
    }

    /// The lines that may be watched: free inputs that a board has for its owner.
    package var watchable: [BoardLine] { lines.filter { isFree($0) && !$0.isOutput } }

    /// The lines that may be driven where the user agrees: the same, and free outputs.
    package var drivable: [BoardLine] { lines.filter(isFree) }

    /// Why a line of this name may be neither; nil where it may.
    package func refusal(of name: String) -> String? {
        guard let line = lines.first(where: { $0.name == name }) else {
            return "there is no line '\(name)' here; `martlet devices` lists them"
        }
        if let holder = line.holder { return "'\(name)' is held by \(holder)" }
        if taken.contains(name) { return "'\(name)' is used by another setting" }
        return nil
    }

    private func isFree(_ line: BoardLine) -> Bool {
        guard line.holder == nil, !taken.contains(line.name) else { return false }
        guard Self.isPi(line.chip) else {
            // Beside the header of a Pi are lines of the board's own: power, radio, camera.
            guard !lines.contains(where: { Self.isPi($0.chip) }) else { return false }
            // A chip that names some lines names those that are led out.
            return line.isNamed || !lines.contains { $0.chip == line.chip && $0.isNamed }
        }
        guard Self.headerLines.contains(line.offset) else { return false }
        return line.isFunctionKnown || !Self.busyHeaderLines.contains(line.offset)
    }

    private static func isPi(_ chip: String) -> Bool {
        chip.hasPrefix("pinctrl-bcm") || chip == "pinctrl-rp1"
    }
}
