import CWebSockets
import Glibc

/// The server's end of one WebSocket.
///
/// ## Concurrency
/// Confined to the loop's thread, which every method checks; events are reported there,
/// synchronously.
package final class ServerConnection: @unchecked Sendable {
    // @unchecked: every method checks that it runs on the loop, which is one thread.

    /// The longest header value that is read (bytes).
    private static let headerLimitBytes = 4096

    private let loop: EventLoop
    var stays: LoopOccupancy { loop.stays }
    let channel = Channel()
    private var socket: OpaquePointer?
    private var keepAlive: ServerConnection?
    /// The path of the upgrade, as it was sent, without the query.
    package let path: String
    /// The query behind the path, parts joined by `&`; empty without one.
    package let query: String

    init(loop: EventLoop, upgrade socket: OpaquePointer) {
        self.loop = loop
        self.socket = socket
        path = Self.token(WSI_TOKEN_GET_URI, of: socket)
        var parts: [String] = []
        var buffer = [CChar](repeating: 0, count: Self.headerLimitBytes)
        while lws_hdr_copy_fragment(
            socket, &buffer, Int32(buffer.count), WSI_TOKEN_HTTP_URI_ARGS, Int32(parts.count)) > 0
        {
            parts.append(Self.text(buffer))
        }
        query = parts.joined(separator: "&")
    }

    static func token(_ token: lws_token_indexes, of socket: OpaquePointer) -> String {
        var buffer = [CChar](repeating: 0, count: headerLimitBytes)
        guard lws_hdr_copy(socket, &buffer, Int32(buffer.count), token) > 0 else { return "" }
        return text(buffer)
    }

    private static func text(_ buffer: [CChar]) -> String {
        String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// A header of the upgrade, by its name in small letters; only while the upgrade is judged.
    package func header(_ name: String) -> String? {
        loop.checkIsolated()
        guard let socket else { return nil }
        if name == "authorization" {
            let value = Self.token(WSI_TOKEN_HTTP_AUTHORIZATION, of: socket)
            return value.isEmpty ? nil : value
        }
        var buffer = [CChar](repeating: 0, count: Self.headerLimitBytes)
        let key = name + ":"
        let count = lws_hdr_custom_copy(
            socket, &buffer, Int32(buffer.count), key, Int32(key.utf8.count))
        return count > 0 ? Self.text(buffer) : nil
    }

    /// Sends a message; if the socket is not open it is dropped.
    ///
    /// `write` appends the payload to memory that is reused, so that a steady stream allocates
    /// nothing; it must not change the bytes already there.
    package func send(kind: MessageKind = .binary, _ write: (inout [UInt8]) -> Void) {
        loop.checkIsolated()
        channel.send(kind: kind, write)
    }

    /// Bytes given to `send` that the kernel has not taken yet.
    package var pendingBytes: Int { channel.pendingBytes }

    /// Closes with a code and the first 123 bytes of a reason.
    package func close(code: UInt16, reason: String = "") {
        loop.checkIsolated()
        channel.close(code: code, reason: reason)
    }

    /// Ends the connection without a close frame; `withReset` sends RST instead of FIN.
    package func abort(withReset: Bool = false) {
        loop.checkIsolated()
        if withReset, let socket {
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(
                lws_get_socket_fd(socket), SOL_SOCKET, SO_LINGER, &linger,
                socklen_t(MemoryLayout.size(ofValue: linger)))
        }
        channel.abort()
    }

    /// Stops or resumes reading, which simulates a slow reader.
    package func setReading(_ isReading: Bool) {
        loop.checkIsolated()
        guard let socket else { return }
        lws_rx_flow_control(socket, isReading ? 1 : 0)
    }

    // MARK: Callbacks of libwebsockets

    func adopt(_ socket: OpaquePointer, onEvent: @escaping @Sendable (WebSocketEvent) -> Void) {
        channel.onEvent = onEvent
        keepAlive = self
        lws_set_opaque_user_data(socket, Unmanaged.passUnretained(self).toOpaque())
    }

    func established(_ socket: OpaquePointer) {
        self.socket = socket
        channel.established(socket)
    }

    func destroyed(_ socket: OpaquePointer) {
        lws_set_opaque_user_data(socket, nil)
        channel.finish()
        self.socket = nil
        keepAlive = nil
    }
}
