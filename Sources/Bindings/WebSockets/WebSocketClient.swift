import CWebSockets
import Linux

/// The client's end of one WebSocket; made for one connection, and not used again after it.
///
/// ## Concurrency
/// Confined to the loop's thread, which every door checks; events are told there, synchronously.
/// An actor pinned to the loop calls it directly.
package final class WebSocketClient: @unchecked Sendable {
    // @unchecked: every method checks that it runs on the loop, which is one thread.

    private let loop: EventLoop
    let channel = Channel()
    private var headers: [(name: String, value: String)] = []
    private var host = ""
    private var timeoutMilliseconds: Int64 = 0
    private var opening: OpaquePointer?
    private var timeout: LoopTimer?
    private var hasBegun = false
    private var hasTimedOut = false
    /// libwebsockets refers to the client until its handle is destroyed.
    private var keepAlive: WebSocketClient?

    /// A client on a loop; nothing happens before `open`.
    package init(loop: EventLoop) {
        self.loop = loop
    }

    /// Connects; `onEvent` is called until `closed` or `failed`, each of which is the last.
    ///
    /// Never calls back from within this call.
    package func open(
        _ request: WebSocketRequest, onEvent: @escaping @Sendable (WebSocketEvent) -> Void
    ) {
        loop.checkIsolated()
        precondition(!hasBegun, "a WebSocketClient connects once")
        hasBegun = true
        headers = request.headers
        host = request.url.host
        timeoutMilliseconds = request.timeoutMilliseconds
        channel.onEvent = onEvent
        do {
            let vhost = try loop.clientHost(authorityFile: request.certificateAuthorityFile)
            keepAlive = self
            connect(request.url, on: vhost)
        } catch {
            failLater(error)
        }
    }

    private func connect(_ url: WebSocketURL, on vhost: OpaquePointer) {
        let deadline = MonotonicClock.now() + max(1000, timeoutMilliseconds) * 1_000_000
        timeout = loop.schedule(at: deadline) { [weak self] in self?.timedOut() }
        let hostHeader =
            url.port == (url.isSecure ? 443 : 80) ? url.host : "\(url.host):\(url.port)"
        url.host.withCString { host in
            url.target.withCString { target in
                hostHeader.withCString { hostHeader in
                    "http/1.1".withCString { protocols in
                        var info = lws_client_connect_info()
                        info.context = loop.context
                        info.vhost = vhost
                        info.address = host
                        info.port = Int32(url.port)
                        info.path = target
                        info.host = hostHeader
                        info.alpn = protocols
                        info.ssl_connection = url.isSecure ? Int32(cws_use_tls) : 0
                        info.local_protocol_name = UnsafePointer(Callback.clientName)
                        info.ietf_version_or_minus_one = -1
                        info.opaque_user_data = Unmanaged.passUnretained(self).toOpaque()
                        opening = lws_client_connect_via_info(&info)
                    }
                }
            }
        }
        // Where this fails at once, libwebsockets may or may not have called back before.
        if opening == nil { failLater(.unreachable(host: host, reason: reason(""))) }
    }

    private func failLater(_ error: WebSocketsError) {
        loop.perform { [self] in fail(error) }
    }

    private func fail(_ error: WebSocketsError) {
        timeout?.cancel()
        guard let handler = channel.onEvent else { return }
        channel.onEvent = nil
        handler(.failed(error))
    }

    private func timedOut() {
        guard channel.socket == nil, let opening else { return }
        hasTimedOut = true
        lws_set_timeout(opening, PENDING_TIMEOUT_USER_REASON_BASE, cws_kill_soon)
        fail(.timedOut(host: host, milliseconds: timeoutMilliseconds))
    }

    // MARK: Use

    /// Sends a message; one given to a socket that is not open goes nowhere.
    ///
    /// `write` appends the payload to memory that is reused, so that a steady stream allocates
    /// nothing; it must leave alone what is there already.
    package func send(kind: MessageKind = .text, _ write: (inout [UInt8]) -> Void) {
        loop.checkIsolated()
        channel.send(kind: kind, write)
    }

    /// Bytes given to `send` that the kernel has not taken yet.
    package var pendingBytes: Int { channel.pendingBytes }

    /// Says goodbye and closes; `closed` follows, or `failed` when it was not open yet.
    package func close(code: UInt16 = 1000, reason: String = "") {
        loop.checkIsolated()
        if channel.socket == nil { return abort() }
        channel.close(code: code, reason: reason)
    }

    /// Ends the connection at once, without a close frame.
    package func abort() {
        loop.checkIsolated()
        guard channel.socket == nil else { return channel.abort() }
        guard let opening, !hasTimedOut else { return }
        lws_set_timeout(opening, PENDING_TIMEOUT_USER_REASON_BASE, cws_kill_soon)
    }

    // MARK: What libwebsockets tells

    func appendHeaders(
        _ socket: OpaquePointer, _ position: UnsafeMutableRawPointer?, _ room: Int
    ) -> Int32 {
        guard let position else { return -1 }
        let cursor = position.assumingMemoryBound(to: UnsafeMutablePointer<UInt8>?.self)
        guard let start = cursor.pointee else { return -1 }
        for header in headers {
            let name = Array("\(header.name.lowercased()):".utf8) + [0]
            let value = Array(header.value.utf8)
            guard
                lws_add_http_header_by_name(
                    socket, name, value, Int32(value.count), cursor, start + room) == 0
            else { return -1 }
        }
        // They may hold a key, which need not stay in memory.
        headers = []
        return 0
    }

    func established(_ socket: OpaquePointer) {
        timeout?.cancel()
        channel.established(socket)
    }

    func failed(_ text: String) {
        let reason = reason(text)
        let lowered = reason.lowercased()
        if ["cert", "ssl", "tls", "verify"].contains(where: lowered.contains) {
            fail(.untrusted(host: host, reason: reason))
        } else if ["upgrade", "http", "response", "hs:"].contains(where: lowered.contains) {
            fail(.refusedUpgrade(host: host, reason: reason))
        } else {
            fail(.unreachable(host: host, reason: reason))
        }
    }

    private func reason(_ text: String) -> String {
        let logged = ServiceLog.take()
        if text.isEmpty {
            return logged.isEmpty ? "its name is not known, or nothing answers there" : logged
        }
        return text.contains("err") && !logged.isEmpty ? "\(text): \(logged)" : text
    }

    func ended() {
        if channel.socket != nil {
            channel.finish()
        } else {
            fail(.unreachable(host: host, reason: "the connection was closed before it was open"))
        }
    }

    func destroyed(_ socket: OpaquePointer) {
        guard socket == opening || socket == channel.socket || opening == nil else { return }
        lws_set_opaque_user_data(socket, nil)
        opening = nil
        ended()
        keepAlive = nil
    }
}
