private import CLinux

/// An alarm as a readable descriptor, once or repeatedly.
///
/// ## Concurrency
/// Every method may be called from every thread; the object must outlive every watch of its
/// descriptor.
package final class TimerFD: Sendable {
    /// Readable once the time has come, until `drain` or the next `arm`; closed with this object.
    package let descriptor: Int32

    /// The corresponding C function is `timerfd_create`.
    package init() throws(SystemError) {
        descriptor = try SystemError.check("timerfd_create") { martlet_timerfd() }
    }

    deinit {
        _ = FileDescriptor(adopting: descriptor)
    }

    /// Sets the alarm to a time of `MonotonicClock`, and replaces an earlier one.
    ///
    /// A time that has passed makes the descriptor readable at once. The corresponding C function
    /// is `timerfd_settime`.
    package func arm(at nanoseconds: Int64) { arm(at: nanoseconds, every: 0) }

    /// Like `arm`, and repeats after each interval (nanoseconds, 0: never) without a further call;
    /// alarms that are not drained in time count as one.
    package func arm(at nanoseconds: Int64, every interval: Int64) {
        // 0 would disarm; every time but that one is valid, so the call cannot fail.
        _ = martlet_timerfd_arm(descriptor, max(nanoseconds, 1), max(interval, 0))
    }

    /// Cancels the alarm.
    package func disarm() {
        _ = martlet_timerfd_arm(descriptor, 0, 0)
    }

    /// Takes an alarm that has gone off; false when there is none.
    package func drain() -> Bool {
        martlet_counter_drain(descriptor)
    }
}
