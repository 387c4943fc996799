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
        self.message = message
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

/// The name among `names` that was probably meant; nil when none is near.
func nearest(to name: String, among names: [String]) -> String? {
    let near = names.map { ($0, distance(name, $0)) }.min { $0.1 < $1.1 }
    guard let near, near.1 <= max(1, name.count / 3) else { return nil }
    return near.0
}

/// Insertions, deletions, exchanges and swaps of neighbours between two words.
private func distance(_ one: String, _ other: String) -> Int {
    let a = Array(one)
    let b = Array(other)
    var rows = [Array(0...b.count)]
    for i in 1...max(1, a.count) where i <= a.count {
        var row = [i]
        for j in 1...max(1, b.count) where j <= b.count {
            let change = rows[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
            var best = min(change, rows[i - 1][j] + 1, row[j - 1] + 1)
            if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                best = min(best, rows[i - 2][j - 2] + 1)
            }
            row.append(best)
        }
        rows.append(row)
    }
    return rows[a.count][b.count]
}
