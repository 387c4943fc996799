internal import Synchronization
package import Tools

/// The assistant's confirmation port for the tool runner: it asks the user.
///
/// ## Concurrency
/// From any thread; the assistant is set once, before the first call.
package final class ConfirmationDesk: ConfirmationPort {
    private let onExecutor: @Sendable (@escaping @Sendable () -> Void) -> Void
    private let assistant = Mutex<Reference?>(nil)

    private struct Reference: Sendable {
        // Weak, because the assistant owns the port that owns the runner that owns this.
        weak var assistant: VoiceAssistant?
    }

    /// A desk without an assistant; `onExecutor` runs a closure on the assistant's executor.
    package init(
        onExecutor: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void
    ) {
        self.onExecutor = onExecutor
    }

    /// Sets the assistant that asks the user.
    package func take(_ assistant: VoiceAssistant) {
        self.assistant.withLock { $0 = Reference(assistant: assistant) }
    }

    package func confirm(_ request: ConfirmationRequest) async -> ConfirmationDecision {
        let assistant = assistant.withLock { $0?.assistant }
        guard let assistant else {
            return .refused("nothing was done: nobody is there to confirm it")
        }
        return await withTaskCancellationHandler {
            await assistant.confirm(request)
        } onCancel: {
            onExecutor { assistant.assumeIsolated { $0.withdraw(request.id) } }
        }
    }
}
