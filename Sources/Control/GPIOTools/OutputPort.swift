package import Linux

/// Something that can be on or off: a relay, a lamp.
///
/// The daemon uses a GPIO line; `FileOutput` is for machines without one. Called on the call's own
/// thread, by one caller at a time.
package protocol OutputPort: Sendable {
    /// Switches; throws when the line is lost, with a text that says what to do.
    func set(_ isOn: Bool) throws
    /// Its state.
    func isOn() throws -> Bool
    /// What it is, for logs: the line and the chip, or the file.
    var label: String { get }
}

/// Something that is only read: a contact, a float switch.
///
/// Called as an `OutputPort` is.
package protocol InputPort: Sendable {
    /// Its state; throws when the line is lost, with a text that says what to do.
    func isOn() throws -> Bool
}

/// A file in place of an input line: `1` is on, everything else off.
package struct FileInput: InputPort {
    private let path: String

    /// Reads nothing yet; the file may be created later.
    package init(path: String) { self.path = path }

    /// Reads the file again.
    package func isOn() throws -> Bool { try FileOutput.reads(path) }
}

/// A file in place of a line: holds `1` or `0` and a newline.
///
/// For demonstrations and machines without GPIO: the file shows what a lamp would do.
package struct FileOutput: OutputPort {
    /// The file is written whole or not at all, so a reader never sees half of it.
    private static let mode: UInt32 = 0o644
    private static let readLimitBytes = 16

    private let path: String

    /// Writes the first value, so that a path that cannot be written is found at the start.
    package init(path: String, isOn: Bool) throws(SystemError) {
        self.path = path
        try write(isOn)
    }

    package var label: String { "file-backed line \(path)" }

    /// Writes the file.
    package func set(_ isOn: Bool) throws { try write(isOn) }

    /// Reads the file, which others may have written.
    package func isOn() throws -> Bool { try Self.reads(path) }

    fileprivate static func reads(_ path: String) throws(SystemError) -> Bool {
        try Files.read(path, limitBytes: readLimitBytes).first == UInt8(ascii: "1")
    }

    private func write(_ isOn: Bool) throws(SystemError) {
        try Files.replace(path, Array((isOn ? "1\n" : "0\n").utf8), mode: Self.mode)
    }
}
