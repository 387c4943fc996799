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
            let hint = nearest(to: member.key, among: known).map { "; did you mean '\($0)'?" }
            diagnostics.append(
                Diagnostic(member.position, "\(name) has no '\(member.key)'\(hint ?? "")"))
        }
        return diagnostics
    }
}

extension TableReader {
    mutating func output() -> OutputSettings? {
        // All of them are read before one that is missing ends it, so that all are known.
        let outputName: String? = value("name")
        let text: String? = value("description")
        let line: String? = value("line", "")
        let file: String? = value("file", "")
        let activeLow: Bool? = value("active_low", false)
        let restsOn: Bool? = value("rests_on", false)
        guard let outputName, let text, let line, let file, let activeLow, let restsOn else {
            return nil
        }
        if line.isEmpty == file.isEmpty {
            note("\(name) needs either 'line' (GPIO) or 'file' (a file that stands for a line)")
        }
        return OutputSettings(
            name: outputName, description: text, line: line, file: file, activeLow: activeLow,
            restsOn: restsOn, position: position)
    }

    mutating func command() -> CommandToolSettings? {
        let toolName: String? = value("name")
        let text: String? = value("description")
        let arguments = strings("argv")
        let parameters = members("parameters").map { (name: $0.key, schema: $0.node) }
        let required = strings("required", parameters.map(\.name))
        let deadline: Int? = value("deadline_ms", 10_000)
        let directory: String? = value("directory", "/")
        let limit: Int? = value("output_limit_bytes", 16_384)
        guard let toolName, let text, let arguments, let required, let deadline, let directory,
            let limit
        else { return nil }
        if arguments.isEmpty { note("\(name).argv names no program") }
        if !(100...600_000).contains(deadline) {
            note("\(name).deadline_ms is \(deadline); allowed: 100 to 600000")
        }
        if !(256...1_048_576).contains(limit) {
            note("\(name).output_limit_bytes is \(limit); allowed: 256 to 1048576")
        }
        return CommandToolSettings(
            name: toolName, description: text, arguments: arguments, parameters: parameters,
            required: required, deadlineMilliseconds: deadline, directory: directory,
            outputLimitBytes: limit, position: position)
    }

    private mutating func note(_ message: String) {
        diagnostics.append(Diagnostic(position, message))
    }
}
