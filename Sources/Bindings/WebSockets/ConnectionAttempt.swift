/// One attempt of a client at one address, as libwebsockets sees it.
///
/// Confined to the loop's thread. libwebsockets refers to it without owning it, so the client
/// retains it until the socket is destroyed.
final class ConnectionAttempt {
    let client: WebSocketClient
    /// libwebsockets' handle, once it has given one.
    var socket: OpaquePointer?
    /// Whether libwebsockets is being called, and may call back at once.
    var isStarting = true
    /// When the TCP connection was made (nanoseconds of CLOCK_MONOTONIC).
    var connectedAt: Int64?
    /// Whether it has failed or is no longer wanted.
    var isOver = false

    init(client: WebSocketClient) { self.client = client }
}
