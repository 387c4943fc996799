import Testing

@testable import GPIO

/// Names that mean the same line.
struct LineIdentityTests {
    private func chip(_ number: Int, label: String, lines: [String]) -> ChipDescription {
        ChipDescription(
            path: "/dev/gpiochip\(number)", name: "gpiochip\(number)", label: label,
            lines: lines.enumerated().map { offset, name in
                LineDescription(
                    offset: UInt32(offset), name: name, consumer: nil, isOutput: false)
            }, problem: nil)
    }

    private func identity(_ name: String, in chips: [ChipDescription] = []) throws -> String {
        try LineName(name).identity(in: chips)
    }

    @Test("without the board, all names of one of its lines are the same, and no other's")
    func withoutTheBoardAllNames() throws {
        // Pins of the header according to the board's own documentation.
        let pins: [UInt32: Int] = [4: 7, 17: 11, 27: 13, 22: 15, 2: 3, 3: 5, 21: 40, 26: 37]
        var seen: Set<String> = []
        for (line, pin) in pins {
            let names = [
                "GPIO\(line)", "gpiochip0:\(line)", "pinctrl-bcm2835:\(line)",
                "pinctrl-bcm2711:\(line)", "pinctrl-rp1:\(line)", "PIN\(pin)", "pin_\(pin)",
            ]
            let identities = Set(try names.map { try identity($0) })
            #expect(identities.count == 1, "\(line): \(identities)")
            seen.formUnion(identities)
        }
        #expect(seen.count == pins.count)
        #expect(try identity("gpiochip1:17") != identity("GPIO17"))
        #expect(try identity("GPIO1") != identity("GPIO17"))
    }

    @Test("on a board, its own chips decide which names are the same line")
    func onABoardItsOwn() throws {
        // A Raspberry Pi 5 with an older kernel: the header's lines are those of the fifth chip.
        let lines = (0..<28).map { "GPIO\($0)" }
        let board = [
            chip(0, label: "gpio-brcmstb@107d508500", lines: ["-", "2712_BOOT_CS_N"]),
            chip(4, label: "pinctrl-rp1", lines: lines),
        ]
        for number in 2..<28 {
            let names = ["GPIO\(number)", "gpiochip4:\(number)", "pinctrl-rp1:\(number)"]
            #expect(Set(try names.map { try identity($0, in: board) }).count == 1)
        }
        #expect(try identity("gpiochip0:1", in: board) != identity("GPIO1", in: board))
    }
}
