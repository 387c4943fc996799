internal import Synchronization

/// An answer on its way from the `http` thread to the task that waits for it.
///
/// ## Concurrency
/// The lock protects the whole state. The thread calls `begin`, `take` and `end`, which never wait;
/// one task at a time waits in `whole`, `head` or `next`.
final class ResponseChannel: Sendable {
    /// How many bytes of a streamed body may wait for their reader before the sender is paused.
    static let watermarkBytes = 256 << 10

    /// The result of offering bytes.
    enum Verdict { case taken, pause, tooLarge }

    private struct State {
        var head: HTTPHead?
        var bytes: [UInt8] = []
        var receivedBytes = 0
        var isPaused = false
        var end: Result<Void, HTTPError>?
        var waiter: Waiter?
    }

    private struct Waiter {
        let isSatisfied: @Sendable (State) -> Bool
        let continuation: CheckedContinuation<Void, Never>
    }

    let server: String
    private let limitBytes: Int
    private let isStreamed: Bool
    private let state = Mutex(State())

    init(server: String, limitBytes: Int, isStreamed: Bool) {
        self.server = server
        self.limitBytes = limitBytes
        self.isStreamed = isStreamed
    }

    // MARK: The http thread

    /// The answer has begun.
    func begin(_ head: HTTPHead) {
        change { $0.head = head }
    }

    /// Offers bytes of the body.
    func take(_ bytes: UnsafeRawBufferPointer) -> Verdict {
        change { state in
            if state.receivedBytes + bytes.count > limitBytes { return .tooLarge }
            if isStreamed, state.bytes.count >= Self.watermarkBytes {
                state.isPaused = true
                return .pause
            }
            state.receivedBytes += bytes.count
            state.bytes.append(contentsOf: bytes)
            return .taken
        }
    }

    /// The answer is complete, or will never be; the first end counts.
    func end(_ result: Result<Void, HTTPError>) {
        change { state in
            if state.end == nil { state.end = result }
        }
    }

    private func change<Value: Sendable>(_ body: (inout State) -> Value) -> Value {
        let (value, satisfied) = state.withLock { state in
            let value = body(&state)
            guard let waiter = state.waiter, waiter.isSatisfied(state) else {
                return (value, nil as CheckedContinuation<Void, Never>?)
            }
            state.waiter = nil
            return (value, waiter.continuation)
        }
        satisfied?.resume()
        return value
    }

    // MARK: The reader

    /// Waits for the end; returns the whole answer.
    func whole() async -> Result<HTTPResponse, HTTPError> {
        await wait { $0.end != nil }
        return state.withLock { state in
            Self.outcome(of: state.end).flatMap { _ in
                guard let head = state.head else { return .failure(Self.headless(server)) }
                return .success(HTTPResponse(head: head, body: state.bytes))
            }
        }
    }

    /// Waits for the head.
    func head() async -> Result<HTTPHead, HTTPError> {
        await wait { $0.head != nil || $0.end != nil }
        return state.withLock { state in
            if let head = state.head { return .success(head) }
            return Self.outcome(of: state.end).flatMap { .failure(Self.headless(server)) }
        }
    }

    /// Waits for bytes or the end; also returns whether the sender is paused and must be resumed.
    func next() async -> (Result<[UInt8]?, HTTPError>, isPaused: Bool) {
        await wait { !$0.bytes.isEmpty || $0.end != nil }
        return state.withLock { state in
            guard !state.bytes.isEmpty else {
                return (Self.outcome(of: state.end).map { nil }, isPaused: false)
            }
            let bytes = state.bytes
            state.bytes = []
            defer { state.isPaused = false }
            return (.success(bytes), isPaused: state.isPaused)
        }
    }

    private func wait(until isSatisfied: @escaping @Sendable (State) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                precondition(state.waiter == nil, "two tasks read one answer")
                if isSatisfied(state) { return true }
                state.waiter = Waiter(isSatisfied: isSatisfied, continuation: continuation)
                return false
            }
            if isReady { continuation.resume() }
        }
    }

    private static func outcome(
        of end: Result<Void, HTTPError>?
    ) -> Result<Void, HTTPError> { end ?? .success(()) }

    private static func headless(_ server: String) -> HTTPError {
        .broken(server: server, reason: "it ended before its head")
    }
}
