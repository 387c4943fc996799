/// How the configuration names a GPIO line.
///
/// "GPIO17" is a line's own name, which is the same on all models of a Raspberry Pi; "gpiochip0:17"
/// and "pinctrl-bcm2835:17" are line 17 of the chip with that name or label.
package struct LineName: Sendable, Equatable, CustomStringConvertible {
    /// The two ways to find a line.
    enum Place: Sendable, Equatable {
        case line(String)
        case offset(chip: String, line: UInt32)
    }

    let place: Place

    /// Reads a name as the configuration has it.
    package init(_ text: String) throws(GPIOError) {
        guard !text.isEmpty, !text.contains(where: \.isWhitespace) else {
            throw .badName(text)
        }
        guard let colon = text.lastIndex(of: ":") else {
            place = .line(text)
            return
        }
        let chip = String(text[..<colon])
        guard !chip.isEmpty, let line = UInt32(text[text.index(after: colon)...]) else {
            throw .badName(text)
        }
        place = .offset(chip: chip, line: line)
    }

    package var description: String {
        switch place {
        case .line(let name): name
        case .offset(let chip, let line): "\(chip):\(line)"
        }
    }

    /// Finds the line with this name; throws if there is none or more than one.
    package func resolve(in chips: [ChipDescription]) throws(GPIOError) -> (
        path: String, offset: UInt32
    ) {
        let candidates =
            switch place {
            case .line(let name):
                chips.flatMap { chip in
                    chip.lines.filter { $0.name == name }.map { (chip, $0.offset) }
                }
            case .offset(let wanted, let line):
                chips.filter { ($0.name == wanted || $0.label == wanted) && $0.holds(line) }
                    .map { ($0, line) }
            }
        guard let (chip, offset) = candidates.first else {
            throw missing(in: chips)
        }
        if candidates.count > 1 {
            throw .ambiguous(line: self, places: candidates.map { "\($0.name):\($1)" })
        }
        return (chip.path, offset)
    }

    /// The best reason for a line that was not found.
    private func missing(in chips: [ChipDescription]) -> GPIOError {
        if chips.isEmpty { return .noChips(line: self) }
        // A chip that could not be opened may well hold the line.
        return chips.lazy.compactMap(\.problem).first ?? .noSuchLine(line: self)
    }
}
