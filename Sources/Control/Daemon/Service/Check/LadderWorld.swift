internal import Linux

/// What the doctor's look at the service takes from the machine.
package struct LadderWorld: Sendable {
    /// The proxies' variables are among it.
    package var environment: [String: String]
    /// The clock on the wall (nanoseconds since 1970-01-01 00:00 UTC).
    package var now: @Sendable () -> Int64
    /// No right clock is earlier than this (the same unit); nil: not known.
    package var notBefore: Int64?
    /// The file with the name servers.
    package var resolvConf: String
    /// Where a server's time is had without TLS, made of the service's host.
    package var plainTime: @Sendable (_ host: String) -> String
    /// Whether any way leads out of this machine.
    package var leadsOut: @Sendable () -> Bool

    /// This machine.
    package static var this: LadderWorld {
        LadderWorld(
            environment: Environment.all(), now: { WallClock.now() },
            // Packages keep the time at which the program was built.
            notBefore: Files.modified("/proc/self/exe"), resolvConf: "/etc/resolv.conf",
            plainTime: { "http://\($0.contains(":") ? "[\($0)]" : $0)/" },
            leadsOut: { NetworkRoutes.leadOut() })
    }

    /// A machine of these parts.
    package init(
        environment: [String: String], now: @escaping @Sendable () -> Int64, notBefore: Int64?,
        resolvConf: String, plainTime: @escaping @Sendable (_ host: String) -> String,
        leadsOut: @escaping @Sendable () -> Bool
    ) {
        self.environment = environment
        self.now = now
        self.notBefore = notBefore
        self.resolvConf = resolvConf
        self.plainTime = plainTime
        self.leadsOut = leadsOut
    }
}
