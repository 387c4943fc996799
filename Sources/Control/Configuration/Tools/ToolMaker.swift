package import Tools

/// Makes the tools of the settings, kind by kind, and collects mistakes.
package struct ToolMaker {
    /// Connects to the far end of a source of functions ahead of the first call.
    package struct Beginning: Sendable {
        /// The functions' names begin with it.
        package let source: String
        package let run: @Sendable () async -> Void
    }

    /// Whether it only finds mistakes: nothing is opened, connected or started.
    package let isDry: Bool
    package private(set) var ports: ToolPorts
    package private(set) var tools: [any Tool] = []
    /// Sources that add their functions later.
    package private(set) var sources: [ToolSourcePlan] = []
    /// What can be done ahead of the first call.
    package private(set) var beginnings: [Beginning] = []
    /// What must be done at the end of the program, in this order.
    package private(set) var endings: [@Sendable () async -> Void] = []
    package private(set) var mistakes: [Diagnostic] = []
    private var names: Set<String> = []

    /// Makes nothing yet.
    package init(_ ports: ToolPorts, isDry: Bool) {
        self.ports = ports
        self.isDry = isDry
    }

    /// Makes the tools of all kinds that the settings know.
    package mutating func makeAll(_ settings: Settings) {
        for kind in settings.kinds.list { make(kind, settings) }
    }

    private mutating func make<Kind: ToolKind>(_ kind: Kind.Type, _ settings: Settings) {
        let tables = settings.tools(kind)
        if !tables.isEmpty { kind.make(tables, with: &self) }
    }

    // MARK: - For kinds

    /// Adds a tool; a name that another tool has is a mistake at that place.
    package mutating func add(_ tool: any Tool, at position: Position?) {
        guard names.insert(tool.declaration.name).inserted else {
            return note(ToolDeclarationError.duplicate(tool.declaration.name), at: position)
        }
        tools.append(tool)
    }

    /// Adds the tool that `make` makes, or its error as a mistake at the settings' place.
    package mutating func add(_ settings: ToolSettings, _ make: () throws -> any Tool) {
        do {
            add(try make(), at: settings.position)
        } catch {
            note(error, at: settings.position)
        }
    }

    /// Adds a source that adds its functions later.
    package mutating func add(_ source: ToolSourcePlan) { sources.append(source) }

    /// Registers work that connects to a source's far end before the first call of its functions,
    /// `NAME_...`.
    package mutating func begin(_ source: String, _ run: @escaping @Sendable () async -> Void) {
        beginnings.append(Beginning(source: source, run: run))
    }

    /// Registers work for the end of the program, after the work registered before.
    package mutating func end(_ run: @escaping @Sendable () async -> Void) { endings.append(run) }

    /// Notes a mistake.
    package mutating func note(_ error: any Error, at position: Position?) {
        mistakes.append(Diagnostic(position, "\(error)"))
    }

    /// Notes a mistake in a table, preceded by its title.
    package mutating func note(_ error: any Error, of settings: ToolSettings) {
        mistakes.append(Diagnostic(settings.position, "\(settings.title): \(error)"))
    }
}
