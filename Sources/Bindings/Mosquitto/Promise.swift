internal import Synchronization

/// A result that one task waits for; the first one given counts.
///
/// ## Concurrency
/// The lock protects the state. `settle` may be called from every thread, never waits, and does
/// nothing the second time.
final class Promise<Value: Sendable>: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<Result<Value, MQTTError>, Never>)
        case settled(Result<Value, MQTTError>)
    }

    private let state = Mutex(State.open)

    /// Gives the result.
    func settle(_ result: Result<Value, MQTTError>) {
        let waiter = state.withLock {
            state -> CheckedContinuation<Result<Value, MQTTError>, Never>? in
            switch state {
            case .open:
                state = .settled(result)
                return nil
            case .awaited(let continuation):
                state = .settled(result)
                return continuation
            case .settled:
                return nil
            }
        }
        waiter?.resume(returning: result)
    }

    /// Waits for the result, no longer than `time`; then throws `timeout`.
    func value(within time: Duration, else timeout: MQTTError) async throws(MQTTError) -> Value {
        let alarm = alarm(after: time, timeout)
        defer { alarm.cancel() }
        let outcome = await withTaskCancellationHandler {
            await result()
        } onCancel: {
            settle(.failure(.cancelled))
        }
        return try outcome.get()
    }

    private func alarm(after time: Duration, _ timeout: MQTTError) -> Task<Void, any Error> {
        Task {
            try await Task.sleep(for: time)
            settle(.failure(timeout))
        }
    }

    private func result() async -> Result<Value, MQTTError> {
        await withCheckedContinuation { continuation in
            let settled = state.withLock { state -> Result<Value, MQTTError>? in
                switch state {
                case .open:
                    state = .awaited(continuation)
                    return nil
                case .awaited: preconditionFailure("two tasks wait for one result")
                case .settled(let result): return result
                }
            }
            if let settled { continuation.resume(returning: settled) }
        }
    }
}
