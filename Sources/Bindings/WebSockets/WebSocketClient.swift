import CWebSockets
import Linux

/// The client's end of one WebSocket; made for one connection, and not used again after it.
///
/// ## Concurrency
/// Confined to the loop's thread, which every door checks; events are told there, synchronously.
/// An actor pinned to the loop calls it directly.
package final class WebSocketClient: @unchecked Sendable {
    // @unchecked: every method checks that it runs on the loop, which is one thread.

    /// The longest value of a header that is looked at (bytes).
    private static let headerLimitBytes = 2048

    private let loop: EventLoop
    let channel = Channel()
    private var headers: [(name: String, value: String)] = []
    /// Host and port, and through whom, for errors.
    private var server = ""
    private var proxy: Proxy?
    private let livenessPolicy: UnsafePointer<lws_retry_bo_t>
    private var timeoutMilliseconds: Int64 = 0
    private var opening: OpaquePointer?
    /// Whether libwebsockets is being asked, when it may call back at once.
    private var isConnecting = false
    private var timeout: LoopTimer?
    private var hasBegun = false
    private var hasTimedOut = false
    /// What came instead of the upgrade.
    private var answer: UpgradeRefusal?
    /// Whether the last look at its body found something.
    private var hasReadBody = false
    private var isGivenUp = false
    /// libwebsockets refers to the client until its handle is destroyed.
    private var keepAlive: WebSocketClient?

    /// A client on a loop; nothing happens before `open`.
    package convenience init(loop: EventLoop) {
        self.init(loop: loop, livenessPolicy: LineLiveness.policy)
    }

    /// A client with a policy of its own, which is never released.
    init(loop: EventLoop, livenessPolicy: UnsafePointer<lws_retry_bo_t>) {
        self.loop = loop
        self.livenessPolicy = livenessPolicy
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
        server = request.url.server
        timeoutMilliseconds = request.timeoutMilliseconds
        channel.onEvent = onEvent
        do {
            proxy = try request.proxies.proxy(for: request.url)
            let vhost = try loop.clientHost(
                ClientHost(authorityFile: request.certificateAuthorityFile, proxy: proxy))
            keepAlive = self
            connect(request.url, on: vhost)
        } catch {
            failLater(error)
        }
    }

    private func connect(_ url: WebSocketURL, on vhost: OpaquePointer) {
        _ = ServiceLog.takeFailedLookup()
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
                        info.ssl_connection = Int32(
                            cws_no_redirects | (url.isSecure ? cws_use_tls : 0))
                        info.local_protocol_name = UnsafePointer(Callback.clientName)
                        info.retry_and_idle_policy = livenessPolicy
                        info.ietf_version_or_minus_one = -1
                        info.opaque_user_data = Unmanaged.passUnretained(self).toOpaque()
                        isConnecting = true
                        opening = lws_client_connect_via_info(&info)
                        isConnecting = false
                    }
                }
            }
        }
        // Where this fails at once, libwebsockets may or may not have called back before.
        if opening == nil {
            failLater(OpeningFailure(server: server, proxy: proxy, text: "").error)
            keepAlive = nil
        }
    }

    private func failLater(_ error: WebSocketsError) {
        loop.perform { [self] in fail(error) }
    }

    private func fail(_ error: WebSocketsError) {
        timeout?.cancel()
        if isConnecting { return failLater(error) }
        guard let handler = channel.onEvent else { return }
        channel.onEvent = nil
        handler(.failed(error))
    }

    private func timedOut() {
        guard channel.socket == nil, let opening else { return }
        hasTimedOut = true
        lws_set_timeout(opening, PENDING_TIMEOUT_USER_REASON_BASE, cws_kill_soon)
        // 4.3 goes on asking where no name server answers.
        if ServiceLog.takeFailedLookup() {
            return fail(.unknownName(host: proxy.map { "the proxy \($0)" } ?? server))
        }
        fail(.timedOut(host: server, milliseconds: timeoutMilliseconds))
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
        isGivenUp = true
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

    /// The head of the answer is there; returns -1 to go no further.
    func answered(_ socket: OpaquePointer) -> Int32 {
        let status = Int(lws_http_client_http_response(socket))
        guard status != 101 else { return 0 }
        var refusal = UpgradeRefusal(status: status)
        refusal.retryAfterSeconds = header(WSI_TOKEN_HTTP_RETRY_AFTER, of: socket)
            .flatMap(UpgradeRefusal.seconds)
        refusal.location = header(WSI_TOKEN_HTTP_LOCATION, of: socket)
        answer = refusal
        readBody(socket)
        return -1
    }

    private func header(_ token: lws_token_indexes, of socket: OpaquePointer) -> String? {
        var buffer = [CChar](repeating: 0, count: Self.headerLimitBytes)
        guard lws_hdr_copy(socket, &buffer, Int32(buffer.count), token) > 0 else { return nil }
        return String(
            decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Takes what has come of the body, decoded, until nothing more is there.
    private func readBody(_ socket: OpaquePointer) {
        repeat {
            hasReadBody = false
            // Without memory of ours libwebsockets reads into its own.
            var bytes: UnsafeMutablePointer<CChar>?
            var count: Int32 = 0
            guard lws_http_client_read(socket, &bytes, &count) == 0 else { return }
        } while hasReadBody && (answer?.body.count ?? 0) < UpgradeRefusal.bodyLimitBytes
    }

    func receivedBody(_ bytes: UnsafeMutableRawPointer?, _ count: Int) {
        hasReadBody = true
        guard let bytes, count > 0, let held = answer?.body.count else { return }
        let piece = UnsafeRawBufferPointer(start: bytes, count: count)
        answer?.body.append(contentsOf: piece.prefix(UpgradeRefusal.bodyLimitBytes - held))
    }

    func established(_ socket: OpaquePointer) {
        timeout?.cancel()
        LineLiveness.watch(lws_get_socket_fd(socket))
        channel.established(socket)
    }

    func failed(_ socket: OpaquePointer, _ text: String) {
        if isGivenUp { return fail(.givenUp(host: server)) }
        fail(
            OpeningFailure(
                socket: socket, server: server, proxy: proxy, answer: answer, text: text
            ).error)
    }

    func ended() {
        if channel.socket != nil {
            channel.finish()
        } else if isGivenUp {
            fail(.givenUp(host: server))
        } else {
            fail(OpeningFailure(server: server, proxy: proxy, text: "").error)
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
