import AllToolKinds
import Testing

@testable import Configuration

/// The same mistakes in the tables of tools, key by key.
struct CommonToolMistakesTests {
    /// A correct table of a tool, as the shipped file shows it: the header, then the keys.
    private struct Table {
        let kind: String
        let lines: [(key: String, value: String)]

        /// The table with one value in place of another.
        func text(_ index: Int, _ value: String) -> String {
            let changed = lines.enumerated().map { place, line in
                "\(line.key) = \(place == index ? value : line.value)"
            }
            return "[[tool.\(kind)]]\n" + changed.joined(separator: "\n")
        }
    }

    private static let tables: [Table] = {
        var tables: [Table] = []
        var open: (kind: String, lines: [(key: String, value: String)])?
        func close() {
            if let open { tables.append(Table(kind: open.kind, lines: open.lines)) }
            open = nil
        }
        for line in SettingsFile.template().split(
            separator: "\n", omittingEmptySubsequences: false)
        {
            let body = line.drop { $0 == "#" || $0 == " " }
            guard line.hasPrefix("#"), !body.isEmpty else {
                close()
                continue
            }
            if body.hasPrefix("[[tool.") {
                close()
                open = (String(body.dropFirst(7).prefix { $0 != "]" }), [])
            } else if open != nil, let sign = body.firstRange(of: " = ") {
                open?.lines.append(
                    (String(body[..<sign.lowerBound]), String(body[sign.upperBound...])))
            }
        }
        close()
        return tables
    }()

    private static let written = [
        "7", "-1", "true", "\"word\"", "[1]", "{ a = 1 }", "1979-05-27", "10s", "True", "“x”", "",
        "99999999999999999999", "8,5", "80%", "nan", "word",
    ]

    @Test("each key of each kind of tool takes a value, or reports what is wrong with it")
    func eachKeyOfEachKind() {
        #expect(Set(Self.tables.map(\.kind)) == Set(ToolKinds.all.names))
        var count = 0
        for table in Self.tables {
            #expect(mistakes(in: table.text(-1, "")).isEmpty, "\(table.text(-1, ""))")
            for (index, line) in table.lines.enumerated() {
                var refused = 0
                for value in Self.written {
                    let found = mistakes(in: table.text(index, value))
                    guard !found.isEmpty else { continue }
                    refused += 1
                    count += 1
                    let place = "m.toml:\(index + 2):"
                    #expect(
                        found.contains {
                            $0.hasPrefix(place) && $0.contains("tool.\(table.kind).\(line.key)")
                        }, "\(line.key) = \(value): \(found)")
                }
                // The ten that are no TOML value, and at least one of another type.
                #expect(refused > 10, "\(table.kind).\(line.key): \(refused)")
            }
        }
        #expect(count > 500)
    }
}
