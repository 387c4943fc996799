import CWebSockets
import Glibc
import Linux

/// Derives the error from what is known of a connection that was never open.
///
/// libwebsockets gives a text, which differs between 4.1 and 4.3; where there is a number
/// (certificate, status), that is used.
struct OpeningFailure {
    /// The requested host and port.
    let server: String
    /// The proxy that was used; nil for a direct connection.
    let proxy: Proxy?
    /// libwebsockets' words; may be empty.
    let text: String
    /// X509_V_ERR, 0 for none.
    let certificateProblem: Int
    /// The answer that came instead of the upgrade.
    let answer: UpgradeRefusal?
    /// The text of 4.1 if no connection could be made.
    static let noLine = "Unable to connect"

    init(
        socket: OpaquePointer?, server: String, proxy: Proxy?, answer: UpgradeRefusal?,
        text: String
    ) {
        self.server = server
        self.proxy = proxy
        self.text = text
        certificateProblem = socket.map { cws_certificate_problem($0) } ?? 0
        self.answer = answer
    }

    /// The host that the TCP connection goes to.
    private var neighbour: String { proxy.map { "the proxy \($0)" } ?? server }

    var error: WebSocketsError {
        if certificateProblem != 0 { return .untrusted(host: server, problem: certificate) }
        if let answer, answer.status != 200 {
            return .refusedUpgrade(host: server, answer: answer)
        }
        if let proxy, text.contains("proxy") {
            return .proxyRefused(proxy: "\(proxy)", host: server, status: proxyStatus)
        }
        if text.hasPrefix("conn fail: ") || text == Self.noLine {
            return .unreachable(host: neighbour, reason: connectReason)
        }
        if text.hasPrefix("connect S") || text.hasPrefix("tls: ") { return .noTLS(host: server) }
        if text.hasPrefix("HS: ") || text.hasPrefix("ws ") || text.contains("pars") {
            return .notWebSocket(host: server, reason: answerReason)
        }
        return .notWebSocket(
            host: server, reason: "it closed the line before the WebSocket was open")
    }

    private var certificate: CertificateProblem {
        switch Int32(truncatingIfNeeded: certificateProblem) {
        case X509_V_ERR_CERT_HAS_EXPIRED: .expired
        case X509_V_ERR_CERT_NOT_YET_VALID: .notYetValid
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH: .otherHost
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
            X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            .unknownAuthority
        default: .other(certificateProblem)
        }
    }

    /// The status is in the text of 4.3 ("http_proxy -> 407"), not of 4.1.
    private var proxyStatus: Int? {
        text.firstRange(of: "-> ").flatMap { Int(text[$0.upperBound...]) }
    }

    /// The errno is in the text of 4.3 ("conn fail: 111", "conn fail: errno 101: ..."), not of 4.1.
    private var connectReason: String {
        let code = text.split { !$0.isNumber }.first.flatMap { Int32($0) }
        return code.map { SystemError.text(of: $0).lowercased() }
            ?? "the connection was refused, or no way leads there"
    }

    private var answerReason: String {
        if answer?.status == 200 { return "it answers as a web server does" }
        return "its answer is no upgrade to WebSocket"
    }
}
