import CWebSockets
import Glibc

extension EventLoop {
    /// The virtual host for clients that trust a file's authorities, or the system's.
    ///
    /// On the loop only. One is made per file and kept, since libwebsockets keeps what is trusted
    /// per host.
    func clientHost(authorityFile: String?) throws(WebSocketsError) -> OpaquePointer {
        checkIsolated()
        let key = authorityFile ?? ""
        if let host = clientHosts[key] { return host }
        if let authorityFile, access(authorityFile, R_OK) != 0 {
            throw .badAuthorityFile(authorityFile)
        }
        var info = lws_context_creation_info()
        info.port = cws_no_listen
        info.protocols = UnsafePointer(Callback.clientProtocols)
        info.options = cws_init_tls
        if authorityFile != nil { info.options |= cws_only_given_authority }
        let host = "client-\(clientHosts.count)".withCString { name in
            info.vhost_name = name
            return withOptionalCString(authorityFile) { path in
                info.client_ssl_ca_filepath = path
                return lws_create_vhost(context, &info)
            }
        }
        guard let host else { throw .badAuthorityFile(authorityFile ?? "the system's store") }
        clientHosts[key] = host
        return host
    }
}

/// Calls back with the C string of a text, or with nil.
func withOptionalCString<Result>(
    _ text: String?, _ body: (UnsafePointer<CChar>?) -> Result
) -> Result {
    guard let text else { return body(nil) }
    return text.withCString(body)
}
