internal import Configuration
internal import WireCodec
internal import Text

/// Reads the members of one table of a scenario, and gathers what is wrong with it.
///
/// Every member that is asked for counts as known; `finish` names the others.
struct TableReader {
    private let table: TOMLTable
    /// What a person calls it, and what stands before the names of its members.
    private let place: String
    private let path: String
    private var known: [String] = []
    private(set) var mistakes: [Diagnostic] = []

    init(_ table: TOMLTable, place: String, path: String) {
        self.table = table
        self.place = place
        self.path = path
    }

    private mutating func take<Value>(
        _ key: String, _ wanted: String, _ read: (TOMLValue) -> Value?
    ) -> Value? {
        known.append(key)
        guard let node = table[key] else { return nil }
        if let value = read(node.value) { return value }
        mistakes.append(
            Diagnostic(
                node.position, "\(path)\(key) is \(node.value.shown), but must be \(wanted)"))
        return nil
    }

    /// A member as it is, for one who reads it himself.
    mutating func node(_ key: String) -> TOMLNode? {
        known.append(key)
        return table[key]
    }

    /// A text with its place.
    mutating func placedText(_ key: String) -> (text: String, position: Position)? {
        guard let text = text(key), let node = table[key] else { return nil }
        return (text, node.position)
    }

    mutating func text(_ key: String) -> String? {
        take(key, "a string") { if case .string(let text) = $0 { text } else { nil } }
    }

    mutating func flag(_ key: String) -> Bool? {
        take(key, "true or false") { if case .boolean(let flag) = $0 { flag } else { nil } }
    }

    mutating func whole(_ key: String, _ range: ClosedRange<Int>) -> Int? {
        take(key, "an integer from \(range.lowerBound) to \(range.upperBound)") { value in
            guard case .integer(let number) = value, let whole = Int(exactly: number),
                range.contains(whole)
            else { return nil }
            return whole
        }
    }

    /// A number above nought up to a limit, whole or not.
    mutating func positive(_ key: String, upTo limit: Int) -> Double? {
        take(key, "a number above 0, up to \(limit)") { value in
            Self.number(value).flatMap { $0 > 0 && $0 <= Double(limit) ? $0 : nil }
        }
    }

    /// A time, which the file gives in seconds; at most a year.
    mutating func seconds(_ key: String) -> Duration? {
        take(key, "seconds, from 0 on") { value in
            Self.number(value).flatMap { (0...31_536_000).contains($0) ? .seconds($0) : nil }
        }
    }

    mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ key: String, _: Choice.Type
    ) -> Choice? where Choice.RawValue == String {
        let names = Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
        return take(key, "one of \(names)") { value in
            if case .string(let text) = value { Choice(rawValue: text) } else { nil }
        }
    }

    mutating func texts(_ key: String) -> [String]? {
        take(key, "an array of strings") { value in
            guard case .array(let nodes) = value else { return nil }
            let texts = nodes.compactMap { node in
                if case .string(let text) = node.value { text } else { nil }
            }
            return texts.count == nodes.count ? texts : nil
        }
    }

    /// Messages, each written as JSON in a text.
    mutating func messages(_ key: String) -> [JSONValue] {
        guard let node = table[key], let texts = texts(key) else { return [] }
        var messages: [JSONValue] = []
        for text in texts {
            do throws(JSONError) {
                messages.append(try JSONValue(parsing: text))
            } catch {
                mistakes.append(
                    Diagnostic(node.position, "\(path)\(key): \"\(shortened(text))\": \(error)"))
            }
        }
        return messages
    }

    mutating func table(_ key: String) -> TOMLTable? {
        take(key, "a table") { if case .table(let table) = $0 { table } else { nil } }
    }

    /// The tables of a list of them.
    mutating func tables(_ key: String) -> [TOMLTable] {
        guard let node = node(key) else { return [] }
        guard case .array(let nodes) = node.value else {
            mistakes.append(Diagnostic(node.position, "write [[\(key)]]"))
            return []
        }
        return nodes.compactMap { element in
            if case .table(let table) = element.value { return table }
            mistakes.append(Diagnostic(element.position, "write [[\(key)]]"))
            return nil
        }
    }

    private static func number(_ value: TOMLValue) -> Double? {
        switch value {
        case .integer(let number): Double(number)
        case .float(let number): number
        case .string, .boolean, .array, .table: nil
        }
    }

    /// Says that something that is needed is missing, at the first member's place.
    mutating func miss(_ what: String) {
        mistakes.append(Diagnostic(table.members.first?.position, "\(place) needs \(what)"))
    }

    /// What was wrong, with the members that nobody asked for.
    mutating func finish() -> [Diagnostic] {
        for member in table.members where !known.contains(member.key) {
            let hint =
                Spelling.nearest(to: member.key, among: known).map { "did you mean '\($0)'?" }
                ?? "it has: \(known.joined(separator: ", "))"
            mistakes.append(
                Diagnostic(member.position, "\(place) has no '\(shortened(member.key))'; \(hint)"))
        }
        return mistakes
    }
}
