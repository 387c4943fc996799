internal import Configuration
internal import WireCodec

// Readers for a scenario's tables, whose members are all optional.

extension TableReader {
    /// A text with its place.
    mutating func placedText(_ key: String) -> (text: String, position: Position)? {
        guard let text = text(key), let node = node(key) else { return nil }
        return (text, node.position)
    }

    mutating func text(_ key: String) -> String? {
        optional(key, String.typeName, String.read)
    }

    mutating func flag(_ key: String) -> Bool? { optional(key, Bool.typeName, Bool.read) }

    mutating func texts(_ key: String) -> [String]? {
        optional(key, [String].typeName, [String].read)
    }

    mutating func whole(_ key: String, _ range: ClosedRange<Int>) -> Int? {
        optional(key, "an integer from \(range.lowerBound) to \(range.upperBound)") { value in
            Int.read(value).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// A number above 0, up to a limit, whole or not.
    mutating func positive(_ key: String, upTo limit: Int) -> Double? {
        optional(key, "a number above 0, up to \(limit)") { value in
            Double.read(value).flatMap { $0 > 0 && $0 <= Double(limit) ? $0 : nil }
        }
    }

    /// A time, which the file gives in seconds; at most a year.
    mutating func seconds(_ key: String) -> Duration? {
        optional(key, "seconds, from 0 on") { value in
            Double.read(value).flatMap { (0...31_536_000).contains($0) ? .seconds($0) : nil }
        }
    }

    mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ key: String, _: Choice.Type
    ) -> Choice? where Choice.RawValue == String {
        let names = Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
        return optional(key, "one of \(names)") { value in
            if case .string(let text) = value { Choice(rawValue: text) } else { nil }
        }
    }

    /// Messages, each written as JSON in a text.
    mutating func messages(_ key: String) -> [JSONValue] {
        guard let texts = texts(key), let node = node(key) else { return [] }
        var messages: [JSONValue] = []
        for text in texts {
            do throws(JSONError) {
                messages.append(try JSONValue(parsing: text))
            } catch {
                add(Diagnostic(node.position, "\(path)\(key): \"\(shortened(text))\": \(error)"))
            }
        }
        return messages
    }

    mutating func inner(_ key: String) -> TOMLTable? {
        optional(key, "a table") { if case .table(let table) = $0 { table } else { nil } }
    }

    /// The tables of a list, with their places.
    mutating func tables(_ key: String) -> [(table: TOMLTable, position: Position)] {
        guard let node = node(key) else { return [] }
        guard case .array(let nodes) = node.value else {
            add(Diagnostic(node.position, "write [[\(key)]]"))
            return []
        }
        return nodes.compactMap { element in
            if case .table(let table) = element.value { return (table, element.position) }
            add(Diagnostic(element.position, "write [[\(key)]]"))
            return nil
        }
    }

    /// Reports that something required is missing.
    mutating func miss(_ what: String) { note(nil, "needs \(what)") }
}
