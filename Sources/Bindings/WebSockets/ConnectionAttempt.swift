/// One try of a client at one address, as libwebsockets sees it.
///
/// Confined to the loop's thread. libwebsockets refers to it without owning it, so that the client
/// keeps it until the socket is destroyed.
final class ConnectionAttempt {
    let client: WebSocketClient
    /// libwebsockets' handle, once it has given one.
    var socket: OpaquePointer?
    /// libwebsockets is being asked, and may call back at once.
    var isStarting = true
    /// When the TCP connection was there (nanoseconds of CLOCK_MONOTONIC).
    var connectedAt: Int64?
    /// It has failed, or is not wanted any more.
    var isOver = false

    init(client: WebSocketClient) { self.client = client }
}
