import CWebSockets
import Linux

/// The client's calls of libwebsockets, and its callbacks.
///
/// Confined to the loop's thread.
extension WebSocketClient {
    func begin(at address: String) -> ConnectionAttempt? {
        guard let url = request?.url, let vhost else { return nil }
        let attempt = ConnectionAttempt(client: self)
        // libwebsockets uses a numeric address without a look-up. It takes the proxy's address from
        // the virtual host, within this call; then the proxy resolves the far host's name.
        if let proxy { lws_set_proxy(vhost, proxy.address(at: address)) }
        attempt.socket = ask(url, at: proxy == nil ? address : url.host, on: vhost, for: attempt)
        attempt.isStarting = false
        guard attempt.socket != nil else {
            // If this fails at once, libwebsockets may or may not have called back before.
            if !attempt.isOver { race?.note(failure(nil, OpeningFailure.noLine)) }
            return nil
        }
        return attempt
    }

    private func ask(
        _ url: WebSocketURL, at address: String, on vhost: OpaquePointer,
        for attempt: ConnectionAttempt
    ) -> OpaquePointer? {
        address.withCString { address in
            url.target.withCString { target in
                url.hostHeader.withCString { hostHeader in
                    "http/1.1".withCString { protocols in
                        var info = lws_client_connect_info()
                        info.context = loop.context
                        info.vhost = vhost
                        info.address = address
                        info.port = Int32(url.port)
                        info.path = target
                        // libwebsockets takes from this the name for SNI and for the certificate's
                        // check.
                        info.host = hostHeader
                        info.alpn = protocols
                        info.ssl_connection = Int32(
                            cws_no_redirects | (url.isSecure ? cws_use_tls : 0))
                        info.local_protocol_name = UnsafePointer(Callback.clientName)
                        info.retry_and_idle_policy = livenessPolicy
                        info.ietf_version_or_minus_one = -1
                        info.opaque_user_data = Unmanaged.passUnretained(attempt).toOpaque()
                        return lws_client_connect_via_info(&info)
                    }
                }
            }
        }
    }

    // MARK: Callbacks of libwebsockets

    func connected(_ attempt: ConnectionAttempt) { attempt.connectedAt = MonotonicClock.now() }

    func appendHeaders(
        _ attempt: ConnectionAttempt, _ socket: OpaquePointer,
        _ position: UnsafeMutableRawPointer?, _ room: Int
    ) -> Int32 {
        guard phase == .opening, let race, race.wins(attempt), let position else { return -1 }
        let cursor = position.assumingMemoryBound(to: UnsafeMutablePointer<UInt8>?.self)
        guard let start = cursor.pointee else { return -1 }
        for header in request?.headers ?? [] {
            let name = Array("\(header.name.lowercased()):".utf8) + [0]
            let value = Array(header.value.utf8)
            guard
                lws_add_http_header_by_name(
                    socket, name, value, Int32(value.count), cursor, start + room) == 0
            else { return -1 }
        }
        // They may hold a key, which need not stay in memory.
        request = nil
        return 0
    }

    /// Called when the head of the answer has arrived; returns -1 to stop.
    func answered(_ socket: OpaquePointer) -> Int32 {
        let status = Int(lws_http_client_http_response(socket))
        guard status != 101 else { return 0 }
        let reader = RefusalReader(status: status, head: socket)
        answer = reader
        reader.read(socket, on: loop)
        return -1
    }

    func established(_ socket: OpaquePointer) {
        phase = .decided
        timeout?.cancel()
        loop.opening[ObjectIdentifier(self)] = nil
        LineLiveness.watch(lws_get_socket_fd(socket))
        channel.established(socket)
    }

    func failed(_ attempt: ConnectionAttempt, _ socket: OpaquePointer, _ text: String) {
        guard !attempt.isOver else { return }
        attempt.isOver = true
        let error = failure(socket, text)
        if attempt.isStarting {
            race?.note(error)
        } else if race?.winner === attempt {
            if answer?.isWaiting != true { fail(error) }
        } else {
            race?.failed(error)
        }
    }

    func ended(_ attempt: ConnectionAttempt, _ socket: OpaquePointer) {
        guard channel.socket == socket else { return failed(attempt, socket, "") }
        channel.finish()
    }

    func destroyed(_ attempt: ConnectionAttempt, _ socket: OpaquePointer) {
        lws_set_opaque_user_data(socket, nil)
        attempt.socket = nil
        ended(attempt, socket)
        race?.remove(attempt)
        letGo()
        guard let answer, answer.isWaiting, phase == .opening else { return }
        // Not inside of libwebsockets' callback for the same socket.
        loop.perform { [self] in
            guard phase == .opening else { return }
            answer.goOn { [unowned self] in fail(failure(nil, "")) }
        }
    }

    /// Releases a decided race once its last socket is destroyed: the winner owns the client, and
    /// both would be retained forever.
    ///
    /// With a late body the sockets end before the race is decided.
    func letGo() {
        if phase == .decided, race?.attempts.isEmpty == true { race = nil }
    }
}
