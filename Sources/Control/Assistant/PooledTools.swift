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
    package func run(
        _ call: FunctionCall, conversation: Int,
        _ done: @escaping @Sendable (ToolOutcome) -> Void
    ) {
        Task(executorPreference: runner.executor) { [runner, onExecutor] in
            let outcome = await runner.run(call, conversation: conversation)
            onExecutor { done(outcome) }
        }
    }

    /// Has the runner answer a call, which it then remembers.
    package func refuse(
        _ call: FunctionCall, because words: String, conversation: Int,
        _ done: @escaping @Sendable (ToolOutcome) -> Void
    ) {
        Task(executorPreference: runner.executor) { [runner, onExecutor] in
            let outcome = await runner.refuse(call, because: words, conversation: conversation)
            onExecutor { done(outcome) }
        }
    }

    /// The arguments of a call without what is secret in them.
    package func shown(_ call: FunctionCall) -> JSONValue { runner.shown(call) }

    /// Takes calls back.
    package func cancel(_ calls: [CallKey]) {
        // It may overtake the call itself: the runner then never begins it.
        Task(executorPreference: runner.executor) { [runner] in await runner.cancel(calls) }
    }
}
