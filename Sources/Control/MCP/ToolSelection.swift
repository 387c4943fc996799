internal import ModelTypes
internal import Text
package import Tools
internal import WireCodec

/// Selects which of a server's tools are offered to the model, and on what terms.
package struct ToolSelection: Sendable {
    /// At most this many functions of one server are offered.
    static let functionsLimit = 128
    /// A longer declaration is left out (bytes of JSON); every declaration costs tokens in every
    /// turn.
    static let declarationLimitBytes = 16 << 10
    /// The limit of all declarations of one server together.
    static let totalLimitBytes = 128 << 10
    /// A longer description is cut (characters).
    static let descriptionLimit = 1_500
    /// At most this many names are in a note.
    private static let listedNames = 12

    /// The server's name in the configuration.
    package let source: String
    /// Names of tools to offer; `*` stands for any characters.
    package let allowed: [String]
    /// A call's deadline, which progress extends, up to `limit`.
    package let patience: Duration
    package let limit: Duration
    /// The terms of the tool of this name; their deadline is a little more than `limit`.
    package let terms: @Sendable (String) -> ToolTerms

    /// A selection of a server's tools.
    package init(
        source: String, allowed: [String], patience: Duration, limit: Duration,
        terms: @escaping @Sendable (String) -> ToolTerms
    ) {
        self.source = source
        self.allowed = allowed
        self.patience = patience
        self.limit = limit
        self.terms = terms
    }

    struct Offering {
        var tools: [(declaration: ToolDeclaration, original: String, schema: ForeignSchema)] = []
        /// What is left out and why, one line each.
        var notes: [String] = []
        /// What the settings leave out, in one line; empty: nothing.
        var unwanted = ""
    }

    /// Makes functions from a server's tools.
    func offering(_ all: [OfferedTool], taken: Set<String>) -> Offering {
        var offering = Offering()
        let wanted = all.filter { tool in allowed.contains { Pattern.matches(tool.name, $0) } }
        note(all, &offering)
        let names = ForeignNames.names(of: wanted.map(\.name), source: source, taken: taken)
        var bytes = 0
        for (tool, name) in zip(wanted, names) {
            guard offering.tools.count < Self.functionsLimit else {
                offering.notes.append(
                    "only the first \(Self.functionsLimit) tools are offered; name those that are "
                        + "wanted in 'tools'")
                break
            }
            do {
                guard let name else { throw Refusal(description: "its name occurs twice") }
                let (declaration, schema) = try declaration(of: tool, name: name)
                let size = declaration.announcement.json.serialized.utf8.count
                guard size <= Self.declarationLimitBytes else {
                    throw Refusal(description: "its declaration has \(size) bytes")
                }
                guard bytes + size <= Self.totalLimitBytes else {
                    throw Refusal(description: "the declarations get too long together")
                }
                bytes += size
                offering.tools.append((declaration, tool.name, schema))
            } catch {
                offering.notes.append(
                    "its tool \(tool.name.oneLine(limit: 80)) is left out: \(error)")
            }
        }
        offering.notes = Array(offering.notes.prefix(Self.functionsLimit))
        return offering
    }

    private func declaration(
        of tool: OfferedTool, name: String
    ) throws -> (ToolDeclaration, ForeignSchema) {
        let schema = try ForeignSchema(tool.inputSchema)
        let words = tool.description.oneLine(limit: Self.descriptionLimit)
        let declaration = try ToolDeclaration(
            name: name,
            description: words.isEmpty ? "\(tool.name.oneLine(limit: 80)) of \(source)" : words,
            foreign: schema, terms: terms(tool.name))
        return (declaration, schema)
    }

    /// Notes tools that are not allowed, and allowed ones that do not exist.
    private func note(_ all: [OfferedTool], _ offering: inout Offering) {
        let others = all.map(\.name).filter { name in
            !allowed.contains { Pattern.matches(name, $0) }
        }
        if !others.isEmpty {
            offering.unwanted = "not in 'tools', so not offered: \(Self.list(others))"
        }
        let missing = allowed.filter { pattern in
            !all.contains { Pattern.matches($0.name, pattern) }
        }
        if !missing.isEmpty {
            offering.notes.append("in 'tools', but it has no such tool: \(Self.list(missing))")
        }
    }

    private static func list(_ names: [String]) -> String {
        let more = names.count > listedNames ? " and \(names.count - listedNames) more" : ""
        return names.prefix(listedNames).map { $0.oneLine(limit: 80) }.joined(separator: ", ")
            + more
    }

    private struct Refusal: Error, CustomStringConvertible {
        let description: String
    }
}
