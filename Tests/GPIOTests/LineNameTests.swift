import Glibc
import Testing

@testable import GPIO

@Suite("Names of GPIO lines")
struct LineNameTests {
    private func chip(
        _ number: Int, label: String, lines: [String], problem: GPIOError? = nil
    ) -> ChipDescription {
        ChipDescription(
            path: "/dev/gpiochip\(number)", name: "gpiochip\(number)", label: label,
            lines: lines.enumerated().map { offset, name in
                LineDescription(
                    offset: UInt32(offset), name: name, consumer: nil, isOutput: false)
            }, problem: problem)
    }

    /// A Raspberry Pi with a second chip.
    private var board: [ChipDescription] {
        [
            chip(0, label: "pinctrl-bcm2835", lines: ["ID_SDA", "ID_SCL", "GPIO2", "GPIO3"]),
            chip(1, label: "raspberrypi-exp-gpio", lines: ["BT_ON", "", "GPIO3"]),
        ]
    }

    private func resolve(_ text: String) throws -> String {
        let (path, offset) = try LineName(text).resolve(in: board)
        return "\(path) \(offset)"
    }

    @Test("a line is found by its name, its chip's name or its chip's label")
    func found() throws {
        #expect(try resolve("GPIO2") == "/dev/gpiochip0 2")
        #expect(try resolve("gpiochip1:0") == "/dev/gpiochip1 0")
        #expect(try resolve("gpiochip1:1") == "/dev/gpiochip1 1")
        #expect(try resolve("raspberrypi-exp-gpio:2") == "/dev/gpiochip1 2")
    }

    @Test(
        "a missing line is reported as missing",
        arguments: ["GPIO17", "gpio2", "gpiochip0:4", "gpiochip2:0", "pinctrl:0"])
    func missing(text: String) throws {
        let name = try LineName(text)
        #expect(throws: GPIOError.noSuchLine(line: name)) { try name.resolve(in: board) }
    }

    @Test("a name that two chips have is refused, with the exact ones")
    func ambiguous() throws {
        let name = try LineName("GPIO3")
        let error = GPIOError.ambiguous(line: name, places: ["gpiochip0:3", "gpiochip1:2"])
        #expect(throws: error) { try name.resolve(in: board) }
        #expect("\(error)".contains("gpiochip0:3 or gpiochip1:2"))
    }

    @Test("without chips, or with an unreadable one, the error says so")
    func reasons() throws {
        let name = try LineName("GPIO17")
        #expect(throws: GPIOError.noChips(line: name)) { try name.resolve(in: []) }
        let problem = GPIOError.notPermitted(path: "/dev/gpiochip0")
        #expect(throws: problem) {
            try name.resolve(in: [chip(0, label: "", lines: [], problem: problem)])
        }
    }

    @Test(
        "text that is no name is refused",
        arguments: ["", " ", "GPIO 17", ":17", "gpiochip0:", "gpiochip0:x", "a:-1", "a:4294967296"])
    func bad(text: String) {
        #expect(throws: GPIOError.badName(text)) { try LineName(text) }
    }

    @Test("a name is written as it was read", arguments: ["GPIO17", "gpiochip0:17", "a:b:3"])
    func text(text: String) throws {
        #expect(try LineName(text).description == text)
    }
}
