/// Why there is no answer.
///
/// An answer with a status of 400 and more is an answer, not an error. None of the texts contains a
/// header, a body, or more of an address than host and port.
package enum HTTPError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The request cannot be sent as it is; the text says why.
    case malformed(String)
    /// There is no such host, or no name server answers.
    case unresolved(server: String)
    /// The host does not answer, or the proxy refuses; curl's words.
    case unreachable(server: String, reason: String)
    /// The server's certificate is not trusted, or TLS failed otherwise; curl's words.
    case untrusted(server: String, reason: String)
    /// A deadline of the request passed.
    case timedOut(server: String)
    /// The connection broke, or the answer was not HTTP; curl's words.
    case broken(server: String, reason: String)
    /// The answer was longer than the request allows.
    case tooLarge(server: String, limitBytes: Int)
    /// The name resolves to this machine or into its networks, where the request may not go.
    case forbidden(server: String)
    /// The limit of requests under way is reached.
    case busy(limit: Int)
    /// The task was cancelled.
    case cancelled
    /// The client was released, or could not start; the text says which.
    case unavailable(String)

    package var description: String {
        switch self {
        case .malformed(let reason): "the request cannot be sent: \(reason)"
        case .unresolved(let server):
            "cannot find \(server): check the name, the network and its name server"
        case .unreachable(let server, let reason):
            "cannot reach \(server) (\(reason)): check the network, the firewall and the proxy"
        case .untrusted(let server, let reason):
            "no trusted line to \(server) (\(reason)): check the clock, the package "
                + "ca-certificates, or the authority file in the configuration"
        case .timedOut(let server):
            "\(server) did not answer in time: check the network, or allow more time"
        // No advice to retry: the server may have executed the request.
        case .broken(let server, let reason): "the line to \(server) broke (\(reason))"
        case .tooLarge(let server, let limit):
            "the answer of \(server) is longer than \(limit) bytes: it is not what was asked for"
        case .forbidden(let server):
            "\(server) is an address of this machine or the home network, which is not allowed here"
        case .busy(let limit): "\(limit) requests are under way already: wait for one of them"
        case .cancelled: "the request was cancelled"
        case .unavailable(let reason): "no HTTP client: \(reason)"
        }
    }

    /// Whether the request certainly never reached the server, so that it has done nothing.
    package var isUnsent: Bool {
        switch self {
        case .malformed, .unresolved, .unreachable, .untrusted, .forbidden, .busy, .unavailable:
            true
        case .timedOut, .broken, .tooLarge, .cancelled: false
        }
    }

    /// Whether the same request may succeed a moment later.
    package var isTransient: Bool {
        switch self {
        case .unresolved, .unreachable, .timedOut, .broken, .busy: true
        case .malformed, .untrusted, .tooLarge, .forbidden, .cancelled, .unavailable: false
        }
    }
}
