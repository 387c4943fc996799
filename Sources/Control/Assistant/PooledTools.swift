package import ModelTypes
package import Tools

/// The tool runner as the assistant sees it: calls go to the pool, and their outcomes come back.
package struct PooledTools: ToolPort {
    private let runner: ToolRunner

    /// The assistant's side of a runner.
    package init(_ runner: ToolRunner) {
        self.runner = runner
    }

    /// Runs a call on the pool; `done` is called there.
    package func run(_ call: FunctionCall, _ done: @escaping @Sendable (ToolOutcome) -> Void) {
        // Their number is bounded by the runner, which refuses at once what it cannot take.
        Task { done(await runner.run(call)) }
    }

    /// Takes calls back.
    package func cancel(_ identifiers: [String]) {
        // It may overtake the call itself: the runner then never begins it.
        Task { await runner.cancel(identifiers) }
    }
}
