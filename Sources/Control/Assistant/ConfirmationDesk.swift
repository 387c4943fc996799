internal import Synchronization
package import Tools

/// The assistant as the tool runner sees it: somebody who asks the user.
///
/// ## Concurrency
/// From any thread; the assistant is set once, before the first call comes.
package final class ConfirmationDesk: ConfirmationPort {
    private let onExecutor: @Sendable (@escaping @Sendable () -> Void) -> Void
    private let assistant = Mutex<Reference?>(nil)

    private struct Reference: Sendable {
        // Weak, since the assistant owns the port that owns the runner that owns this.
        weak var assistant: VoiceAssistant?
    }

    /// A desk where nobody sits yet; `onExecutor` runs a closure on the assistant's executor.
    package init(
        onExecutor: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void
    ) {
        self.onExecutor = onExecutor
    }

    /// Says who asks.
    package func take(_ assistant: VoiceAssistant) {
        self.assistant.withLock { $0 = Reference(assistant: assistant) }
    }

    package func confirm(_ request: ConfirmationRequest) async -> ConfirmationDecision {
        let assistant = assistant.withLock { $0?.assistant }
        guard let assistant else {
            return .refused("nothing was done: nobody is there to confirm it")
        }
        let withdrawal = Withdrawal()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                onExecutor {
                    assistant.assumeIsolated { assistant in
                        assistant.confirm(request) { continuation.resume(returning: $0) }
                        // Its withdrawal may have come first, and then found nothing.
                        if withdrawal.isWanted { assistant.withdraw(request.id) }
                    }
                }
            }
        } onCancel: {
            withdrawal.want()
            onExecutor { assistant.assumeIsolated { $0.withdraw(request.id) } }
        }
    }
}

/// Whether a question was taken back.
private final class Withdrawal: Sendable {
    // An object, because the compiler of Swift 6.0 fails on closures that share an atomic value.
    private let flag = Atomic(false)

    var isWanted: Bool { flag.load(ordering: .relaxed) }

    func want() { flag.store(true, ordering: .relaxed) }
}
