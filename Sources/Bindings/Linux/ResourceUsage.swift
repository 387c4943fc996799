private import CLinux
private import Glibc

/// The resources that this process has used so far.
package struct ResourceUsage: Sendable, Equatable {
    /// CPU seconds in our own code, over all threads.
    package let userSeconds: Double
    /// CPU seconds in the kernel on our behalf, over all threads.
    package let systemSeconds: Double
    /// The most memory ever resident at once, in KiB.
    package let maximumResidentKiB: Int

    /// The corresponding C function is `getrusage`.
    package static func current() -> ResourceUsage {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        return ResourceUsage(
            userSeconds: seconds(usage.ru_utime), systemSeconds: seconds(usage.ru_stime),
            maximumResidentKiB: usage.ru_maxrss)
    }

    /// Memory that is resident now, in KiB; 0 if the system does not report it.
    ///
    /// The source is statm of proc(5).
    package static func residentKiB() -> Int {
        guard let bytes = try? Files.read("/proc/self/statm", limitBytes: 256) else { return 0 }
        let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { return 0 }
        return pages * sysconf(Int32(_SC_PAGESIZE)) / 1024
    }

    /// How often the calling thread gave up the processor voluntarily, because it had to wait;
    /// preemptions are not counted.
    ///
    /// The corresponding C function is `getrusage` with `RUSAGE_THREAD`.
    package static func threadWaits() -> Int { martlet_thread_waits() }

    private static func seconds(_ time: timeval) -> Double {
        Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000
    }
}
