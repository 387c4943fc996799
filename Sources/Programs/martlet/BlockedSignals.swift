import Linux

/// The signals that a command takes for itself, made before any other thread exists.
///
/// A class, because the optimizer of Swift 6.0 crashes where a function that throws hands a
/// `Signals` on.
final class BlockedSignals: Sendable {
    private let signals: Signals

    init(_ kinds: [Signal]) throws(SystemError) { signals = try Signals(blocking: kinds) }

    /// Readable while one waits; closed with this object.
    var descriptor: Int32 { signals.descriptor }

    /// Waits until one is there, or the time (milliseconds) is out.
    func wait(milliseconds: Int32) { _ = signals.wait(timeoutMilliseconds: milliseconds) }

    /// Waits until one is there, or somebody says that none need be awaited any more.
    func wait(orUntil over: EventFD) { signals.wait(orUntil: over) }

    /// Takes the next one; nil when none waits.
    func next() -> Signal? { signals.next() }
}
