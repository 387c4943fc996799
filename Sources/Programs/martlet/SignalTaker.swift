import Linux

/// Hands signals on, on a thread of its own, until it is stopped.
final class SignalTaker: Sendable {
    /// How long stopping may take (milliseconds).
    private static let pollMilliseconds: Int32 = 250

    private let signals: BlockedSignals
    private let body: @Sendable (Signal) -> Void
    private let stopped = Shared(false)

    init(_ signals: BlockedSignals, body: @escaping @Sendable (Signal) -> Void) {
        self.signals = signals
        self.body = body
    }

    /// The thread's body.
    func run() {
        while !stopped.withLock({ $0 }) {
            signals.wait(milliseconds: Self.pollMilliseconds)
            while let signal = signals.next() { body(signal) }
        }
    }

    func stop() { stopped.withLock { $0 = true } }
}
