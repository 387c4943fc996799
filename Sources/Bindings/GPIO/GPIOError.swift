private import Glibc
private import Linux

/// Why a GPIO line cannot be used; the text says what can be done about it.
///
/// Codes are errno values, positive.
package enum GPIOError: Error, Sendable, Equatable {
    /// The text is not the name of a line.
    case badName(String)
    /// This machine has no GPIO chip, or its driver is not loaded.
    case noChips(line: LineName)
    /// No chip has such a line.
    case noSuchLine(line: LineName)
    /// Several chips have a line of this name.
    case ambiguous(line: LineName, places: [String])
    /// The account may not open the chip.
    case notPermitted(path: String)
    /// The chip cannot be opened or read.
    case unreadable(path: String, code: Int32)
    /// Another program or a kernel driver holds the line.
    case busy(line: LineName, consumer: String?)
    /// The line cannot be set up as requested: no bias on this chip, or not an output.
    case refused(line: LineName, code: Int32)
    /// A line that worked has failed; its chip may be unplugged.
    case failed(line: LineName, code: Int32)
}

extension GPIOError {
    /// Whether the error may go away by itself: the chip may appear later, or come back.
    package var isAbsence: Bool {
        switch self {
        case .noChips, .noSuchLine, .unreadable, .failed: true
        case .badName, .ambiguous, .notPermitted, .busy, .refused: false
        }
    }

    /// The error for a chip that could not be opened or read.
    static func opening(_ path: String, code: Int32) -> GPIOError {
        code == EACCES || code == EPERM
            ? .notPermitted(path: path) : .unreadable(path: path, code: code)
    }

    /// The error for a request of a line that was found.
    static func requesting(
        _ line: LineName, holder: String?, path: String, code: Int32
    ) -> GPIOError {
        switch code {
        case EBUSY: .busy(line: line, consumer: holder)
        case EACCES, EPERM: .notPermitted(path: path)
        default: .refused(line: line, code: code)
        }
    }

    /// Makes a call of the shim and returns its result; on failure throws `failure` of its errno.
    ///
    /// All calls of this target pass through here, so that tests can force a failure by the call's
    /// name, as in `SystemError.forced`.
    @discardableResult
    static func check(
        _ call: String, or failure: (Int32) -> GPIOError, _ body: () -> Int32
    ) throws(GPIOError) -> Int32 {
        try SystemError.checkNegative(call, or: failure, body)
    }
}

extension GPIOError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .badName(let text):
            "\"\(text)\" is no GPIO line; write a line's name (\"GPIO17\") or a chip and an "
                + "offset (\"gpiochip0:17\"); `martlet devices` lists them"
        case .noChips(let line):
            "GPIO line \(line): this machine has no GPIO chip, or its driver is not loaded"
        case .noSuchLine(let line):
            "there is no GPIO line \(line); `martlet devices` lists chips and lines"
        case .ambiguous(let line, let places):
            "GPIO line \(line) exists more than once; name the chip: "
                + places.joined(separator: " or ")
        case .notPermitted(let path):
            "\(path) may not be used by this account; add it to the group gpio"
        case .unreadable(let path, let code):
            "\(path) cannot be used as a GPIO chip: \(SystemError.text(of: code))"
        case .busy(let line, "martlet"):
            "GPIO line \(line) is held by martlet: by another setting of the same line, or by a "
                + "daemon that runs (systemctl stop martlet)"
        case .busy(let line, let consumer):
            "GPIO line \(line) is held by \(consumer ?? "another program")"
        case .refused(let line, let code):
            "GPIO line \(line) cannot be set up as wished: \(SystemError.text(of: code)); "
                + "not every chip has pull resistors"
        case .failed(let line, let code):
            "GPIO line \(line) has failed: \(SystemError.text(of: code))"
        }
    }
}
