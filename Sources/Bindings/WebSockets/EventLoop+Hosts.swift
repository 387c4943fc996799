import CWebSockets
import Glibc

/// What libwebsockets keeps per virtual host and not per connection.
struct ClientHost: Hashable {
    /// A PEM file whose authorities alone are trusted; nil trusts the system's.
    var authorityFile: String?
    /// Through whom; nil for a direct connection.
    var proxy: Proxy?
}

extension EventLoop {
    /// A proxy's address that stands for none; without it libwebsockets would read `http_proxy`
    /// from the environment, for every connection alike.
    static let noProxy = ":0"

    /// The virtual hosts that every loop has: that of its watches, and that of direct connections
    /// which trust the system's authorities; and those of authorities that will be trusted.
    ///
    /// What is read of an authority libwebsockets uses for all hosts that trust it, also through
    /// a proxy. Before the loop's thread runs.
    func makeOwnHosts(_ authorities: [String]) throws(WebSocketsError) {
        // One whose watches need no TLS, so that it is there at once.
        guard
            let made = makeHost(
                "watches", ClientHost(), protocols: Callback.watchProtocols, options: 0)
        else { throw .noContext }
        watchHost = made
        let direct = ClientHost()
        guard let clients = makeHost("client-0", direct, options: cws_init_tls) else {
            throw .badAuthorityFile("the system's store")
        }
        clientHosts[direct] = clients
        for file in authorities { _ = try? makeClientHost(ClientHost(authorityFile: file)) }
    }

    /// The virtual host for clients that trust the same and use the same proxy.
    ///
    /// On the loop only. One is made for each such pair, and kept.
    func clientHost(_ key: ClientHost) throws(WebSocketsError) -> OpaquePointer {
        checkIsolated()
        if let host = clientHosts[key] { return host }
        return try makeClientHost(key)
    }

    private func makeClientHost(_ key: ClientHost) throws(WebSocketsError) -> OpaquePointer {
        if let authorityFile = key.authorityFile, access(authorityFile, R_OK) != 0 {
            throw .badAuthorityFile(authorityFile)
        }
        var options = cws_init_tls
        if key.authorityFile != nil { options |= cws_only_given_authority }
        guard let host = makeHost("client-\(clientHosts.count)", key, options: options) else {
            throw .badAuthorityFile(key.authorityFile ?? "the system's store")
        }
        clientHosts[key] = host
        return host
    }

    private func makeHost(
        _ name: String, _ key: ClientHost,
        protocols: UnsafeMutablePointer<lws_protocols> = Callback.clientProtocols, options: UInt64
    ) -> OpaquePointer? {
        var info = lws_context_creation_info()
        info.port = cws_no_listen
        info.protocols = UnsafePointer(protocols)
        info.options = options
        info.retry_and_idle_policy = LineLiveness.policy
        info.connect_timeout_secs = Self.libraryTimeoutSeconds
        return name.withCString { name in
            (key.proxy?.address(at: nil) ?? Self.noProxy).withCString { proxy in
                withOptionalCString(key.authorityFile) { path in
                    info.vhost_name = name
                    info.http_proxy_address = proxy
                    info.client_ssl_ca_filepath = path
                    return lws_create_vhost(context, &info)
                }
            }
        }
    }
}

/// Calls back with the C string of a text, or with nil.
func withOptionalCString<Result>(
    _ text: String?, _ body: (UnsafePointer<CChar>?) -> Result
) -> Result {
    guard let text else { return body(nil) }
    return text.withCString(body)
}
