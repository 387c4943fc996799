import Linux

/// Passes signals on, on its own thread, until it is stopped.
final class SignalTaker: Sendable {
    private let signals: BlockedSignals
    private let body: @Sendable (Signal) -> Void
    private let stopped = Shared(false)
    private let wake: EventFD

    init(
        _ signals: BlockedSignals, body: @escaping @Sendable (Signal) -> Void
    ) throws(SystemError) {
        wake = try EventFD()
        self.signals = signals
        self.body = body
    }

    /// The thread's body.
    func run() {
        while !stopped.withLock({ $0 }) {
            signals.wait(orUntil: wake)
            while let signal = signals.next() { body(signal) }
        }
    }

    func stop() {
        stopped.withLock { $0 = true }
        wake.signal()
    }
}
