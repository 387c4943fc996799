/// Something that brings functions along while the program runs, such as a server.
///
/// Its functions are in the registry that it was made with, under its name, from when it has listed
/// them until `stop`.
package protocol ToolSource: Sendable {
    /// What it is called in reports: "MCP server kitchen".
    var title: String { get }
    /// What is wrong with it, one line each.
    var notes: [String] { get async }
    /// Whether it is not there, for the reason in `notes`.
    var isFailed: Bool { get async }
    /// What the settings leave out of it, in one line; empty: nothing.
    var unwanted: String { get async }
    /// Starts it, and again whenever it ends, until `stop`; returns at once.
    func start() async
    /// Returns when its functions have been listed for the first time, or it has failed once.
    func settled() async
    /// Ends it and takes its functions back; returns when nothing of it is left.
    func stop() async
}

/// A source that can be started.
package struct ToolSourcePlan: Sendable {
    /// Its functions' names begin with it.
    package let name: String
    /// Makes it, for a registry and a log; starts nothing.
    package let make:
        @Sendable (
            _ registry: ToolRegistry, _ log: @escaping @Sendable (ToolLogLevel, String) -> Void
        ) -> any ToolSource

    /// A source of a name.
    package init(
        name: String,
        make:
            @escaping @Sendable (
                ToolRegistry, @escaping @Sendable (ToolLogLevel, String) -> Void
            ) -> any ToolSource
    ) {
        self.name = name
        self.make = make
    }
}

/// How much a line for the log matters.
package enum ToolLogLevel: Sendable, Equatable {
    case warning, notice, debug
}
