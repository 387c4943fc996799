import CWebSockets
import Glibc

/// When a line counts as dead: what the kernel and libwebsockets watch on an open connection.
///
/// The kernel finds a far end that is gone, within seconds; libwebsockets' pings find one whose
/// kernel still answers while the service behind it does not, and leave it much more time.
enum LineLiveness {
    /// How long data may wait for the far end's kernel to acknowledge it (milliseconds).
    ///
    /// Then the connection ends: TCP_USER_TIMEOUT of tcp(7). A mobile line that hands over is
    /// silent for less.
    static let unacknowledgedLimitMilliseconds: UInt32 = 10_000
    /// A line without traffic is probed after this time (TCP_KEEPIDLE of tcp(7), seconds).
    static let keepaliveIdleSeconds: Int32 = 10
    /// The time between two probes (TCP_KEEPINTVL of tcp(7), seconds).
    static let keepaliveIntervalSeconds: Int32 = 3
    /// This number of probes without an answer ends the connection (TCP_KEEPCNT of tcp(7)).
    ///
    /// The limit for unacknowledged data ends it earlier, at the first probe behind it.
    static let keepaliveProbes: Int32 = 3

    /// A WebSocket on which nothing came for this time is sent a ping (seconds).
    static let pingSeconds: UInt16 = 30
    /// One on which not even the pong came is closed (seconds since the last sign of life).
    ///
    /// Pongs of a loaded Live service were seen to take 8 to 30 seconds, which this allows
    /// threefold.
    static let hangupSeconds: UInt16 = 120

    /// The policy of every connection of ours.
    // nonisolated(unsafe): written once before first use, read only; libwebsockets keeps the
    // pointer for as long as the process lives.
    nonisolated(unsafe) static let policy = makePolicy(
        pingSeconds: pingSeconds, hangupSeconds: hangupSeconds)

    /// A policy that is never released, as libwebsockets wants it.
    static func makePolicy(
        pingSeconds: UInt16, hangupSeconds: UInt16
    ) -> UnsafePointer<lws_retry_bo_t> {
        let memory = UnsafeMutablePointer<lws_retry_bo_t>.allocate(capacity: 1)
        var policy = lws_retry_bo_t()
        policy.secs_since_valid_ping = pingSeconds
        policy.secs_since_valid_hangup = hangupSeconds
        memory.initialize(to: policy)
        return UnsafePointer(memory)
    }

    /// Has the kernel watch a connected TCP socket.
    ///
    /// A kernel that refuses an option leaves the work to the pings. The corresponding C function
    /// is `setsockopt`.
    static func watch(_ descriptor: Int32) {
        set(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1)
        set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPIDLE, keepaliveIdleSeconds)
        set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPINTVL, keepaliveIntervalSeconds)
        set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPCNT, keepaliveProbes)
        set(
            descriptor, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT,
            Int32(unacknowledgedLimitMilliseconds))
    }

    private static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
