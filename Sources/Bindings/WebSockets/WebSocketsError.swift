/// Why a socket could not be opened, or a listener could not be created.
///
/// A `host` includes its port, but never path or query, which may contain a key.
package enum WebSocketsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The address is not a `ws://` or `wss://` address; the text says what is wrong with it.
    case badAddress(String, reason: String)
    /// The environment variable of a proxy cannot be used.
    case badProxy(variable: String, reason: String)
    /// The far end did not answer in time.
    case timedOut(host: String, milliseconds: Int64)
    /// The far end's certificate is not accepted.
    case untrusted(host: String, problem: CertificateProblem)
    /// The far end does not speak TLS, or there is no common version or cipher.
    case noTLS(host: String)
    /// The far end answered over HTTP instead of upgrading to WebSocket.
    case refusedUpgrade(host: String, answer: UpgradeRefusal)
    /// The far end is not a WebSocket server; libwebsockets' words.
    case notWebSocket(host: String, reason: String)
    /// A header's value cannot be sent, since it would end the header.
    case badHeader(String)
    /// The host does not exist, or it has no address.
    case unknownName(host: String)
    /// The host could not be resolved; the text says why.
    case namesUnavailable(host: String, reason: String)
    /// The connection could not be made; the text says why, as far as is known.
    case unreachable(host: String, reason: String)
    /// The proxy answered, but does not connect to the server; the status if it is known.
    case proxyRefused(proxy: String, host: String, status: Int?)
    /// Our side gave the connection up before it was open.
    case givenUp(host: String)
    /// The certificate authority file cannot be read.
    case badAuthorityFile(String)
    /// libwebsockets could not create its context.
    case noContext
    /// The listener could not be created; the port may be taken, or the certificate unreadable.
    case cannotListen(port: Int)
    /// The kernel has no descriptor left.
    case noDescriptor(String)

    package var description: String {
        switch self {
        case .badAddress(let text, let reason):
            "'\(text)' is no WebSocket address: \(reason)"
        case .badProxy(let variable, let reason):
            "the proxy in the variable \(variable) cannot be used: \(reason)"
        case .timedOut(let server, let milliseconds):
            "\(server) did not answer within \(milliseconds) ms; check the network, the firewall "
                + "and the address"
        case .untrusted(let server, let problem):
            "the certificate of \(server) \(problem)"
        case .noTLS(let server):
            "\(server) does not speak TLS; check that the port is that of a wss:// service and "
                + "that nothing between here and there cuts in"
        case .refusedUpgrade(let server, let answer):
            "\(server) refused the WebSocket upgrade with HTTP \(answer.status)\(answer.advice)"
        case .notWebSocket(let server, let reason):
            "\(server) is no WebSocket server (\(reason)); check host, port and path of the "
                + "address"
        case .badHeader(let name):
            "the value of the header \(name) holds a line end or another control character; "
                + "check the key or password that it is made of"
        case .unknownName(let server):
            "cannot find \(server); check the name, the network and its name server"
        case .namesUnavailable(let server, let reason):
            "cannot find \(server): \(reason); check the network and its name server"
        case .unreachable(let server, let reason):
            "cannot reach \(server): \(reason); check the network, the port and that the service "
                + "runs"
        case .proxyRefused(let proxy, let server, let status):
            "the proxy \(proxy) opens no line to \(server)\(status.map { " (HTTP \($0))" } ?? ""); "
                + Self.proxyAdvice(status)
        case .givenUp(let server):
            "the connection to \(server) was given up before it was open"
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

    private static func proxyAdvice(_ status: Int?) -> String {
        switch status {
        case 407: "check user and password in the variable that names the proxy"
        case 403: "have the proxy allow the server, or name it in no_proxy"
        default:
            "check user and password in the variable that names the proxy and what the proxy "
                + "allows, or name the server in no_proxy"
        }
    }
}

/// What is wrong with a certificate.
package enum CertificateProblem: Sendable, Equatable, CustomStringConvertible {
    /// No trusted authority has signed it.
    case unknownAuthority
    /// It is no longer valid, by the clock of this machine.
    case expired
    /// It is not valid yet, by the clock of this machine.
    case notYetValid
    /// It is for other hosts.
    case otherHost
    /// Another problem; OpenSSL's number (X509_V_ERR in x509_vfy.h).
    case other(Int)

    package var description: String {
        switch self {
        case .unknownAuthority:
            "is not trusted, for no authority known here has signed it; install ca-certificates, "
                + "or name the right authority file"
        case .expired: "has expired; check this machine's clock, else have the server's renewed"
        case .notYetValid: "is not valid yet; set this machine's clock"
        case .otherHost:
            "is for another host; check the name in the address, and that nothing between here "
                + "and there cuts in"
        case .other(let code):
            "is not trusted (OpenSSL's reason \(code)); see 'openssl s_client' and the server"
        }
    }
}
