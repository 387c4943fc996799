private import CLinux
private import Glibc

/// The clock that counts from the start of the machine, also during suspension, and is never set.
///
/// Its times mean nothing after a reboot: `life` identifies the boot.
package enum BootClock {
    /// The most that the kernel's identifier of this boot may have (bytes).
    private static let lifeLimitBytes = 256

    /// Nanoseconds since the machine started.
    ///
    /// The corresponding C function is `clock_gettime` with `CLOCK_BOOTTIME`.
    package static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// The kernel's identifier of this boot; see random(4).
    package static func life() throws(SystemError) -> String {
        let bytes = try Files.read(
            "/proc/sys/kernel/random/boot_id", limitBytes: lifeLimitBytes)
        return String(decoding: bytes.filter { $0 > 0x20 }, as: UTF8.self)
    }
}

/// An alarm on the wall clock or on `BootClock`, as a readable descriptor.
///
/// On the wall clock it also goes off when that clock is set, so that its owner can check the time
/// again; on `BootClock` it goes off after a suspension if its time came meanwhile.
///
/// ## Concurrency
/// Every method may be called from every thread; the object must outlive every watch of its
/// descriptor.
package final class ClockAlarm: Sendable {
    /// The clock of an alarm.
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

    /// Sets the alarm to a time of its clock (nanoseconds), and replaces an earlier one.
    ///
    /// A time that has passed makes the descriptor readable at once. Returns false when the wall
    /// clock has been set since the last call: the alarm is set, but the caller must check the time
    /// again. The corresponding C function is `timerfd_settime`.
    package func arm(at nanoseconds: Int64) -> Bool {
        // Every time is valid, so ECANCELED is the only failure: it says that the clock was set.
        martlet_clock_timerfd_arm(descriptor, nanoseconds, isWallClock) == 0
    }

    /// Resets the descriptor; false when the time has not come, as when the wall clock was set.
    @discardableResult
    package func drain() -> Bool {
        martlet_counter_drain(descriptor)
    }
}
