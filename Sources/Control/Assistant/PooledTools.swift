package import ModelTypes
package import Tools

/// The tool runner as the assistant sees it: calls go to the pool, and their outcomes come back.
package struct PooledTools: ToolPort {
    private let runner: ToolRunner
    private let onExecutor: @Sendable (@escaping @Sendable () -> Void) -> Void

    /// The assistant's side of a runner; `onExecutor` runs a closure on the assistant's executor.
    package init(
        _ runner: ToolRunner,
        onExecutor: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void
    ) {
        self.runner = runner
        self.onExecutor = onExecutor
    }

    /// Runs a call on the pool.
    package func run(_ call: FunctionCall, _ done: @escaping @Sendable (ToolOutcome) -> Void) {
        // Their number is bounded by the runner, which refuses at once what it cannot take.
        Task { [runner, onExecutor] in
            let outcome = await runner.run(call)
            onExecutor { done(outcome) }
        }
    }

    /// Takes calls back.
    package func cancel(_ identifiers: [String]) {
        // It may overtake the call itself: the runner then never begins it.
        Task { await runner.cancel(identifiers) }
    }
}
