internal import Linux
internal import Text

/// The installed daemon, by systemctl and journalctl.
package final class SystemdDaemon: SetupDaemon {
    private static let unit = "martlet.service"
    /// It is ready within seconds; a machine that has just started is slow.
    private static let startLimit = Duration.seconds(90)
    /// Its own limit for a stop is ten seconds.
    private static let stopLimit = Duration.seconds(30)
    private static let askLimit = Duration.seconds(10)

    package let isInstalled: Bool
    /// When it was started here (seconds since 1970).
    private var startedAt: Int64 = 0

    /// The unit of this machine; `isInstalled`: it is there, systemd runs, and it reads what is set
    /// up.
    package init(isInstalled: Bool) { self.isInstalled = isInstalled }

    /// Whether systemd has started this machine.
    package static var isSystemd: Bool { Files.isDirectory("/run/systemd/system") }

    package var isRunning: Bool {
        guard isInstalled, let state = try? property("ActiveState") else { return false }
        return state != "inactive" && state != "failed"
    }

    package func stop() throws { try control("stop", within: Self.stopLimit) }

    package func start() throws -> String {
        startedAt = WallClock.now() / 1_000_000_000
        try control("restart", within: Self.startLimit)
        let status = try property("StatusText")
        return status.isEmpty ? "nothing yet" : status.visible
    }

    package func turns() -> [String] {
        let arguments = [
            "journalctl", "--unit=\(Self.unit)", "--output=cat", "--no-pager", "--quiet",
            "--since=@\(startedAt)",
        ]
        guard let result = try? Waiting.program(arguments, deadline: Self.askLimit) else {
            return []
        }
        return String(decoding: result.standardOutput, as: UTF8.self).split(separator: "\n")
            .filter { $0.hasPrefix("turn ") }.map(String.init)
    }

    private func control(_ verb: String, within limit: Duration) throws {
        let result = try Waiting.program(["systemctl", verb, Self.unit], deadline: limit)
        guard result.exit == .exited(0) else {
            let words = String(decoding: result.standardError.prefix(500), as: UTF8.self)
            throw SetupFailure(
                "`systemctl \(verb) \(Self.unit)` failed: \(words.visible); `journalctl -u "
                    + "martlet` says why")
        }
    }

    private func property(_ name: String) throws -> String {
        let result = try Waiting.program(
            ["systemctl", "show", "--property=\(name)", "--value", Self.unit],
            deadline: Self.askLimit)
        let text = String(decoding: result.standardOutput, as: UTF8.self)
        return String(text.prefix { $0 != "\n" })
    }
}
