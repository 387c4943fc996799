private import Glibc

/// Reports the service's state to systemd; see sd_notify(3).
///
/// A message that cannot be sent is lost: nothing useful could be done about it.
package struct ServiceNotifier: Sendable {
    /// The longest interval between calls of `watchdog`; nil when there is no watchdog.
    ///
    /// Call twice as often, as sd_watchdog_enabled(3) advises.
    package let watchdogInterval: Duration?

    private let address: UnixAddress

    /// Reads NOTIFY_SOCKET and the watchdog's variables; nil when not started by systemd.
    package init?(environment: [String: String]) {
        guard let socket = environment["NOTIFY_SOCKET"], !socket.isEmpty else { return nil }
        address = UnixAddress(socket)
        watchdogInterval = Self.watchdogInterval(environment, processID: getpid())
    }

    /// The service is ready; also ends a `reloading`.
    package func ready() {
        send("READY=1")
    }

    /// The service reads its configuration again; `ready` must follow.
    package func reloading() {
        send("RELOADING=1\nMONOTONIC_USEC=\(MonotonicClock.now() / 1_000)")
    }

    /// The service is ending.
    package func stopping() {
        send("STOPPING=1")
    }

    /// The service is alive.
    package func watchdog() {
        send("WATCHDOG=1")
    }

    /// One line that `systemctl status` shows.
    package func status(_ text: String) {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        send("STATUS=\(line)")
    }

    private func send(_ message: String) {
        guard let socket = try? UnixSocket(connectingTo: address, kind: .datagram) else { return }
        _ = try? socket.send(Array(message.utf8)[...])
    }

    /// The interval, unless it is meant for another process.
    static func watchdogInterval(
        _ environment: [String: String], processID: Int32
    ) -> Duration? {
        guard let text = environment["WATCHDOG_USEC"], let microseconds = Int64(text),
            microseconds > 0
        else { return nil }
        if let watched = environment["WATCHDOG_PID"], watched != String(processID) { return nil }
        return .microseconds(microseconds)
    }
}
