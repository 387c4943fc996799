/// A switched output of the configuration: `[[tool.gpio]]`.
package struct OutputSettings: Sendable, Equatable {
    package var name: String
    package var description: String
    /// A GPIO line; empty when `file` is set.
    package var line: String
    /// A file that stands for a line; empty when `line` is set.
    package var file: String
    package var activeLow: Bool
    /// How it stands at the start and at the end.
    package var restsOn: Bool
    package var position: Position
}

/// A command of the configuration: `[[tool.command]]`.
package struct CommandToolSettings: Sendable {
    package var name: String
    package var description: String
    /// argv, with `{name}` where arguments go.
    package var arguments: [String]
    /// Parameter name to its JSON Schema, as an inline table.
    package var parameters: [(name: String, schema: TOMLNode)]
    package var required: [String]
    package var deadlineMilliseconds: Int
    package var directory: String
    package var outputLimitBytes: Int
    package var position: Position
}

/// Reads one table's members and notes which were asked for.
struct TableReader {
    let table: TOMLTable
    let name: String
    let position: Position
    private(set) var diagnostics: [Diagnostic] = []
    private var known: [String] = []

    init(_ table: TOMLTable, name: String, position: Position) {
        self.table = table
        self.name = name
        self.position = position
    }

    /// A member's value, or the fallback; without one it is required.
    mutating func value<Value: SettingValue>(_ key: String, _ fallback: Value? = nil) -> Value? {
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
                "\(name).\(key) is \(node.value.shown), but must be "
                    + Value.typeName))
        return fallback
    }

    mutating func strings(_ key: String, _ fallback: [String]? = nil) -> [String]? {
        known.append(key)
        guard let node = table[key] else {
            if fallback == nil {
                diagnostics.append(Diagnostic(position, "\(name) lacks '\(key)' (strings)"))
            }
            return fallback
        }
        guard case .array(let nodes) = node.value else {
            diagnostics.append(
                Diagnostic(node.position, "\(name).\(key) must be an array of strings"))
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
                        "\(name).\(key) holds \(element.value.shown), but must hold strings only"))
            }
        }
        return texts
    }

    mutating func members(_ key: String) -> [TOMLTable.Member] {
        known.append(key)
        guard let node = table[key] else { return [] }
        if case .table(let inner) = node.value { return inner.members }
        diagnostics.append(Diagnostic(node.position, "\(name).\(key) must be a table"))
        return []
    }

    /// What is wrong in all, with the members that nobody asked for.
    mutating func finish() -> [Diagnostic] {
        for member in table.members where !known.contains(member.key) {
            let hint =
                nearest(to: member.key, among: known).map { "did you mean '\($0)'?" }
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
    mutating func output() -> OutputSettings? {
        // All of them are read before one that is missing ends it, so that all are known.
        let outputName: String? = text("name")
        let description: String? = text("description")
        let line: String? = value("line", "")
        let file: String? = path("file", "")
        let activeLow: Bool? = value("active_low", false)
        let restsOn: Bool? = value("rests_on", false)
        guard let outputName, let description, let line, let file, let activeLow, let restsOn
        else { return nil }
        if line.isEmpty == file.isEmpty, !isWrong("line"), !isWrong("file") {
            diagnostics.append(
                Diagnostic(
                    position,
                    "\(name) needs either 'line' (GPIO) or 'file' (a file that stands for a line)"
                ))
        }
        return OutputSettings(
            name: outputName, description: description, line: line, file: file,
            activeLow: activeLow, restsOn: restsOn, position: position)
    }

    mutating func command() -> CommandToolSettings? {
        let toolName: String? = text("name")
        let description: String? = text("description")
        let arguments = strings("argv")
        if arguments?.isEmpty ?? false, !isWrong("argv") { note("argv", "names no program") }
        let parameters = schemas()
        let required = strings("required", parameters.map(\.name))
        checkNames(known: parameters.map(\.name))
        let deadline = number("deadline_ms", 10_000, 100...600_000)
        let directory: String? = path("directory", "/")
        let limit = number("output_limit_bytes", 16_384, 256...1_048_576)
        guard let toolName, let description, let arguments, let required, let deadline,
            let directory, let limit
        else { return nil }
        return CommandToolSettings(
            name: toolName, description: description, arguments: arguments,
            parameters: parameters, required: required, deadlineMilliseconds: deadline,
            directory: directory, outputLimitBytes: limit, position: position)
    }

    /// A text that must say something.
    private mutating func text(_ key: String) -> String? {
        let text: String? = value(key)
        if text?.isEmpty ?? false { note(key, "must not be empty") }
        return text
    }

    private mutating func path(_ key: String, _ fallback: String) -> String? {
        let path: String? = value(key, fallback)
        if let path, path != fallback, !path.hasPrefix("/") {
            note(key, "must be a path that begins with /")
        }
        return path
    }

    private mutating func number(
        _ key: String, _ fallback: Int, _ range: ClosedRange<Int>
    ) -> Int? {
        let number: Int? = value(key, fallback)
        if let number, !range.contains(number) {
            note(key, "is \(number); allowed: \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private mutating func schemas() -> [(name: String, schema: TOMLNode)] {
        members("parameters").map { member in
            if case .table = member.node.value { return (member.key, member.node) }
            diagnostics.append(
                Diagnostic(
                    member.node.position,
                    "\(name).parameters.\(shortened(member.key)) must be a table such as "
                        + "{ type = \"string\" }"))
            return (member.key, member.node)
        }
    }

    /// Every name that is required must be one of the parameters.
    private mutating func checkNames(known names: [String]) {
        guard case .array(let nodes)? = table["required"]?.value, !isWrong("parameters") else {
            return
        }
        for node in nodes {
            guard case .string(let text) = node.value, !names.contains(text) else { continue }
            diagnostics.append(
                Diagnostic(
                    node.position,
                    "\(name).required names '\(shortened(text))', which is none of the parameters"
                ))
        }
    }

    /// Whether a member was refused, so that what it means is not known.
    private func isWrong(_ key: String) -> Bool {
        guard let place = table[key]?.position else { return false }
        return diagnostics.contains { $0.position.map { $0 >= place } ?? false }
    }

    private mutating func note(_ key: String, _ message: String) {
        diagnostics.append(
            Diagnostic(table[key]?.position ?? position, "\(name).\(key) \(message)"))
    }
}
