package import ModelTypes
package import WireCodec
package import Tools

/// The tool runner as the assistant sees it: calls go to the pool, and their outcomes come back.
///
/// ## Concurrency
/// Confined to the assistant's executor, as every port is.
package final class PooledTools: ToolPort, @unchecked Sendable {
    // @unchecked: touched on the assistant's executor only.

    /// Conversations that began anew since the start of the program.
    private var conversation = 0
    /// The conversations of the calls that run; one outlives a change of conversation.
    private var running: [String: Int] = [:]
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

    /// Tells calls of this conversation from those of earlier ones, whose ids may be the same.
    package func conversationBegan() { conversation += 1 }

    /// Runs a call on the pool.
    package func run(_ call: FunctionCall, _ done: @escaping @Sendable (ToolOutcome) -> Void) {
        take(call, refusing: nil, done)
    }

    /// Has the runner answer a call, which it then remembers.
    package func refuse(
        _ call: FunctionCall, because words: String,
        _ done: @escaping @Sendable (ToolOutcome) -> Void
    ) {
        take(call, refusing: words, done)
    }

    private func take(
        _ call: FunctionCall, refusing words: String?,
        _ done: @escaping @Sendable (ToolOutcome) -> Void
    ) {
        // Their number is bounded by the runner, which refuses at once what it cannot take.
        running[call.id] = conversation
        Task(executorPreference: runner.executor) { [runner, onExecutor, conversation] in
            let outcome =
                if let words {
                    await runner.refuse(call, because: words, conversation: conversation)
                } else {
                    await runner.run(call, conversation: conversation)
                }
            onExecutor {
                if outcome != .repeated { self.running[call.id] = nil }
                done(outcome)
            }
        }
    }

    /// The arguments of a call without what is secret in them.
    package func shown(_ call: FunctionCall) -> JSONValue { runner.shown(call) }

    /// Takes calls back.
    package func cancel(_ identifiers: [String]) {
        // It may overtake the call itself: the runner then never begins it.
        for id in identifiers {
            let conversation = running[id] ?? conversation
            Task(executorPreference: runner.executor) { [runner] in
                await runner.cancel([id], conversation: conversation)
            }
        }
    }
}
