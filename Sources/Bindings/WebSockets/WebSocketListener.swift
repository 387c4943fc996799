import CWebSockets
import Synchronization

/// The server side, for the simulator: takes WebSocket upgrades on a loopback port.
///
/// ## Concurrency
/// Confined to the loop's thread, which every method checks; connections are announced there.
package final class WebSocketListener: @unchecked Sendable {
    // @unchecked: every method checks that it runs on the loop, which is one thread.

    /// PEM files of the server's certificate and its key.
    package struct Identity: Sendable {
        package var certificateFile: String
        package var keyFile: String

        /// Files for `wss`.
        package init(certificateFile: String, keyFile: String) {
            self.certificateFile = certificateFile
            self.keyFile = keyFile
        }
    }

    /// What to do with an upgrade.
    package enum Verdict: Sendable {
        /// Accept it and report the connection's events to the handler.
        case accept(@Sendable (WebSocketEvent) -> Void)
        /// Answer with HTTP instead.
        case refuse(PlainAnswer)
    }

    /// An HTTP answer with a JSON text, after which the connection is closed.
    package struct PlainAnswer: Sendable {
        /// 400 to 599.
        package var status: Int
        /// The reason phrase after the status, such as `Not Found`.
        package var phrase: String
        /// JSON.
        package var body: String

        /// An answer.
        package init(status: Int, phrase: String, body: String) {
            self.status = status
            self.phrase = phrase
            self.body = body
        }
    }

    /// A request's body is read to its end, so that the answer reaches a client that still sends;
    /// for a larger one (bytes) the connection is closed.
    private static let bodyLimit = 1 << 20

    private let loop: EventLoop
    private let onUpgrade: @Sendable (ServerConnection) -> Verdict
    private let onRequest: @Sendable (String) -> PlainAnswer
    private var host: OpaquePointer?
    /// The port listened on.
    package let port: Int

    /// Listens on 127.0.0.1, on a free port when `port` is 0; on the loop only.
    ///
    /// `onUpgrade` is called on the loop for every upgrade, before it is answered; the connection's
    /// path and headers are known by then. `onRequest` answers every other request, by its path, on
    /// the loop too.
    package init(
        loop: EventLoop, port: Int = 0, identity: Identity? = nil,
        onRequest: @escaping @Sendable (String) -> PlainAnswer = { _ in
            PlainAnswer(status: 404, phrase: "Not Found", body: "{}")
        },
        onUpgrade: @escaping @Sendable (ServerConnection) -> Verdict
    ) throws(WebSocketsError) {
        loop.checkIsolated()
        self.loop = loop
        self.onUpgrade = onUpgrade
        self.onRequest = onRequest
        var info = lws_context_creation_info()
        info.port = Int32(port)
        // With IPv6, libwebsockets 4.1 takes the address for the name of an interface that does not
        // exist, and listens on every address of the machine.
        info.options = cws_no_ipv6
        info.protocols = UnsafePointer(Callback.serverProtocols)
        let made = "server".withCString { name in
            "127.0.0.1".withCString { interface in
                withOptionalCString(identity?.certificateFile) { certificate in
                    withOptionalCString(identity?.keyFile) { key in
                        info.vhost_name = name
                        info.iface = interface
                        if identity != nil { info.options |= cws_init_tls }
                        info.ssl_cert_filepath = certificate
                        info.ssl_private_key_filepath = key
                        return lws_create_vhost(loop.context, &info)
                    }
                }
            }
        }
        guard let made else { throw .cannotListen(port: port) }
        host = made
        self.port = Int(lws_get_vhost_listen_port(made))
        Self.registry.withLock { $0[UInt(bitPattern: made)] = Registered(listener: self) }
    }

    /// Stops listening and closes accepted connections; on the loop only.
    package func close() {
        loop.checkIsolated()
        guard let host else { return }
        self.host = nil
        lws_vhost_destroy(host)
        Self.registry.withLock { $0[UInt(bitPattern: host)] = nil }
    }

    /// Finds a listener by libwebsockets' host, which has no field for our owner.
    private struct Registered: Sendable { let listener: WebSocketListener }
    private static let registry = Mutex<[UInt: Registered]>([:])

    /// Removes a loop's listeners after its thread has ended.
    static func forget(all loop: EventLoop) {
        let forgotten = registry.withLock { listeners in
            let dead = listeners.filter { $0.value.listener.loop === loop }
            for key in dead.keys { listeners[key] = nil }
            return dead
        }
        // Released outside of the lock, since the last owner of a loop may be among them.
        _ = forgotten
    }

    private static func listener(of socket: OpaquePointer) -> WebSocketListener? {
        let key = UInt(bitPattern: lws_get_vhost(socket))
        return registry.withLock { $0[key] }?.listener
    }

    /// An upgrade has arrived; returns non-zero to refuse it.
    static func admit(_ socket: OpaquePointer) -> Int32 {
        guard let listener = listener(of: socket) else { return -1 }
        let connection = ServerConnection(loop: listener.loop, upgrade: socket)
        switch listener.onUpgrade(connection) {
        case .accept(let handler):
            connection.adopt(socket, onEvent: handler)
            return 0
        case .refuse(let answer):
            write(answer, to: socket, withBody: true)
            return -1
        }
    }

    /// A request that is not an upgrade has arrived; returns non-zero if it is finished.
    static func answer(_ socket: OpaquePointer, path: String) -> Int32 {
        guard let listener = listener(of: socket) else { return -1 }
        let isHead = lws_hdr_total_length(socket, WSI_TOKEN_HEAD_URI) > 0
        write(listener.onRequest(path), to: socket, withBody: !isHead)
        let length = Int(ServerConnection.token(WSI_TOKEN_HTTP_CONTENT_LENGTH, of: socket)) ?? 0
        return (1...bodyLimit).contains(length) ? 0 : -1
    }

    /// Writes the answer by hand, since libwebsockets answers an upgrade with HTTP/1.0, which
    /// WebSocket clients do not accept as HTTP.
    private static func write(
        _ answer: PlainAnswer, to socket: OpaquePointer, withBody: Bool
    ) {
        var text = "HTTP/1.1 \(answer.status) \(answer.phrase)\r\n"
        text += "Content-Type: application/json; charset=UTF-8\r\n"
        text += "Content-Length: \(answer.body.utf8.count)\r\nConnection: close\r\n\r\n"
        if withBody { text += answer.body }
        let headroom = Int(cws_headroom_bytes)
        var bytes = [UInt8](repeating: 0, count: headroom) + Array(text.utf8)
        bytes.withUnsafeMutableBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return }
            lws_write(
                socket, start + headroom, bytes.count - headroom, LWS_WRITE_HTTP_HEADERS)
        }
    }
}
