/// Which lines of a chip's pins have another function, such as a bus or the sound's line.
///
/// The kernel of a Raspberry Pi calls such a line free, and taking it would end the function. It
/// tells the truth in `/sys/kernel/debug/pinctrl/…/pinmux-pins` and `gpio-ranges` (pinmux.c and
/// core.c of drivers/pinctrl).
struct PinFunctions: Equatable {
    /// The owner of each pin that has one.
    private(set) var owners: [UInt32: String] = [:]
    /// Which lines of which chip lie on which pins.
    private(set) var ranges: [Span] = []

    struct Span: Equatable {
        /// The chip's label.
        let chip: String
        /// The first line's number in the kernel's old count over all chips.
        let line: UInt32
        let pin: UInt32
        /// The last line, counted from the first.
        let last: UInt32
    }

    /// Reads the two files of a pin controller.
    init(pins: String, ranges text: String) {
        for line in pins.split(separator: "\n") {
            // pin 18 (gpio18): fe203000.i2s (GPIO UNCLAIMED) function alt0 group gpio18
            // pin 17 (gpio17): (MUX UNCLAIMED) (GPIO UNCLAIMED), or UNCLAIMED
            // pin 5 (PA5): device 1c28000.serial function uart group PA5
            guard line.hasPrefix("pin "), let end = line.firstRange(of: "): "),
                let number = line.dropFirst(4).split(separator: " ").first.flatMap({ UInt32($0) })
            else { continue }
            let words = line[end.upperBound...].split(separator: " ")
            guard let first = words.first, first != "UNCLAIMED", first != "(MUX",
                first != "GPIO"
            else { continue }
            owners[number] = String(first == "device" && words.count > 1 ? words[1] : first)
        }
        for line in text.split(separator: "\n") {
            // 0: pinctrl-bcm2711 GPIOS [512 - 569] PINS [0 - 57]
            guard let colon = line.firstRange(of: ": "),
                let lines = line.firstRange(of: " GPIOS ["),
                let pins = line.firstRange(of: "PINS [")
            else { continue }
            guard let first = Self.bounds(line[lines.upperBound...]),
                let second = Self.bounds(line[pins.upperBound...])
            else { continue }
            ranges.append(
                Span(
                    chip: String(line[colon.upperBound..<lines.lowerBound]),
                    line: first.lowerBound, pin: second.lowerBound,
                    last: first.upperBound - first.lowerBound))
        }
    }

    /// The two numbers of "512 - 569] …".
    private static func bounds(_ text: Substring) -> ClosedRange<UInt32>? {
        let numbers = text.prefix { $0 != "]" }.split(separator: " ").compactMap { UInt32($0) }
        guard numbers.count == 2, numbers[0] <= numbers[1] else { return nil }
        return numbers[0]...numbers[1]
    }

    /// Whether anything is known of a chip's lines.
    func covers(_ chip: String) -> Bool { ranges.contains { $0.chip == chip } }

    /// Who owns the pin of a chip's line; nil: nobody, or nothing is known.
    func owner(chip: String, offset: UInt32) -> String? {
        guard let base = ranges.filter({ $0.chip == chip }).map(\.line).min() else { return nil }
        for range in ranges where range.chip == chip {
            let (line, isTooMuch) = base.addingReportingOverflow(offset)
            guard !isTooMuch, line >= range.line, line - range.line <= range.last else { continue }
            let (pin, isBeyond) = range.pin.addingReportingOverflow(line - range.line)
            return isBeyond ? nil : owners[pin]
        }
        return nil
    }
}
