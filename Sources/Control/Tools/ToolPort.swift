package import ModelTypes
package import WireCodec

/// The tools as the conversation uses them; the runner is one.
///
/// Every method returns at once, and may be called on any executor.
package protocol ToolPort: Sendable {
    /// Runs a call of a conversation elsewhere; `done` is called once, from there.
    func run(
        _ call: FunctionCall, conversation: Int,
        _ done: @escaping @Sendable (ToolOutcome) async -> Void)
    /// Has a call answered with these words and never run, however often it comes; `done` as for
    /// `run`.
    func refuse(
        _ call: FunctionCall, because words: String, conversation: Int,
        _ done: @escaping @Sendable (ToolOutcome) async -> Void)
    /// Takes calls back.
    func takeBack(_ calls: [CallKey])
    /// The arguments of a call as a log may hold them.
    func shown(_ call: FunctionCall) -> JSONValue
}

extension ToolRunner: ToolPort {
    package nonisolated func run(
        _ call: FunctionCall, conversation: Int,
        _ done: @escaping @Sendable (ToolOutcome) async -> Void
    ) {
        Task(executorPreference: executor) {
            await done(await self.run(call, conversation: conversation))
        }
    }

    package nonisolated func refuse(
        _ call: FunctionCall, because words: String, conversation: Int,
        _ done: @escaping @Sendable (ToolOutcome) async -> Void
    ) {
        Task(executorPreference: executor) {
            await done(await self.refuse(call, because: words, conversation: conversation))
        }
    }

    package nonisolated func takeBack(_ calls: [CallKey]) {
        // It may overtake the call itself, which is then never begun.
        Task(executorPreference: executor) { await self.cancel(calls) }
    }
}
