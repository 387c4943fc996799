package import Linux

/// Something that can be on or off: a relay, a lamp.
///
/// The daemon makes it of a GPIO line; `FileOutput` is for desks without one. Called on the
/// call's own thread; both methods may be called by one caller at a time only.
package protocol OutputPort: Sendable {
    /// Switches; throws when the line is gone, with a text that says what to do.
    func set(_ isOn: Bool) throws
    /// How it stands.
    func isOn() throws -> Bool
    /// What it is, for logs: the line and the chip, or the file.
    var label: String { get }
}

/// Something that is only read: a contact, a float switch.
///
/// Called as an `OutputPort` is.
package protocol InputPort: Sendable {
    /// How it stands; throws when the line is gone, with a text that says what to do.
    func isOn() throws -> Bool
}

/// A file that stands for an input line: `1` is on, everything else off.
package struct FileInput: InputPort {
    private let path: String

    /// Nothing is read yet; the file may come later.
    package init(path: String) { self.path = path }

    /// Reads the file anew.
    package func isOn() throws -> Bool { try FileOutput.reads(path) }
}

/// A file that stands for a line: holds `1` or `0` and a newline.
///
/// For demonstrations and desks without GPIO; a person who reads the file sees what a lamp would do.
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

    /// Writes the file anew.
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
