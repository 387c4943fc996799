internal import Linux
internal import Synchronization

/// Whether somebody needs the microphone now, as the capture thread sees it.
///
/// ## Concurrency
/// Set by any thread; looked at by the capture thread, also while it has real-time priority: it
/// neither allocates nor locks.
final class MicrophoneDemand: Sendable {
    /// Readable when it has come up, or when the thread is to end.
    let signal: EventFD
    // True at the start, so that a microphone that is missing is known before a press.
    private let wanted = Atomic(true)

    /// Somebody needs it.
    init() throws(SystemError) { signal = try EventFD() }

    /// Whether somebody listens, or will as soon as there is a microphone.
    var isWanted: Bool { wanted.load(ordering: .acquiring) }

    /// Says so, or that nobody does any more; a demand that is new wakes the capture thread.
    func set(_ isWanted: Bool) {
        let before = wanted.exchange(isWanted, ordering: .acquiringAndReleasing)
        if isWanted, !before { signal.signal() }
    }
}
