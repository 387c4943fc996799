import Synchronization

/// The result of work on another thread.
final class Outcome: Sendable {
    private let failure = Mutex<(any Error)?>(nil)

    /// Why it failed; nil if it did not.
    var error: (any Error)? { failure.withLock { $0 } }

    func fail(_ error: any Error) { failure.withLock { $0 = error } }
}

/// A value behind a lock.
final class Shared<Value: Sendable>: Sendable {
    private let mutex: Mutex<Value>

    init(_ value: Value) { mutex = Mutex(value) }

    func withLock<Result: Sendable>(_ body: @Sendable (inout Value) -> Result) -> Result {
        mutex.withLock { value in body(&value) }
    }
}

/// An event that one task awaits and any thread triggers, once.
final class Latch: Sendable {
    private enum State: Sendable {
        case closed
        case awaited(CheckedContinuation<Void, Never>)
        case open
    }
    private let state = Mutex(State.closed)

    /// Releases the waiter; further calls are harmless.
    func open() {
        let waiting = state.withLock { state -> CheckedContinuation<Void, Never>? in
            defer { state = .open }
            if case .awaited(let continuation) = state { return continuation }
            return nil
        }
        waiting?.resume()
    }

    /// Waits until it is open; for one task only.
    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state -> Bool in
                if case .open = state { return true }
                state = .awaited(continuation)
                return false
            }
            if isOpen { continuation.resume() }
        }
    }
}
