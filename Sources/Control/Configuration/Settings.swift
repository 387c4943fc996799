internal import Panel
internal import Tools

/// The configuration, read and checked.
///
/// A setting is asked for by its declaration: `settings[Keys.live.model]`.
package struct Settings: Sendable {
    private var nodes: [String: TOMLNode] = [:]
    /// Settings whose value was refused, so that it is not known what they contradict.
    private var refused: Set<String> = []
    /// The kinds of tools that it can hold.
    package let kinds: ToolKinds
    /// `[[tool.KIND]]`, in the order of the files.
    package private(set) var tools: [ToolSettings] = []
    /// `[[button]]`, in the order of the files.
    var buttonTables: [ButtonSettings] = []
    /// The files that were read, in order.
    package var files: [String] = []

    /// All defaults.
    package init(kinds: ToolKinds = ToolKinds([])) { self.kinds = kinds }

    /// The value of a setting, or its default.
    package subscript<Value: SettingValue>(setting: Setting<Value>) -> Value {
        get { nodes[setting.path].flatMap { Value.read($0.value) } ?? setting.fallback }
        set {
            let position = Position(file: "(program)", line: 1, column: 1)
            let value: TOMLValue? =
                switch newValue {
                case let text as String: .string(text)
                case let texts as [String]:
                    .array(texts.map { TOMLNode(value: .string($0), position: position) })
                case let number as Int: .integer(Int64(number))
                case let number as Double: .float(number)
                case let bool as Bool: .boolean(bool)
                default: nil
                }
            nodes[setting.path] = value.map { TOMLNode(value: $0, position: position) }
        }
    }

    /// Where a setting was made; nil when it has its default.
    package func position(of setting: any AnySetting) -> Position? {
        nodes[setting.path]?.position
    }

    /// Whether the settings of a section differ; their places in the files do not count.
    package func differs(from other: Settings, in section: String) -> Bool {
        Keys.all.contains { setting in
            guard setting.section == section || setting.section.hasPrefix(section + ".") else {
                return false
            }
            return text(of: setting) != other.text(of: setting)
        }
    }

    /// A setting's value as TOML writes it.
    package func text(of setting: any AnySetting) -> String {
        nodes[setting.path].map(setting.text) ?? setting.fallbackText
    }

    // MARK: - Reading

    mutating func read(_ document: TOMLTable) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        for member in document.members {
            if member.key == "button", case .array(let nodes) = member.node.value {
                diagnostics += readButtons(nodes)
                continue
            }
            guard case .table(let table) = member.node.value else {
                diagnostics.append(Unknown.stray(member, kinds))
                continue
            }
            if member.key == "tool" {
                diagnostics += readTools(table)
            } else {
                diagnostics += readSection(table, member)
            }
        }
        return diagnostics
    }

    private mutating func readSection(
        _ table: TOMLTable, _ member: TOMLTable.Member
    ) -> [Diagnostic] {
        guard Keys.sectionNames.contains(where: { $0.split(separator: ".")[0] == member.key })
        else {
            return [Unknown.section(member)]
        }
        return readSection(table, named: member.key)
    }

    private mutating func readSection(_ table: TOMLTable, named section: String) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        for member in table.members {
            let path = "\(section).\(member.key)"
            if let setting = Keys.all.first(where: { $0.path == path }) {
                if let mistake = setting.check(member.node) {
                    diagnostics.append(mistake)
                    refused.insert(path)
                } else {
                    nodes[path] = member.node
                }
            } else if case .table(let inner) = member.node.value, Keys.sectionNames.contains(path) {
                diagnostics += readSection(inner, named: path)
            } else {
                diagnostics.append(Unknown.setting(member, in: section))
            }
        }
        return diagnostics
    }

    private mutating func readTools(_ table: TOMLTable) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        for member in table.members {
            guard let kind = kinds.named(member.key) else {
                diagnostics.append(Unknown.tool(member, kinds))
                continue
            }
            guard case .array(let nodes) = member.node.value else {
                diagnostics.append(
                    Diagnostic(member.position, "write [[tool.\(member.key)]], with two brackets"))
                continue
            }
            for node in nodes {
                guard case .table(let entry) = node.value else {
                    diagnostics.append(
                        Diagnostic(node.position, "write [[tool.\(member.key)]]"))
                    continue
                }
                var reader = TableReader(
                    entry, name: "tool.\(member.key)", position: node.position)
                if let tool = reader.tool(kind) { tools.append(tool) }
                diagnostics += reader.finish()
            }
        }
        return diagnostics
    }

    /// Contradictions between settings that are valid by themselves.
    func contradictions() -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        func note(_ setting: any AnySetting, and other: any AnySetting, _ message: String) {
            guard refused.isDisjoint(with: [setting.path, other.path]) else { return }
            let place = position(of: setting) ?? position(of: other)
            diagnostics.append(Diagnostic(place, message))
        }
        if self[Keys.live.compressionTrigger] > 0,
            self[Keys.live.compressionTarget] >= self[Keys.live.compressionTrigger]
        {
            note(
                Keys.live.compressionTarget, and: Keys.live.compressionTrigger,
                "live.compression_target_tokens must be less than the trigger "
                    + "(\(self[Keys.live.compressionTrigger]))")
        }
        if self[Keys.audio.buffer] < 2 * self[Keys.audio.period] {
            note(
                Keys.audio.buffer, and: Keys.audio.period,
                "audio.buffer_ms must be at least twice audio.period_ms")
        }
        if self[Keys.live.service] == "vertex", self[Keys.vertex.project].isEmpty,
            self[Keys.vertex.accountFile].isEmpty
        {
            note(
                Keys.vertex.project, and: Keys.live.service,
                "live.service \"vertex\" needs vertex.project or vertex.account_file")
        }
        return diagnostics + buttonContradictions(refused: refused) + toolContradictions()
    }

    private func toolContradictions() -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        var seen: [String: Position] = [:]
        for tool in tools {
            if let before = seen[tool.title] {
                diagnostics.append(
                    Diagnostic(tool.position, "\(tool.title) is defined already at \(before)"))
            }
            seen[tool.title] = tool.position
            let asksButton =
                tool.confirmation == .button
                || tool.kind.mayAsk && tool.unlockingConfirmation == .button
            if asksButton, self[Keys.button.source] == "none" {
                let what = tool.confirmation == .button ? "" : "what lets someone in through "
                diagnostics.append(
                    Diagnostic(
                        tool.position,
                        "\(what)\(tool.title) is confirmed by the button, but button.source is "
                            + "\"none\"; say confirm = \"phrase\" or \"pin\""))
            }
        }
        return diagnostics
    }

    /// Removes the tools that are not wanted.
    package mutating func keepTools(_ isWanted: (ToolSettings) -> Bool) {
        tools = tools.filter(isWanted)
    }

    /// Removes all tools; buttons that would call one then do nothing.
    package mutating func dropTools() {
        tools = []
        func without(_ action: ButtonAction) -> ButtonAction {
            if case .tool = action { .nothing } else { action }
        }
        for index in buttonTables.indices {
            buttonTables[index].press = without(buttonTables[index].press)
            buttonTables[index].tap = without(buttonTables[index].tap)
            buttonTables[index].double = without(buttonTables[index].double)
            buttonTables[index].long = without(buttonTables[index].long)
        }
        for key in [Keys.button.press, Keys.button.tap, Keys.button.double, Keys.button.long]
        where self[key].hasPrefix("tool ") {
            self[key] = ButtonAction.nothing.text
        }
    }

    /// The tools of one kind, with the settings that only that kind has.
    package func tools<Kind: ToolKind>(
        _ kind: Kind.Type
    ) -> [(settings: ToolSettings, kind: Kind)] {
        tools.compactMap { tool in (tool.kind as? Kind).map { (tool, $0) } }
    }

    /// What is allowed but may not be intended: one line each, for `martlet config check`.
    package var warnings: [Diagnostic] {
        idleWarnings
            + tools.flatMap { tool -> [Diagnostic] in
                let own = tool.kind.warnings(tool).map { Diagnostic(tool.position, $0) }
                guard tool.risk == .unlock, tool.confirmation == nil else { return own }
                return own + [
                    Diagnostic(
                        tool.position,
                        "\(tool.title) lets someone in (risk \"unlock\") without asking: anyone who "
                            + "can be heard can use it; say confirm = \"button\", \"phrase\" or \"pin\""
                    )
                ]
            }
    }
}
