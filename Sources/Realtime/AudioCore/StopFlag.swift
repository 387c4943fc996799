import Synchronization

/// Tells a loop to end; set by anyone, read by the loop.
package final class StopFlag: Sendable {
    private let isRaised = Atomic<Bool>(false)
    private let other: StopFlag?

    /// A flag that is not raised; if it follows another, it is set as soon as the other is.
    package init(following other: StopFlag? = nil) { self.other = other }

    /// Ends the loop at its next check.
    package func raise() { isRaised.store(true, ordering: .releasing) }

    /// Whether the loop must end.
    package var isSet: Bool {
        isRaised.load(ordering: .acquiring) || other?.isSet == true
    }
}
