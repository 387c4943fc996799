import CWebSockets
import Linux

/// The settings that libwebsockets keeps per virtual host and not per connection.
struct ClientHost: Hashable {
    /// A PEM file with the only trusted authorities; nil trusts the system's.
    var authorityFile: String?
    /// The proxy for reaching the server; nil for a direct connection.
    var proxy: Proxy?
}

extension EventLoop {
    /// A proxy address that means no proxy; without it libwebsockets would read `http_proxy`
    /// from the environment, for every connection alike.
    static let noProxy = ":0"

    /// Makes the virtual hosts that every loop has: one for its watches, one for direct connections
    /// that trust the system's authorities, and one for each given authority file.
    ///
    /// Called before the loop's thread runs.
    func makeOwnHosts(_ authorities: [String]) throws(WebSocketsError) {
        // Watches need no TLS, so this host is made at once.
        guard let made = makeHost("watches", protocols: Callback.watchProtocols) else {
            throw .noContext
        }
        watchHost = made
        _ = try makeClientHost(ClientHost())
        for file in authorities { _ = try? makeClientHost(ClientHost(authorityFile: file)) }
    }

    /// The virtual host for clients that trust the same and use the same proxy.
    ///
    /// On the loop only. One host is made for each such pair, and kept.
    func clientHost(_ key: ClientHost) throws(WebSocketsError) -> OpaquePointer {
        checkIsolated()
        if let host = clientHosts[key] { return host }
        return try makeClientHost(key)
    }

    private func makeClientHost(_ key: ClientHost) throws(WebSocketsError) -> OpaquePointer {
        let trust = try trust(key.authorityFile)
        guard
            let host = makeHost(
                "client-\(clientHosts.count)", proxy: key.proxy,
                protocols: Callback.clientProtocols, trust: trust)
        else { throw .noContext }
        clientHosts[key] = host
        return host
    }

    /// The authorities of a file are read once, for all hosts that trust it, also through a proxy.
    private func trust(_ file: String?) throws(WebSocketsError) -> ClientTrust {
        if let trust = trusts[file] { return trust }
        let made = if let file { try ClientTrust(file: file) } else { try ClientTrust(system) }
        trusts[file] = made
        return made
    }

    private func makeHost(
        _ name: String, proxy: Proxy? = nil, protocols: UnsafeMutablePointer<lws_protocols>,
        trust: ClientTrust? = nil
    ) -> OpaquePointer? {
        var info = lws_context_creation_info()
        info.port = cws_no_listen
        info.protocols = UnsafePointer(protocols)
        if let trust {
            info.options = cws_init_tls
            info.provided_client_ssl_ctx = trust.context
        }
        info.retry_and_idle_policy = LineLiveness.policy
        info.connect_timeout_secs = Self.libraryTimeoutSeconds
        return name.withCString { name in
            (proxy?.address(at: nil) ?? Self.noProxy).withCString { proxy in
                info.vhost_name = name
                info.http_proxy_address = proxy
                return lws_create_vhost(context, &info)
            }
        }
    }

    /// Fetches the system's authorities from the disk once, on another thread; called on the loop.
    func fetchAuthorities() {
        guard !hasFetched else { return }
        hasFetched = true
        DiskThread(name: "authorities").perform { [system] in system.fetch() }
    }
}

/// Calls back with the C string of a text, or with nil.
func withOptionalCString<Result>(
    _ text: String?, _ body: (UnsafePointer<CChar>?) -> Result
) -> Result {
    guard let text else { return body(nil) }
    return text.withCString(body)
}
