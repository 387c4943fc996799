package import ModelTypes
package import WireCodec

/// The tools as the conversation uses them; the runner implements it.
///
/// Every method returns at once, and may be called on any executor.
package protocol ToolPort: Sendable {
    /// Runs a call of a conversation elsewhere; `done` is called once, from there.
    func run(
        _ call: FunctionCall, conversation: Int,
        _ done: @escaping @Sendable (ToolOutcome) async -> Void)
    /// Has a call answered with these words and never run, however often it is made; `done` as for
    /// `run`.
    func refuse(
        _ call: FunctionCall, because words: String, conversation: Int,
        _ done: @escaping @Sendable (ToolOutcome) async -> Void)
    /// Cancels calls.
    func takeBack(_ calls: [CallKey])
    /// The arguments of a call in the form that a log may hold.
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
        // This may overtake the call itself, which is then never started.
        Task(executorPreference: executor) { await self.cancel(calls) }
    }
}
