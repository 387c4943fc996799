private import CLinux
private import Glibc

/// The clock that counts from the start of the machine on, also while it is suspended, and that
/// nothing sets.
///
/// Its times mean nothing after another start: `life` tells one start from another.
package enum BootClock {
    /// What the kernel's name for this start of the machine has at most (bytes).
    private static let lifeLimitBytes = 256

    /// Nanoseconds since the machine started.
    ///
    /// The corresponding C function is `clock_gettime` with `CLOCK_BOOTTIME`.
    package static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// The kernel's name for this start of the machine, another at each; see random(4).
    package static func life() throws(SystemError) -> String {
        let bytes = try Files.read(
            "/proc/sys/kernel/random/boot_id", limitBytes: lifeLimitBytes)
        return String(decoding: bytes.filter { $0 > 0x20 }, as: UTF8.self)
    }
}

/// An alarm clock that goes by the wall clock or by `BootClock`, as a readable descriptor.
///
/// One of the wall clock goes off, too, when somebody sets that clock, so that its owner can look
/// at the time anew; one of `BootClock` goes off after a suspension if its time came meanwhile.
///
/// ## Concurrency
/// Every method may be called from every thread; the object must outlive what watches its
/// descriptor.
package final class ClockAlarm: Sendable {
    /// Which clock an alarm goes by.
    package enum Clock: Sendable { case wall, boot }

    /// Readable once the time has come, until `drain` or the next `arm`; closed with this object.
    package let descriptor: Int32
    private let isWallClock: Bool

    /// The corresponding C function is `timerfd_create`.
    package init(_ clock: Clock) throws(SystemError) {
        isWallClock = clock == .wall
        let isWallClock = isWallClock
        descriptor = try SystemError.check("timerfd_create") {
            martlet_clock_timerfd(isWallClock)
        }
    }

    deinit {
        _ = FileDescriptor(adopting: descriptor)
    }

    /// Sets the alarm to a time of its clock (nanoseconds), in place of an earlier one.
    ///
    /// A time that has passed makes the descriptor readable at once. Returns false when the wall
    /// clock has been set since the last call: the alarm is set, but look at the time again. The
    /// corresponding C function is `timerfd_settime`.
    package func arm(at nanoseconds: Int64) -> Bool {
        // Every time is valid, so ECANCELED is the only failure: it says that the clock was set.
        martlet_clock_timerfd_arm(descriptor, nanoseconds, isWallClock) == 0
    }

    /// Takes what has made the descriptor readable; false when its time has not come, as when
    /// the wall clock was set.
    @discardableResult
    package func drain() -> Bool {
        martlet_counter_drain(descriptor)
    }
}
