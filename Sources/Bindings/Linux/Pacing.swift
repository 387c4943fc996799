private import Glibc

// For threads that stand in for a clock or a device, or wait for signals.

extension MonotonicClock {
    /// Blocks the calling thread until a moment; returns at once when it has passed.
    ///
    /// Allowed on a real-time thread. The corresponding C function is `clock_nanosleep`.
    package static func block(until nanoseconds: Int64) {
        var moment = timespec(
            tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &moment, nil) == EINTR {}
    }
}

extension FileDescriptor {
    /// Writes memory; returns only how much was written, 0 after a failure.
    ///
    /// For a stream that must go on whatever the disk does. The corresponding C function is
    /// `write`.
    package func writeRaw(_ bytes: UnsafeRawBufferPointer) -> Int {
        max(0, Glibc.write(rawValue, bytes.baseAddress, bytes.count))
    }

    /// Writes over the beginning of a file, such as a header whose sizes were not known before.
    ///
    /// A failure leaves the file as it is. The corresponding C function is `pwrite`.
    package func overwriteStart(with bytes: [UInt8]) {
        _ = pwrite(rawValue, bytes, bytes.count, 0)
    }
}

extension Signals {
    /// Waits for a signal or the time-out; a negative time waits forever.
    ///
    /// The corresponding C function is `poll`.
    package func wait(timeoutMilliseconds: Int32) -> Bool {
        var interest = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&interest, 1, timeoutMilliseconds) > 0
    }
}
