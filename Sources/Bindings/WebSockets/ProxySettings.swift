/// A proxy that opens connections by HTTP's CONNECT (RFC 9110, section 9.3.6).
package struct Proxy: Hashable, Sendable, CustomStringConvertible {
    /// Name or address, without the brackets of an IPv6 address.
    package let host: String
    /// 1 to 65535.
    package let port: Int
    /// "user:password" in the clear, nil without; never for a log or an error.
    let credentials: String?

    /// The address without the credentials, which may be shown.
    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// The proxy as libwebsockets expects it, its name replaced by one of its addresses; contains
    /// the password.
    func address(at numeric: String?) -> String {
        let host = numeric ?? host
        let place = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        return (credentials.map { "\($0)@" } ?? "") + place
    }

    /// Keeps the password out of debuggers and interpolations.
    package var customMirror: Mirror { Mirror(reflecting: description) }
}

extension Proxy: CustomReflectable {}

/// Which connections go through a proxy, from the environment.
///
/// `wss` goes through `https_proxy` or `HTTPS_PROXY`, `ws` through `http_proxy` (in small letters
/// only, since a web server sets the other one from a request's header), both else through
/// `all_proxy` or `ALL_PROXY`; hosts in `no_proxy` or `NO_PROXY` are reached directly, and so is
/// this machine itself.
package struct ProxySettings: Sendable {
    private static let secureNames = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
    private static let plainNames = ["http_proxy", "all_proxy", "ALL_PROXY"]
    private static let exceptionNames = ["no_proxy", "NO_PROXY"]
    /// curl's default if the address of a proxy has no port.
    private static let defaultPort = 1080
    /// libwebsockets' room for user, colon and password (bytes).
    static let credentialsLimitBytes = 90
    /// libwebsockets' room for the proxy's name (bytes).
    static let proxyHostLimitBytes = 120
    /// libwebsockets writes the host twice into a request of 256 bytes.
    static let hostLimitBytes = 99

    /// The variables above, as far as they are set to something.
    private let variables: [String: String]

    /// Takes the variables above from an environment; without any there is no proxy.
    package init(environment: [String: String]) {
        let names = Self.secureNames + Self.plainNames + Self.exceptionNames
        variables = environment.filter { names.contains($0.key) && !$0.value.isEmpty }
    }

    /// The proxy for an address, nil for a direct connection.
    package func proxy(for url: WebSocketURL) throws(WebSocketsError) -> Proxy? {
        let names = url.isSecure ? Self.secureNames : Self.plainNames
        guard let name = names.first(where: { variables[$0] != nil }),
            let text = variables[name], !isException(url)
        else { return nil }
        let proxy = try Self.read(text, from: name)
        guard url.host.utf8.count <= Self.hostLimitBytes, !url.host.contains(":") else {
            throw .badProxy(
                variable: name,
                reason: "it cannot be asked for \(url.server), which is an IPv6 address or too "
                    + "long a name; name the host in no_proxy or give it a shorter name")
        }
        return proxy
    }

    // MARK: Exceptions

    private func isException(_ url: WebSocketURL) -> Bool {
        let host = Self.plainName(url.host)
        if Self.isThisMachine(host) { return true }
        guard let name = Self.exceptionNames.first(where: { variables[$0] != nil }) else {
            return false
        }
        let entries = variables[name, default: ""].split { $0 == "," || $0.isWhitespace }
        return entries.contains { Self.matches($0, host: host, port: url.port) }
    }

    private static func isThisMachine(_ host: String) -> Bool {
        if host == "localhost" || host.hasSuffix(".localhost") || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// In lower case, without the trailing dot.
    private static func plainName(_ name: some StringProtocol) -> String {
        let small = name.lowercased()
        return small.hasSuffix(".") ? String(small.dropLast()) : small
    }

    /// Whether an entry (`*`, a domain with or without a leading dot, an address; a port may
    /// follow) names a host.
    private static func matches(_ entry: Substring, host: String, port: Int) -> Bool {
        if entry == "*" { return true }
        var name = entry
        if entry.hasPrefix("[") {
            guard let end = entry.firstIndex(of: "]") else { return false }
            let behind = entry[entry.index(after: end)...]
            guard behind.isEmpty || behind == ":\(port)" else { return false }
            name = entry[..<end].dropFirst()
        } else if let colon = entry.firstIndex(of: ":"), entry.lastIndex(of: ":") == colon {
            // More colons than one belong to an IPv6 address.
            guard entry[colon...] == ":\(port)" else { return false }
            name = entry[..<colon]
        }
        if name.hasPrefix("*.") { name = name.dropFirst() }
        let domain = plainName(name.hasPrefix(".") ? name.dropFirst() : name)
        return !domain.isEmpty && (host == domain || host.hasSuffix("." + domain))
    }

    // MARK: The proxy's address

    private static func read(
        _ text: String, from variable: String
    ) throws(WebSocketsError) -> Proxy {
        // The text may contain a password, so no error quotes it.
        func bad(_ reason: String) -> WebSocketsError {
            .badProxy(variable: variable, reason: reason)
        }
        var rest = Substring(text)
        if let mark = rest.firstRange(of: "://") {
            guard rest[..<mark.lowerBound].lowercased() == "http" else {
                throw bad("only http:// proxies are known here")
            }
            rest = rest[mark.upperBound...]
        }
        rest = rest.prefix { !"/?#".contains($0) }
        var credentials: String?
        if let at = rest.lastIndex(of: "@") {
            guard var user = decoded(rest[..<at]) else {
                throw bad("its user or password holds a '%' that is not followed by two digits")
            }
            if !user.contains(":") { user += ":" }
            guard user.utf8.count <= credentialsLimitBytes else {
                throw bad("its user and password are longer than \(credentialsLimitBytes) bytes")
            }
            credentials = user
            rest = rest[rest.index(after: at)...]
        }
        guard let (host, port) = hostAndPort(rest) else {
            throw bad("it must look like http://host:port")
        }
        return Proxy(host: host, port: port, credentials: credentials)
    }

    private static func hostAndPort(_ text: Substring) -> (host: String, port: Int)? {
        var name = text
        var behind: Substring = ""
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            name = text[..<end].dropFirst()
            behind = text[text.index(after: end)...]
        } else if let colon = text.firstIndex(of: ":") {
            name = text[..<colon]
            behind = text[colon...]
        }
        guard !name.isEmpty, name.utf8.count <= proxyHostLimitBytes,
            !name.contains(where: { $0.isWhitespace || $0 == "@" })
        else { return nil }
        if behind.isEmpty || behind == ":" { return (String(name), defaultPort) }
        guard behind.hasPrefix(":"), let port = Int(behind.dropFirst()), (1...65535).contains(port)
        else { return nil }
        return (String(name), port)
    }

    /// The text with its `%40` and the like resolved; nil when one is malformed.
    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let digits = String(rest.prefix(2)), digits.utf8.count == 2,
                let value = UInt8(digits, radix: 16), value != 0
            else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
