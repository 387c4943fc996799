private import CLinux

/// A wake-up that any thread may signal, also a real-time one.
///
/// Signals do not add up: one `drain` takes them all.
///
/// ## Concurrency
/// Every method may be called from every thread. The object must outlive every watch of its
/// descriptor.
package final class EventFD: Sendable {
    /// Readable while a signal waits, for event loops; closed with this object.
    package let descriptor: Int32

    /// The corresponding C function is `eventfd`.
    package init() throws(SystemError) {
        descriptor = try SystemError.check("eventfd") { martlet_eventfd() }
    }

    deinit {
        _ = FileDescriptor(adopting: descriptor)
    }

    /// Wakes the waiter; safe on a real-time thread.
    @_noAllocation @_noLocks
    package func signal() {
        martlet_eventfd_signal(descriptor)
    }

    /// Takes the waiting signals, so that the descriptor is no longer readable.
    @_noAllocation @_noLocks
    package func drain() {
        _ = martlet_counter_drain(descriptor)
    }

    /// Waits for a signal and takes it; false when the time ran out first.
    ///
    /// A negative time waits forever. Safe on a real-time thread that may wait.
    @_noAllocation @_noLocks
    package func wait(timeoutMilliseconds: Int32) -> Bool {
        let isReadable = martlet_wait_readable(descriptor, timeoutMilliseconds) > 0
        return martlet_counter_drain(descriptor) || isReadable
    }
}
