private import CGPIO
private import Linux

/// A GPIO chip as the kernel describes it.
package struct ChipDescription: Sendable, Equatable {
    /// The device: "/dev/gpiochip0".
    package let path: String
    /// The kernel's name: "gpiochip0".
    package let name: String
    /// The hardware's name: "pinctrl-bcm2835"; empty when the chip could not be read.
    package let label: String
    /// In the order of their offsets.
    package let lines: [LineDescription]
    /// Why the chip could not be read, if so.
    package let problem: GPIOError?

    /// Whether the chip has a line of this offset.
    func holds(_ offset: UInt32) -> Bool {
        offset < lines.count
    }
}

/// A GPIO line as the kernel describes it.
package struct LineDescription: Sendable, Equatable {
    package let offset: UInt32
    /// Empty when the board gives the line no name.
    package let name: String
    /// The holder of the line; nil when it is free.
    package let consumer: String?
    package let isOutput: Bool
}

/// The GPIO chips of this machine.
package enum GPIOCatalogue {
    /// All chips, sorted by path; empty where there is none.
    package static func chips() -> [ChipDescription] {
        chips(in: "/dev")
    }

    /// The chips among the devices of a folder.
    static func chips(in folder: String) -> [ChipDescription] {
        // A folder that cannot be read holds no chips we could use.
        let names = (try? Files.list(folder)) ?? []
        return names.filter { $0.hasPrefix("gpiochip") }
            .sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
            .map { describe(path: "\(folder)/\($0)", name: $0) }
    }

    private static func describe(path: String, name: String) -> ChipDescription {
        do throws(GPIOError) {
            let chip = try OpenChip(path)
            let info = try chip.info()
            return ChipDescription(
                path: path, name: info.name, label: info.label,
                lines: try (0..<info.lineCount).map { offset throws(GPIOError) in
                    try chip.line(offset)
                }, problem: nil)
        } catch {
            return ChipDescription(path: path, name: name, label: "", lines: [], problem: error)
        }
    }
}

/// An open chip, closed with its owner.
private struct OpenChip: ~Copyable {
    private let path: String
    private let handle: OpaquePointer

    /// The corresponding C function is `gpiod_chip_open`.
    init(_ path: String) throws(GPIOError) {
        var opened: OpaquePointer?
        try GPIOError.check("gpiod_chip_open", or: { .opening(path, code: $0) }) {
            martlet_gpio_open(path, &opened)
        }
        guard let opened else { preconditionFailure("a chip was opened as nothing") }
        self.path = path
        handle = opened
    }

    deinit {
        gpiod_chip_close(handle)
    }

    func info() throws(GPIOError) -> (name: String, label: String, lineCount: UInt32) {
        var info = martlet_gpio_chip_info()
        let path = path
        try GPIOError.check("gpiod_chip_get_info", or: { .opening(path, code: $0) }) {
            martlet_gpio_chip(handle, &info)
        }
        return (text(&info.name), text(&info.label), info.line_count)
    }

    func line(_ offset: UInt32) throws(GPIOError) -> LineDescription {
        var info = martlet_gpio_line_info()
        let path = path
        try GPIOError.check("gpiod_chip_get_line_info", or: { .opening(path, code: $0) }) {
            martlet_gpio_line_of(handle, offset, &info)
        }
        let consumer = text(&info.consumer)
        return LineDescription(
            offset: offset, name: text(&info.name),
            consumer: info.is_used ? (consumer.isEmpty ? "the kernel" : consumer) : nil,
            isOutput: info.is_output)
    }
}

/// The text in a C array of characters.
private func text<Characters>(_ characters: inout Characters) -> String {
    withUnsafeBytes(of: &characters) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}
