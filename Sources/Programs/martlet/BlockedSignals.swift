import Linux

/// The signals that a command handles itself, blocked before any other thread exists.
///
/// A class, because the optimizer of Swift 6.0 crashes if a throwing function returns a `Signals`.
final class BlockedSignals: Sendable {
    private let signals: Signals

    init(_ kinds: [Signal]) throws(SystemError) { signals = try Signals(blocking: kinds) }

    /// Readable while one waits; closed with this object.
    var descriptor: Int32 { signals.descriptor }

    /// Waits until a signal is pending, or the time (milliseconds) has passed.
    func wait(milliseconds: Int32) { _ = signals.wait(timeoutMilliseconds: milliseconds) }

    /// Waits until a signal is pending, or `over` reports that none needs to be awaited.
    func wait(orUntil over: EventFD) { signals.wait(orUntil: over) }

    /// Takes the next one; nil when none is pending.
    func next() -> Signal? { signals.next() }
}
