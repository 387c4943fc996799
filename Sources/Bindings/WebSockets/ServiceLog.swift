import CWebSockets
import Glibc
import Synchronization

/// Keeps what libwebsockets logs out of the program's own output, and takes from it the one thing
/// that it tells nowhere else: that a name was not found, or that no name server answers.
///
/// Everything else is told by numbers, see `OpeningFailure`.
enum ServiceLog {
    /// The threads on which one failed since they were last asked.
    private static let failedLookups = Mutex<Set<UInt>>([])

    static func install() {
        lws_set_log_level(cws_log_notices) { _, line in
            // The words of 4.1, and those of 4.3.
            guard let line,
                strstr(line, "getaddrinfo46 failed") != nil
                    || strstr(line, "dns lookup failed") != nil
            else { return }
            ServiceLog.failedLookups.withLock { _ = $0.insert(ServiceLog.thread) }
        }
    }

    /// Whether a look-up has failed on this thread since this was last asked.
    static func takeFailedLookup() -> Bool {
        failedLookups.withLock { $0.remove(thread) != nil }
    }

    private static var thread: UInt { UInt(bitPattern: Int(pthread_self())) }
}
