internal import Linux
internal import Synchronization

/// Whether the microphone is in use, as the capture thread sees it.
///
/// ## Concurrency
/// Set by any thread and read by the capture thread, also while that has real-time priority: it
/// neither allocates nor locks.
final class MicrophoneDemand: Sendable {
    /// Readable when a demand has arisen, or when the thread must end.
    let signal: EventFD
    // True at the start, so that a microphone that is missing is known before a press.
    private let wanted = Atomic(true)

    /// Creates a demand that is set.
    init() throws(SystemError) { signal = try EventFD() }

    /// Whether a gate is open, or will open as soon as there is a microphone.
    var isWanted: Bool { wanted.load(ordering: .acquiring) }

    /// Sets or withdraws the demand; a new demand wakes the capture thread.
    func set(_ isWanted: Bool) {
        let before = wanted.exchange(isWanted, ordering: .acquiringAndReleasing)
        if isWanted, !before { signal.signal() }
    }
}
