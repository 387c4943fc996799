/// A place in a configuration file; line and column count from 1, columns in characters.
package struct Position: Sendable, Equatable, Comparable, CustomStringConvertible {
    package let file: String
    package let line: Int
    package let column: Int

    package var description: String { "\(file):\(line):\(column)" }

    package static func < (one: Position, other: Position) -> Bool {
        (one.file, one.line, one.column) < (other.file, other.line, other.column)
    }
}

/// One mistake in the configuration: where, what was found, what is allowed.
package struct Diagnostic: Error, Sendable, Equatable, CustomStringConvertible {
    /// Nil for what no file says.
    package let position: Position?
    package let message: String

    /// A mistake at a place.
    package init(_ position: Position?, _ message: String) {
        self.position = position
        self.message = message.visible
    }

    package var description: String {
        guard let position else { return message }
        return "\(position): \(message)"
    }
}

/// All mistakes of a configuration at once.
package struct ConfigurationErrors: Error, Sendable, CustomStringConvertible {
    package let diagnostics: [Diagnostic]

    /// At least one mistake, in the order to be shown.
    package init(diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }

    package var description: String { diagnostics.map(\.description).joined(separator: "\n") }
}

extension String {
    /// The text with control characters as TOML escapes them: files hold what others wrote, and
    /// messages go to terminals.
    package var visible: String {
        guard unicodeScalars.contains(where: \.isControl) else { return self }
        var text = ""
        for scalar in unicodeScalars {
            if scalar.isControl {
                let digits = String(scalar.value, radix: 16, uppercase: true)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

extension Unicode.Scalar {
    /// C0, C1, and the marks that turn the direction of a terminal's text around.
    fileprivate var isControl: Bool {
        value < 0x20 || (0x7F...0x9F).contains(value) || (0x202A...0x202E).contains(value)
            || (0x2066...0x2069).contains(value)
    }
}
