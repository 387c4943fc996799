/// Adds functions while the program runs, such as a server does.
///
/// Its functions are in the registry that it was created with, under its name, from its first list
/// until `stop`.
package protocol ToolSource: Sendable {
    /// Its name in reports: "MCP server kitchen".
    var title: String { get }
    /// Its faults, one line each.
    var notes: [String] { get async }
    /// Whether it is unavailable, for the reason in `notes`.
    var isFailed: Bool { get async }
    /// The functions that the settings leave out, in one line; empty: none.
    var unwanted: String { get async }
    /// Starts it, and restarts it whenever it ends, until `stop`; returns at once.
    func start() async
    /// Returns when its functions have been listed for the first time, or it has failed once.
    func settled() async
    /// Stops it and removes its functions; returns when nothing of it is left.
    func stop() async
}

/// A source that can be started.
package struct ToolSourcePlan: Sendable {
    /// The prefix of its functions' names.
    package let name: String
    /// Creates it, with a registry and a log; starts nothing.
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

/// The level of a line for the log.
package enum ToolLogLevel: Sendable, Equatable {
    case warning, notice, debug
}
