import CWebSockets
import Glibc

/// libwebsockets' callbacks, and the tables that it reads; all on the loop's thread.
enum Callback {
    // nonisolated(unsafe): written once before first use, then only read; libwebsockets keeps the
    // pointers while the process lives.
    nonisolated(unsafe) static let clientName = strdup("martlet-client")
    nonisolated(unsafe) static let watchName = strdup("martlet-watch")
    nonisolated(unsafe) static let serverName = strdup("martlet-server")

    // nonisolated(unsafe): as above.
    nonisolated(unsafe) static let clientProtocols = table([
        (clientName, { client($0, $1, $3, $4) })
    ])
    nonisolated(unsafe) static let watchProtocols = table([
        (watchName, { watch($0, $1, $3, $4) })
    ])
    nonisolated(unsafe) static let serverProtocols = table([
        (serverName, { server($0, $1, $3, $4) })
    ])

    private typealias Function =
        @convention(c) (
            OpaquePointer?, lws_callback_reasons, UnsafeMutableRawPointer?,
            UnsafeMutableRawPointer?, Int
        ) -> Int32

    private static func table(
        _ entries: [(UnsafeMutablePointer<CChar>?, Function)]
    ) -> UnsafeMutablePointer<lws_protocols> {
        let table = UnsafeMutablePointer<lws_protocols>.allocate(capacity: entries.count + 1)
        for (index, entry) in entries.enumerated() {
            var protocols = lws_protocols()
            protocols.name = UnsafePointer(entry.0)
            protocols.callback = entry.1
            protocols.rx_buffer_size = 16_384
            (table + index).initialize(to: protocols)
        }
        // A nameless entry ends the table.
        (table + entries.count).initialize(to: lws_protocols())
        return table
    }

    private static func owner<Owner: AnyObject>(_ socket: OpaquePointer?, _: Owner.Type) -> Owner? {
        guard let socket, let pointer = lws_get_opaque_user_data(socket) else { return nil }
        return Unmanaged<Owner>.fromOpaque(pointer).takeUnretainedValue()
    }

    // MARK: Watched descriptors

    private static func watch(
        _ socket: OpaquePointer?, _ reason: lws_callback_reasons,
        _: UnsafeMutableRawPointer?, _: Int
    ) -> Int32 {
        switch reason {
        case LWS_CALLBACK_RAW_RX_FILE:
            guard let watch = owner(socket, LoopWatch.self) else { return 0 }
            watch.stays.measure(.descriptor) { watch.onReadable?() }
        case LWS_CALLBACK_RAW_CLOSE_FILE:
            guard let socket else { return 0 }
            owner(socket, LoopWatch.self)?.socket = nil
            lws_set_opaque_user_data(socket, nil)
        default: break
        }
        return 0
    }

    // MARK: Clients

    private static func client(
        _ socket: OpaquePointer?, _ reason: lws_callback_reasons,
        _ bytes: UnsafeMutableRawPointer?, _ count: Int
    ) -> Int32 {
        // Broadcasts come with a handle that is not a socket, whose owner must not be read.
        guard let socket, reason.isOfClientSocket,
            let attempt = owner(socket, ConnectionAttempt.self)
        else { return 0 }
        return attempt.client.loop.stays.measure(.socket) {
            client(attempt, socket, reason, bytes, count)
        }
    }

    private static func client(
        _ attempt: ConnectionAttempt, _ socket: OpaquePointer, _ reason: lws_callback_reasons,
        _ bytes: UnsafeMutableRawPointer?, _ count: Int
    ) -> Int32 {
        let client = attempt.client
        let channel = client.channel
        switch reason {
        case LWS_CALLBACK_WSI_CREATE:
            client.connected(attempt)
        case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
            return client.appendHeaders(attempt, socket, bytes, count)
        case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
            return client.answered(socket)
        case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ:
            client.answer?.received(bytes, count)
        case LWS_CALLBACK_COMPLETED_CLIENT_HTTP:
            client.answer?.receivedAll()
            // libwebsockets must not go on to another request.
            return -1
        case LWS_CALLBACK_CLIENT_ESTABLISHED:
            client.established(socket)
        case LWS_CALLBACK_CLIENT_RECEIVE:
            return channel.received(bytes, count)
        case LWS_CALLBACK_CLIENT_WRITEABLE:
            return channel.writable()
        case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
            channel.peerCloses(bytes, count)
        case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
            client.failed(attempt, socket, text(bytes, count))
        // 4.1 reports a time-out of the upgrade this way only.
        case LWS_CALLBACK_CLIENT_CLOSED, LWS_CALLBACK_CLOSED_CLIENT_HTTP:
            client.ended(attempt, socket)
        case LWS_CALLBACK_WSI_DESTROY:
            client.destroyed(attempt, socket)
        default: break
        }
        return 0
    }

    // MARK: Servers

    private static func server(
        _ socket: OpaquePointer?, _ reason: lws_callback_reasons,
        _ bytes: UnsafeMutableRawPointer?, _ count: Int
    ) -> Int32 {
        guard let socket else { return 0 }
        switch reason {
        case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
            return WebSocketListener.admit(socket)
        case LWS_CALLBACK_HTTP:
            return WebSocketListener.answer(socket, path: text(bytes, count))
        // Its answer was sent before.
        case LWS_CALLBACK_HTTP_BODY_COMPLETION: return -1
        default: break
        }
        guard reason.isOfServerSocket, let connection = owner(socket, ServerConnection.self)
        else { return 0 }
        return connection.stays.measure(.socket) {
            server(connection, socket, reason, bytes, count)
        }
    }

    private static func server(
        _ connection: ServerConnection, _ socket: OpaquePointer, _ reason: lws_callback_reasons,
        _ bytes: UnsafeMutableRawPointer?, _ count: Int
    ) -> Int32 {
        switch reason {
        case LWS_CALLBACK_WSI_DESTROY: connection.destroyed(socket)
        case LWS_CALLBACK_ESTABLISHED: connection.established(socket)
        case LWS_CALLBACK_RECEIVE: return connection.channel.received(bytes, count)
        case LWS_CALLBACK_SERVER_WRITEABLE: return connection.channel.writable()
        case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE: connection.channel.peerCloses(bytes, count)
        case LWS_CALLBACK_CLOSED: connection.channel.finish()
        default: break
        }
        return 0
    }

    static func text(_ bytes: UnsafeMutableRawPointer?, _ count: Int) -> String {
        guard let bytes, count > 0 else { return "" }
        return String(
            decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)
    }
}

extension lws_callback_reasons {
    /// Whether the client's callback handles the reason, which is reported only for its own
    /// sockets.
    fileprivate var isOfClientSocket: Bool {
        switch self {
        case LWS_CALLBACK_WSI_CREATE, LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER,
            LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP, LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ,
            LWS_CALLBACK_COMPLETED_CLIENT_HTTP,
            LWS_CALLBACK_CLIENT_ESTABLISHED, LWS_CALLBACK_CLIENT_RECEIVE,
            LWS_CALLBACK_CLIENT_WRITEABLE,
            LWS_CALLBACK_WS_PEER_INITIATED_CLOSE, LWS_CALLBACK_CLIENT_CONNECTION_ERROR,
            LWS_CALLBACK_CLIENT_CLOSED, LWS_CALLBACK_CLOSED_CLIENT_HTTP, LWS_CALLBACK_WSI_DESTROY:
            true
        default: false
        }
    }

    /// Whether the server's callback handles the reason, which is reported only for its own
    /// sockets.
    fileprivate var isOfServerSocket: Bool {
        switch self {
        case LWS_CALLBACK_ESTABLISHED, LWS_CALLBACK_RECEIVE, LWS_CALLBACK_SERVER_WRITEABLE,
            LWS_CALLBACK_WS_PEER_INITIATED_CLOSE, LWS_CALLBACK_CLOSED, LWS_CALLBACK_WSI_DESTROY:
            true
        default: false
        }
    }
}
