internal import Text

/// Reads one table's members, and notes which ones the program knows.
package struct TableReader {
    let table: TOMLTable
    /// The table's name in error texts: "tool.gpio", "a turn".
    let name: String
    /// The prefix of its members' names there: "tool.gpio.", "turn.".
    package let path: String
    let position: Position
    package private(set) var diagnostics: [Diagnostic] = []
    private var known: [String] = []

    init(_ table: TOMLTable, name: String, position: Position) {
        self.table = table
        self.name = name
        path = name + "."
        self.position = position
    }

    /// A reader of a table that error texts call `name`; they prefix its members with `path`.
    package init(_ table: TOMLTable, name: String, path: String, position: Position) {
        self.table = table
        self.name = name
        self.path = path
        self.position = position
    }

    /// Adds a mistake that the caller has put into words.
    package mutating func add(_ mistake: Diagnostic) { diagnostics.append(mistake) }

    /// A member as it is, for a reader of its own; it counts as known.
    package mutating func node(_ key: String) -> TOMLNode? {
        known.append(key)
        return table[key]
    }

    /// A member that may be absent; `wanted` says what it must be if `read` returns nil.
    package mutating func optional<Value>(
        _ key: String, _ wanted: String, _ read: (TOMLValue) -> Value?
    ) -> Value? {
        guard let node = node(key) else { return nil }
        if let value = read(node.value) { return value }
        diagnostics.append(
            Diagnostic(
                node.position, "\(path)\(key) is \(node.value.shown), but must be \(wanted)"))
        return nil
    }

    /// A member's value, or the fallback; without one it is required.
    package mutating func value<Value: SettingValue>(_ key: String, _ fallback: Value? = nil)
        -> Value?
    {
        known.append(key)
        guard let node = table[key] else {
            if fallback == nil {
                diagnostics.append(
                    Diagnostic(position, "\(name) lacks '\(key)' (\(Value.typeName))"))
            }
            return fallback
        }
        if let value = Value.read(node.value) { return value }
        diagnostics.append(
            Diagnostic(
                node.position,
                "\(path)\(key) is \(node.value.shown), but must be "
                    + Value.typeName + node.value.remedy(for: Value.self)))
        return fallback
    }

    /// An array of strings, or the fallback; without one it is required.
    package mutating func strings(_ key: String, _ fallback: [String]? = nil) -> [String]? {
        known.append(key)
        guard let node = table[key] else {
            if fallback == nil {
                diagnostics.append(Diagnostic(position, "\(name) lacks '\(key)' (strings)"))
            }
            return fallback
        }
        guard case .array(let nodes) = node.value else {
            diagnostics.append(
                Diagnostic(
                    node.position,
                    "\(path)\(key) must be an array of strings, but is \(node.value.kind)"
                        + node.value.remedy(for: [String].self)))
            return fallback
        }
        var texts: [String] = []
        for element in nodes {
            if case .string(let text) = element.value {
                texts.append(text)
            } else {
                diagnostics.append(
                    Diagnostic(
                        element.position,
                        "\(path)\(key) holds \(element.value.shown), but must hold strings only"))
            }
        }
        return texts
    }

    /// The members of an inline table; none when it is absent.
    package mutating func members(_ key: String) -> [TOMLTable.Member] {
        known.append(key)
        guard let node = table[key] else { return [] }
        if case .table(let inner) = node.value { return inner.members }
        diagnostics.append(
            Diagnostic(
                node.position,
                "\(path)\(key) is \(node.value.shown), but must be a table such as { a = 1 }"))
        return []
    }

    /// All mistakes, with the members that the program does not know.
    package mutating func finish() -> [Diagnostic] {
        for member in table.members where !known.contains(member.key) {
            let hint =
                Spelling.nearest(to: member.key, among: known).map { "did you mean '\($0)'?" }
                ?? "it has: \(known.joined(separator: ", "))"
            diagnostics.append(
                Diagnostic(secret: member)
                    ?? Diagnostic(
                        member.position, "\(name) has no '\(shortened(member.key))'; \(hint)"))
        }
        return diagnostics
    }
}

extension TableReader {
    /// A text that must not be empty.
    package mutating func text(_ key: String, _ fallback: String? = nil) -> String? {
        let text: String? = value(key, fallback)
        if text?.isEmpty ?? false, fallback == nil { note(key, "must not be empty") }
        return text
    }

    /// A path that begins with /; only the fallback need not.
    package mutating func path(_ key: String, _ fallback: String) -> String? {
        let path: String? = value(key, fallback)
        if let path, path != fallback, !path.hasPrefix("/") {
            let found = TOMLValue.string(path)
            note(
                key,
                (found.mayBeSecret ? "" : "is \(found.shown), but ")
                    + "must be a path that begins with /")
        }
        return path
    }

    /// A number within a range.
    package mutating func number(
        _ key: String, _ fallback: Int, _ range: ClosedRange<Int>
    ) -> Int? {
        let number: Int? = value(key, fallback)
        if let number, !range.contains(number) {
            note(key, "is \(number); allowed: \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// The parameters with their schemas.
    mutating func schemas() -> [(name: String, schema: TOMLNode)] {
        members("parameters").map { member in
            if case .table = member.node.value { return (member.key, member.node) }
            diagnostics.append(
                Diagnostic(
                    member.node.position,
                    "\(path)parameters.\(shortened(member.key)) must be a table such as "
                        + "{ type = \"string\" }"))
            return (member.key, member.node)
        }
    }

    /// Every name that is required must be one of the parameters.
    mutating func checkNames(known names: [String]) {
        guard case .array(let nodes)? = table["required"]?.value, !isWrong("parameters") else {
            return
        }
        for node in nodes {
            guard case .string(let text) = node.value, !names.contains(text) else { continue }
            diagnostics.append(
                Diagnostic(
                    node.position,
                    "\(path)required names '\(shortened(text))', which is not one of the parameters"
                ))
        }
    }

    /// Whether a member was refused, so that its value is not known.
    package func isWrong(_ key: String) -> Bool {
        guard let place = table[key]?.position else { return false }
        return diagnostics.contains { $0.position.map { $0 >= place } ?? false }
    }

    /// A GPIO line's name.
    package mutating func line(_ key: String, _ fallback: String? = nil) -> String? {
        let written: String? = value(key, fallback)
        if let name = written, name != fallback, let mistake = Words.line(name) {
            note(key, "is \(TOMLValue.string(name).shown): \(mistake)")
        }
        return written
    }

    /// One of a few words.
    package mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ key: String, _ fallback: Choice
    ) -> Choice? where Choice.RawValue == String {
        guard let word: String = value(key, fallback.rawValue) else { return nil }
        if let choice = Choice(rawValue: word) { return choice }
        let allowed = Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
        note(key, "is \(TOMLValue.string(word).shown); allowed: \(allowed)")
        return fallback
    }

    /// Adds a mistake at a member, or at the table.
    package mutating func note(_ key: String?, _ message: String) {
        guard let key else { return diagnostics.append(Diagnostic(position, "\(name) \(message)")) }
        diagnostics.append(
            Diagnostic(table[key]?.position ?? position, "\(path)\(key) \(message)"))
    }

    /// Whether the table has a key.
    package func has(_ key: String) -> Bool { table[key] != nil }

    /// The texts of an inline table, by name.
    package mutating func variables(_ key: String) -> [(name: String, value: String)] {
        members(key).compactMap { member in
            if case .string(let text) = member.node.value { return (member.key, text) }
            diagnostics.append(
                Diagnostic(
                    member.node.position,
                    "\(path)\(key).\(shortened(member.key)) is \(member.node.value.shown), but "
                        + "must be a string"))
            return nil
        }
    }
}
