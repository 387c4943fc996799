internal import Text

/// A place in a configuration file; line and column count from 1, columns in characters.
package struct Position: Sendable, Equatable, Comparable, CustomStringConvertible {
    package let file: String
    package let line: Int
    package let column: Int

    /// Where a file begins.
    package static func start(of file: String) -> Position {
        Position(file: file, line: 1, column: 1)
    }

    package var description: String { "\(file):\(line):\(column)" }

    package static func < (one: Position, other: Position) -> Bool {
        (one.file, one.line, one.column) < (other.file, other.line, other.column)
    }
}

/// One mistake in the configuration: where, what was found, what is allowed.
package struct Diagnostic: Error, Sendable, Equatable, CustomStringConvertible {
    /// Nil for a mistake that is in no file.
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

    /// At least one mistake, in the order in which they are shown.
    package init(diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }

    package var description: String { diagnostics.map(\.description).joined(separator: "\n") }
}
