/// One HTTP request.
///
/// Redirects are never followed: a key in a header of ours would go to the server that the answer names.
/// The caller gets the 3xx answer and decides.
package struct HTTPRequest: Sendable {
    /// "GET", "POST", "PUT", "DELETE" and so on, in capitals.
    package var method: String
    /// The whole address, `http` or `https`; a key never belongs into it.
    package var url: String
    /// Sent as they are, in order; a name or value with a line end is refused.
    package var headers: [HTTPHeader]
    /// What is sent; nil sends none.
    ///
    /// Its `Content-Type` is among the headers or not sent.
    package var body: [UInt8]?
    /// How long finding and reaching the server may take.
    package var connectDeadline: Duration
    /// How long all of it may take; nil for as long as bytes arrive.
    package var deadline: Duration?
    /// How long the line may be silent while an answer is due (whole seconds); nil for any time.
    package var idleDeadline: Duration?
    /// The longest answer that is accepted (bytes of body).
    package var responseLimitBytes: Int
    /// A PEM file whose authorities alone are trusted; nil trusts the system's.
    package var certificateAuthorityFile: String?
    /// The proxy by which the server is reached.
    package var proxy: HTTPProxy
    /// Whether it goes out on a connection of its own, and so is never sent twice.
    ///
    /// On a kept connection that dies without a byte of the answer, curl sends a request again by
    /// itself, though the server may have executed it.
    package var isSentOnce = false
    /// Which addresses the server's name may lead to.
    ///
    /// With a proxy it is the proxy's that counts, which alone knows the server's.
    package var reach: HTTPReach

    /// Long enough for a mobile line that has to wake.
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
    /// Neither path nor query nor a password, which an address may hold.
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

/// The proxy by which a server is reached, or none.
package enum HTTPProxy: Sendable, Equatable {
    /// As `https_proxy`, `http_proxy`, `all_proxy` and `no_proxy` say, the way curl reads them.
    case environment
    /// Directly, whatever the environment says.
    case none
    /// Through this proxy, such as `http://10.0.0.1:3128`.
    case address(String)
}

/// Which addresses a server's name may lead to.
package enum HTTPReach: Sendable, Equatable {
    /// Any.
    case anywhere
    /// Only those out in the internet: not this machine, and nothing in its networks.
    ///
    /// A line that was opened for another request is used again all the same.
    case internetOnly
}

/// What an answer begins with.
package struct HTTPHead: Sendable, Equatable {
    /// 200 to 599; answers of the 100s are passed over.
    package let status: Int
    /// In the order of the answer.
    package let headers: [HTTPHeader]

    /// The value of the first header of a name, in whatever case.
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
