import Linux
import Testing

@testable import Setup

@Suite("Lines that may be watched and driven")
struct LineChoiceTests {
    /// `pinmux-pins` as a Raspberry Pi 4 (6.1) gives it, with the sound on I2S.
    private static let pins = """
        Pinmux settings per pin
        Format: pin (name): mux_owner gpio_owner hog?
        pin 2 (gpio2): fe804000.i2c (GPIO UNCLAIMED) function alt0 group gpio2
        pin 4 (gpio4): (MUX UNCLAIMED) (GPIO UNCLAIMED)
        pin 17 (gpio17): (MUX UNCLAIMED) pinctrl-bcm2711:529
        pin 18 (gpio18): fe203000.i2s (GPIO UNCLAIMED) function alt0 group gpio18
        pin 47 (gpio47): UNCLAIMED
        """
    private static let ranges = """
        GPIO ranges handled:
        0: pinctrl-bcm2711 GPIOS [512 - 569] PINS [0 - 57]
        """

    private func line(
        _ name: String, chip: String = "pinctrl-bcm2711", _ offset: UInt32, isNamed: Bool = true,
        isOutput: Bool = false, holder: String? = nil, known: Bool = true
    ) -> BoardLine {
        BoardLine(
            name: name, chip: chip, offset: offset, isNamed: isNamed, isOutput: isOutput,
            holder: holder, isFunctionKnown: known)
    }

    @Test("the kernel's own list tells which pins have another function")
    func functions() {
        let functions = PinFunctions(pins: Self.pins, ranges: Self.ranges)
        #expect(functions.covers("pinctrl-bcm2711"))
        #expect(!functions.covers("raspberrypi-exp-gpio"))
        #expect(functions.owner(chip: "pinctrl-bcm2711", offset: 18) == "fe203000.i2s")
        #expect(functions.owner(chip: "pinctrl-bcm2711", offset: 2) == "fe804000.i2c")
        for free in [UInt32(4), 17, 47, 5, 60, .max] {
            #expect(functions.owner(chip: "pinctrl-bcm2711", offset: free) == nil, "\(free)")
        }
    }

    @Test("each controller's folder is read, and one that cannot be read is passed over")
    func folder() throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-pins")
        defer { try? Files.removeTree(folder) }
        let controller = "\(folder)/fe200000.gpio-pinctrl-bcm2711"
        try Files.makeDirectory(controller, mode: 0o755)
        try Files.makeDirectory("\(folder)/empty", mode: 0o755)
        for (name, text) in [("pinmux-pins", Self.pins), ("gpio-ranges", Self.ranges)] {
            try Files.writeAtomically("\(controller)/\(name)", Array(text.utf8), mode: 0o644)
        }
        let functions = BoardLines.functions(in: folder)
        #expect(functions == [PinFunctions(pins: Self.pins, ranges: Self.ranges)])
        #expect(BoardLines.functions(in: "\(folder)/none").isEmpty)
    }

    @Test("ranges that do not begin at the first pin are counted from the chip's first line")
    func offsetRanges() {
        // A strict controller of an Allwinner (5.10): no words on GPIO, and several ranges.
        let functions = PinFunctions(
            pins:
                "pin 352 (PL0): device 1f02800.ir function s_cir group PL0\npin 353 (PL1): GPIO x\n",
            ranges: "0: 1f02c00.pinctrl GPIOS [352 - 363] PINS [352 - 363]\n")
        #expect(functions.owner(chip: "1f02c00.pinctrl", offset: 0) == "1f02800.ir")
        #expect(functions.owner(chip: "1f02c00.pinctrl", offset: 1) == nil)
    }

    @Test("nonsense in the kernel's files is passed over")
    func nonsense() {
        let functions = PinFunctions(
            pins: "pin x (a): b\npin 99999999999 (a): b\npin 3\n\npin 4 (g):",
            ranges: "0: c GPIOS [9 - 3] PINS [0 - 1]\n1: c GPIOS [0 - 4294967295] PINS [5 - 6]\n: ["
        )
        _ = functions.owner(chip: "c", offset: .max)
        #expect(functions.owners.isEmpty)
    }

    @Test("what another holds, drives, uses or needs is not watched")
    func watchable() {
        let choice = LineChoice(
            [
                line("GPIO4", 4), line("GPIO5", 5, holder: "lamp"),
                line("GPIO6", 6, isOutput: true),
                line("GPIO22", 22), line("RGMII_MDIO", 28), line("GPIO18", 18, holder: "i2s"),
                line("gpiochip1:0", chip: "raspberrypi-exp-gpio", 0, isNamed: false),
                line("BT_ON", chip: "raspberrypi-exp-gpio", 1),
            ], taken: ["GPIO22"])
        #expect(choice.watchable.map(\.name) == ["GPIO4"])
        #expect(choice.drivable.map(\.name) == ["GPIO4", "GPIO6"])
        #expect(choice.refusal(of: "GPIO4") == nil)
        #expect(choice.refusal(of: "GPIO5")?.contains("held by lamp") == true)
        #expect(choice.refusal(of: "GPIO22")?.contains("another setting") == true)
        #expect(choice.refusal(of: "GPIO99")?.contains("no line") == true)
    }

    @Test("where a Pi does not say what its pins do, the buses and the sound are left alone")
    func unknown() {
        let lines = (UInt32(0)...27).map { line("GPIO\($0)", $0, known: false) }
        let names = LineChoice(lines, taken: []).watchable.map(\.offset)
        #expect(names == [4, 5, 6, 12, 13, 16, 17, 22, 23, 24, 25, 26, 27])
    }

    @Test("a board without names offers all of its lines, one with names only those")
    func names() {
        let bare = (UInt32(0)..<3).map {
            line("gpiochip0:\($0)", chip: "sim", $0, isNamed: false)
        }
        #expect(LineChoice(bare, taken: []).watchable.count == 3)
        let mixed = bare + [line("TALK", chip: "sim", 3)]
        #expect(LineChoice(mixed, taken: []).watchable.map(\.name) == ["TALK"])
    }
}
