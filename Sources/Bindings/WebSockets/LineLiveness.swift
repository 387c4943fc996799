import CWebSockets
import Glibc

/// When an open connection counts as dead, as watched by the kernel and libwebsockets.
///
/// The kernel detects within seconds that the far end is gone; libwebsockets' pings detect a far
/// end whose kernel still answers but whose service does not, and give it much more time.
enum LineLiveness {
    /// How long data may wait for the far end's kernel to acknowledge it (milliseconds).
    ///
    /// Then the connection ends: TCP_USER_TIMEOUT of tcp(7). A hand-over of a mobile connection is
    /// shorter.
    static let unacknowledgedLimitMilliseconds: UInt32 = 10_000
    /// A line without traffic is probed after this time (TCP_KEEPIDLE of tcp(7), seconds).
    static let keepaliveIdleSeconds: Int32 = 10
    /// The time between two probes (TCP_KEEPINTVL of tcp(7), seconds).
    static let keepaliveIntervalSeconds: Int32 = 3
    /// This number of probes without an answer ends the connection (TCP_KEEPCNT of tcp(7)).
    ///
    /// The limit for unacknowledged data ends it earlier, at the first probe after that limit.
    static let keepaliveProbes: Int32 = 3

    /// A ping is sent on a WebSocket that has received nothing for this time (seconds).
    static let pingSeconds: UInt16 = 30
    /// A WebSocket without even a pong is closed (seconds since the last sign of life).
    ///
    /// Pongs of a loaded Live service have taken 8 to 30 seconds; this allows three times as much.
    static let hangupSeconds: UInt16 = 120

    /// The policy of all our connections.
    // nonisolated(unsafe): written once before first use, then only read; libwebsockets keeps the
    // pointer while the process lives.
    nonisolated(unsafe) static let policy = makePolicy(
        pingSeconds: pingSeconds, hangupSeconds: hangupSeconds)

    /// Creates a policy that is never freed, as libwebsockets requires.
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

    /// Makes the kernel watch a connected TCP socket.
    ///
    /// If the kernel refuses an option, the pings do the work. The corresponding C function is
    /// `setsockopt`.
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
