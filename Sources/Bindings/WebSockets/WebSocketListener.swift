import CWebSockets
import Synchronization

/// The server side, for the simulator: takes WebSocket upgrades on a loopback port.
///
/// ## Concurrency
/// Confined to the loop's thread, which every door checks; connections are announced there.
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
        /// Take it and tell the connection's events to the handler.
        case accept(@Sendable (WebSocketEvent) -> Void)
        /// Answer with an HTTP status instead (400 to 599).
        case refuse(status: Int)
    }

    private let loop: EventLoop
    private let onUpgrade: @Sendable (ServerConnection) -> Verdict
    private var host: OpaquePointer?
    /// The port listened on.
    package let port: Int

    /// Listens on 127.0.0.1, on a free port when `port` is 0; on the loop only.
    ///
    /// `onUpgrade` is asked on the loop for every upgrade, before it is answered; path and
    /// headers of the connection are known then.
    package init(
        loop: EventLoop, port: Int = 0, identity: Identity? = nil,
        onUpgrade: @escaping @Sendable (ServerConnection) -> Verdict
    ) throws(WebSocketsError) {
        loop.checkIsolated()
        self.loop = loop
        self.onUpgrade = onUpgrade
        var info = lws_context_creation_info()
        info.port = Int32(port)
        info.protocols = UnsafePointer(Callback.serverProtocols)
        let made = "server".withCString { name in
            "127.0.0.1".withCString { interface in
                withOptionalCString(identity?.certificateFile) { certificate in
                    withOptionalCString(identity?.keyFile) { key in
                        info.vhost_name = name
                        info.iface = interface
                        if identity != nil { info.options = cws_init_tls }
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

    /// Stops listening and closes what was accepted; on the loop only.
    package func close() {
        loop.checkIsolated()
        guard let host else { return }
        self.host = nil
        lws_vhost_destroy(host)
        Self.registry.withLock { $0[UInt(bitPattern: host)] = nil }
    }

    /// A listener is found by libwebsockets' host, which has no place for an owner of ours.
    private struct Registered: Sendable { let listener: WebSocketListener }
    private static let registry = Mutex<[UInt: Registered]>([:])

    /// The thread of a loop has ended, and with it all that was listened on.
    static func forget(all loop: EventLoop) {
        let forgotten = registry.withLock { listeners in
            let dead = listeners.filter { $0.value.listener.loop === loop }
            for key in dead.keys { listeners[key] = nil }
            return dead
        }
        // Released outside of the lock, since the last owner of a loop may be among them.
        _ = forgotten
    }

    /// An upgrade has arrived; returns non-zero to refuse it.
    static func admit(_ socket: OpaquePointer) -> Int32 {
        let key = UInt(bitPattern: lws_get_vhost(socket))
        guard let listener = registry.withLock({ $0[key] })?.listener else { return -1 }
        let connection = ServerConnection(loop: listener.loop, upgrade: socket)
        switch listener.onUpgrade(connection) {
        case .accept(let handler):
            connection.adopt(socket, onEvent: handler)
            return 0
        case .refuse(let status):
            lws_return_http_status(socket, UInt32(status), nil)
            return -1
        }
    }
}
