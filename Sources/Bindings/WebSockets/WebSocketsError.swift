/// Why a socket could not be opened, or a listener not be made.
package enum WebSocketsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The address is no `ws://` or `wss://` address; the text says what is wrong with it.
    case badAddress(String, reason: String)
    /// Nobody answered in time.
    case timedOut(host: String, milliseconds: Int64)
    /// The certificate of the far end is not signed by a known authority.
    case untrusted(host: String, reason: String)
    /// The far end answered, but not with an upgrade to WebSocket.
    case refusedUpgrade(host: String, reason: String)
    /// The connection failed before it was open: refused, unknown host, no network.
    case unreachable(host: String, reason: String)
    /// The certificate authority file cannot be read.
    case badAuthorityFile(String)
    /// libwebsockets could not make its context.
    case noContext
    /// The listener could not be made; the port may be taken, or the certificate unreadable.
    case cannotListen(port: Int)
    /// The kernel gave no descriptor.
    case noDescriptor(String)

    package var description: String {
        switch self {
        case .badAddress(let text, let reason):
            "'\(text)' is no WebSocket address: \(reason)"
        case .timedOut(let host, let milliseconds):
            "\(host) did not answer within \(milliseconds) ms"
        case .untrusted(let host, let reason):
            "the certificate of \(host) is not trusted (\(reason)); install ca-certificates, "
                + "set the clock, or name the right authority file with --ca"
        case .refusedUpgrade(let host, let reason):
            "\(host) refused the WebSocket upgrade: \(reason)"
        case .unreachable(let host, let reason):
            "cannot reach \(host): \(reason)"
        case .badAuthorityFile(let path):
            "cannot read a certificate authority from '\(path)'"
        case .noContext:
            "libwebsockets could not start; the system may be out of memory or descriptors"
        case .cannotListen(let port):
            "cannot listen on port \(port): it may be taken, or the certificate is unreadable"
        case .noDescriptor(let what):
            "the kernel gave no descriptor for \(what); too many are open"
        }
    }
}
