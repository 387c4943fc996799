import Glibc
import Linux
import Testing

@testable import GPIO

@Suite("GPIO chips")
struct CatalogueTests {
    @Test("the machine's chips are listed in order, if there are any")
    func thisMachine() {
        let chips = GPIOCatalogue.chips()
        for chip in chips {
            #expect(chip.path.hasPrefix("/dev/gpiochip"))
            #expect(chip.lines.map(\.offset) == Array(0..<UInt32(chip.lines.count)))
        }
        #expect(Set(chips.map(\.path)).count == chips.count)
    }

    @Test("a missing folder holds no chips")
    func noFolder() {
        #expect(GPIOCatalogue.chips(in: "/no/such/folder").isEmpty)
    }

    @Test(
        "a file that only looks like a chip is listed with its problem, the tenth after the second")
    func falseChips() throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-test")
        defer { try? Files.removeTree(folder) }
        for name in ["gpiochip10", "gpiochip2", "gpiomem", "null"] {
            try Files.writeAtomically("\(folder)/\(name)", [], mode: 0o600)
        }
        let chips = GPIOCatalogue.chips(in: folder)
        #expect(chips.map(\.name) == ["gpiochip2", "gpiochip10"])
        for chip in chips {
            #expect(chip.lines.isEmpty)
            #expect(chip.problem != nil)
        }
    }

    @Test("an unavailable line is an error, for both directions")
    func missingLine() throws {
        let name = try LineName("no-such-chip:3")
        #expect(throws: GPIOError.self) {
            _ = try OutputLine(name, activeLow: false, initial: false, consumer: "test")
        }
        #expect(throws: GPIOError.self) {
            _ = try InputLine(
                name, bias: .pullUp, activeLow: true,
                timing: LineTiming(debounceMicroseconds: 5_000, filterMicroseconds: 0),
                consumer: "test")
        }
    }

    #if DEBUG
    @Test("a chip that may not be opened says which group to join")
    func notPermitted() throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-test")
        defer { try? Files.removeTree(folder) }
        let path = "\(folder)/gpiochip0"
        try Files.writeAtomically(path, [], mode: 0o600)
        let chips = SystemError.$forced.withValue(["gpiod_chip_open": EACCES]) {
            GPIOCatalogue.chips(in: folder)
        }
        #expect(chips.map(\.problem) == [.notPermitted(path: path)])
        #expect("\(GPIOError.notPermitted(path: path))".contains("group gpio"))
    }
    #endif

    @Test("a refused request is reported with its reason")
    func requesting() throws {
        let line = try LineName("GPIO17")
        func error(_ code: Int32, holder: String? = nil) -> GPIOError {
            .requesting(line, holder: holder, path: "/dev/gpiochip0", code: code)
        }
        #expect("\(error(EBUSY, holder: "spi0 CS1"))" == "GPIO line GPIO17 is held by spi0 CS1")
        #expect("\(error(EBUSY))" == "GPIO line GPIO17 is held by another program")
        #expect(error(EACCES) == .notPermitted(path: "/dev/gpiochip0"))
        #expect("\(error(ENOTSUP))".contains("pull resistors"))
    }

    @Test("errors name the line and the way out")
    func texts() throws {
        let line = try LineName("GPIO17")
        #expect("\(GPIOError.badName("x y"))".contains("\"x y\" is no GPIO line"))
        #expect("\(GPIOError.noChips(line: line))".contains("no GPIO chip"))
        #expect("\(GPIOError.noSuchLine(line: line))".contains("martlet devices"))
        let failed = GPIOError.failed(line: line, code: ENODEV)
        #expect("\(failed)" == "GPIO line GPIO17 has failed: No such device")
    }
}
