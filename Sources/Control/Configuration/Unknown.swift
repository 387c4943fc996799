internal import Text

/// The message about a name that no setting has: the nearest name, or the section it belongs in.
enum Unknown {
    /// A value outside every section.
    static func stray(_ member: TOMLTable.Member, _ kinds: ToolKinds) -> Diagnostic {
        if let secret = Diagnostic(secret: member) { return secret }
        let name = member.key
        if name == "tool" {
            return Diagnostic(
                member.position, "write [[tool.gpio]] or another kind: \(kinds.headers)")
        }
        if Keys.sectionNames.contains(name) {
            guard case .array = member.node.value else {
                return Diagnostic(member.position, "[\(name)] is a section, not a value")
            }
            return Diagnostic(member.position, "[\(name)] is written with one pair of brackets")
        }
        let homes = homes(of: name).map { ": \($0)" } ?? ""
        return Diagnostic(
            member.position, "'\(shortened(name))' must be in a section\(homes)")
    }

    /// A section that does not exist.
    static func section(_ member: TOMLTable.Member) -> Diagnostic {
        if let secret = Diagnostic(secret: member) { return secret }
        let known = Keys.sectionNames.filter { !$0.contains(".") } + ["tool"]
        let hint =
            Spelling.nearest(to: member.key, among: known).map { "; did you mean [\($0)]?" }
            ?? "; there are \(known.dropLast().map { "[\($0)]" }.joined(separator: ", "))"
        return Diagnostic(
            member.position, "there is no section [\(shortened(member.key))]\(hint)")
    }

    /// A setting that its section does not have.
    static func setting(_ member: TOMLTable.Member, in section: String) -> Diagnostic {
        if let secret = Diagnostic(secret: member) { return secret }
        if Keys.sectionNames.contains("\(section).\(member.key)") {
            return Diagnostic(
                member.position, "[\(section).\(member.key)] is a section, not a value")
        }
        let names = Keys.all.filter { $0.section == section }.map(\.name)
        let inner = Keys.sectionNames.filter { $0.hasPrefix("\(section).") }
            .map { String($0.dropFirst(section.count + 1)) }
        let hint =
            Spelling.nearest(to: member.key, among: names + inner).map { "did you mean '\($0)'?" }
            ?? homes(of: member.key).map { "it belongs in \($0)" }
            ?? "it has: \((names + inner).joined(separator: ", "))"
        return Diagnostic(
            member.position, "[\(section)] has no '\(shortened(member.key))'; \(hint)")
    }

    /// A kind of tool that does not exist.
    static func tool(_ member: TOMLTable.Member, _ kinds: ToolKinds) -> Diagnostic {
        if let secret = Diagnostic(secret: member) { return secret }
        let hint =
            Spelling.nearest(to: member.key, among: kinds.names)
            .map { "did you mean [[tool.\($0)]]?" } ?? "there are \(kinds.headers)"
        return Diagnostic(member.position, "there is no 'tool.\(shortened(member.key))'; \(hint)")
    }

    /// The sections that have a setting of a name.
    private static func homes(of name: String) -> String? {
        let sections = Keys.all.filter { $0.name == name }.map { "[\($0.section)]" }
        return sections.isEmpty ? nil : sections.joined(separator: " or ")
    }
}

extension ToolKinds {
    /// How their tables begin.
    fileprivate var headers: String { names.map { "[[tool.\($0)]]" }.joined(separator: ", ") }
}
