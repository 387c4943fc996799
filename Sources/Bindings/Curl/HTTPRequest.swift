/// One HTTP request.
///
/// Redirects are never followed: a key in our headers would be sent to the server that the answer
/// names. The caller gets the 3xx answer and decides.
package struct HTTPRequest: Sendable {
    /// "GET", "POST", "PUT", "DELETE" and so on, in capitals.
    package var method: String
    /// The whole address, `http` or `https`; it must not contain a key.
    package var url: String
    /// Sent as they are, in order; a name or value with a line end is refused.
    package var headers: [HTTPHeader]
    /// What is sent; nil sends none.
    ///
    /// A `Content-Type` is sent only if it is among the headers.
    package var body: [UInt8]?
    /// How long resolving and connecting may take.
    package var connectDeadline: Duration
    /// How long the whole transfer may take; nil: no limit while bytes arrive.
    package var deadline: Duration?
    /// How long the connection may be silent while an answer is due (whole seconds); nil: no limit.
    package var idleDeadline: Duration?
    /// The longest answer that is accepted (bytes of body).
    package var responseLimitBytes: Int
    /// A PEM file with the only trusted authorities; nil trusts the system's.
    package var certificateAuthorityFile: String?
    /// The proxy for reaching the server.
    package var proxy: HTTPProxy
    /// Whether it is sent on a new connection, so that it is never sent twice.
    ///
    /// If a kept connection dies before a byte of the answer, curl itself sends the request again,
    /// though the server may have executed it.
    package var isSentOnce = false
    /// Which addresses the server's name may resolve to.
    ///
    /// With a proxy the proxy's address is checked, since only the proxy resolves the server's
    /// name.
    package var reach: HTTPReach

    /// Long enough for a mobile connection that has to wake up.
    package static let defaultConnectDeadline: Duration = .seconds(10)
    /// Far above what a token or status answer needs.
    package static let defaultResponseLimitBytes = 4 << 20

    /// A request without body, header and total deadline, through the environment's proxy.
    package init(_ method: String, _ url: String) {
        self.method = method
        self.url = url
        headers = []
        body = nil
        connectDeadline = Self.defaultConnectDeadline
        deadline = nil
        idleDeadline = nil
        responseLimitBytes = Self.defaultResponseLimitBytes
        certificateAuthorityFile = nil
        proxy = .environment
        reach = .anywhere
    }

    /// The host (and port, where one is given) of the address, for error texts.
    ///
    /// It has neither path nor query nor a password, which an address may contain.
    package var server: String {
        let start = url.firstRange(of: "://")?.upperBound ?? url.startIndex
        let authority = url[start...].prefix { !"/?#".contains($0) }
        let host = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] }
        return String(host ?? authority)
    }
}

/// A header: its name, in any case, and its value.
package struct HTTPHeader: Sendable, Equatable {
    /// The name, as it was written.
    package let name: String
    /// The value without the blanks around it; it may be a secret.
    package let value: String

    /// A header.
    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// The proxy for reaching a server, or none.
package enum HTTPProxy: Sendable, Equatable {
    /// From `https_proxy`, `http_proxy`, `all_proxy` and `no_proxy`, as curl reads them.
    case environment
    /// Directly, whatever the environment says.
    case none
    /// Through this proxy, such as `http://10.0.0.1:3128`.
    case address(String)
}

/// Which addresses a server's name may resolve to.
package enum HTTPReach: Sendable, Equatable {
    /// Any.
    case anywhere
    /// Only addresses on the internet: not this machine, and nothing in its networks.
    ///
    /// A connection that was opened for another request is still reused.
    case internetOnly
}

/// The status and headers of an answer.
package struct HTTPHead: Sendable, Equatable {
    /// 200 to 599; 1xx answers are skipped.
    package let status: Int
    /// In the order of the answer.
    package let headers: [HTTPHeader]

    /// The value of the first header with a name, in any case.
    package subscript(name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// A whole answer.
package struct HTTPResponse: Sendable, Equatable {
    /// Status and headers.
    package let head: HTTPHead
    /// All of the body.
    package let body: [UInt8]

    /// 200 to 599.
    package var status: Int { head.status }
}
