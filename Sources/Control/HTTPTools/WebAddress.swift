internal import WireCodec

/// A web server's address, parsed strictly: a text that two parsers could read as different hosts
/// is refused.
struct WebAddress: Sendable, Equatable {
    let isSecure: Bool
    /// In lower case; an IPv6 address in its brackets.
    let host: String
    let port: Int
    /// Path and query, beginning with a slash.
    let target: String

    /// Reads a scheme (http or https), a host, perhaps a port, and the rest without the fragment.
    ///
    /// Nil for anything else, a user's name, or a character outside printable ASCII.
    init?(_ text: String) {
        guard let mark = text.firstRange(of: "://") else { return nil }
        switch text[..<mark.lowerBound].lowercased() {
        case "http": isSecure = false
        case "https": isSecure = true
        default: return nil
        }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) else {
            return nil
        }
        let rest = text[mark.upperBound...]
        let authority = rest.prefix { !"/?#".contains($0) }
        guard let place = Self.place(authority) else { return nil }
        host = place.host
        port = place.port ?? (isSecure ? 443 : 80)
        let target = rest[authority.endIndex...].prefix { $0 != "#" }
        self.target = target.hasPrefix("/") ? String(target) : "/\(target)"
    }

    /// A host and its port, as in an address or in a list of hosts; nil when either is invalid.
    static func place(_ authority: Substring) -> (host: String, port: Int?)? {
        let end =
            authority.hasPrefix("[")
            ? authority.firstIndex(of: "]").map { authority.index(after: $0) }
            : authority.firstIndex(of: ":") ?? authority.endIndex
        guard let end else { return nil }
        let host = authority[..<end].lowercased()
        let isBracketed = host.hasPrefix("[")
        let allowed: (UInt8) -> Bool = { byte in
            switch byte {
            case 0x30...0x39, 0x61...0x7A, 0x2E, 0x2D, 0x5F: true
            case 0x3A, 0x5B, 0x5D: isBracketed
            default: false
            }
        }
        // No name is longer (RFC 1035, section 2.3.4).
        guard !host.isEmpty, host.utf8.count <= 255, host.utf8.allSatisfy(allowed) else {
            return nil
        }
        guard end != authority.endIndex else { return (host, nil) }
        let digits = authority[authority.index(after: end)...]
        guard authority[end] == ":", digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = Int(digits), (1...65_535).contains(port)
        else { return nil }
        return (host, port)
    }

    /// The whole address.
    var text: String { "\(isSecure ? "https" : "http")://\(host):\(port)\(target)" }

    /// The host, with the port if it is not the usual one; for messages.
    var server: String { port == (isSecure ? 443 : 80) ? host : "\(host):\(port)" }

    /// Whether both are the same server, so that secrets for one may be sent to the other.
    func isSameServer(as other: WebAddress) -> Bool {
        isSecure == other.isSecure && host == other.host && port == other.port
    }

    /// Whether a part of the path leads upwards, out of the folder that the url names.
    var hasUpwardPath: Bool {
        target.prefix { $0 != "?" }.split(separator: "/").contains { part in
            let plain = part.lowercased().replacing("%2e", with: ".")
            return plain == "." || plain == ".."
        }
    }

    /// The target of a `Location` header in an answer from here (RFC 9110, section 10.2.2); nil if
    /// that is not a web address.
    func following(_ location: String) -> WebAddress? {
        let location = PercentEncoding.escapingOdd(location)
        let head = location.prefix { !"/?#".contains($0) }
        if head.contains(":") { return WebAddress(location) }
        let server = "\(isSecure ? "https" : "http")://\(host):\(port)"
        if location.hasPrefix("//") {
            return WebAddress("\(isSecure ? "https" : "http"):\(location)")
        }
        if location.hasPrefix("/") { return WebAddress(server + location) }
        let path = target.prefix { $0 != "?" }
        if location.isEmpty || location.hasPrefix("#") { return self }
        if location.hasPrefix("?") { return WebAddress(server + path + location) }
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "/"
        return WebAddress(server + folder + location)
    }
}

extension PercentEncoding {
    /// An address with blanks and non-ASCII letters percent-encoded, which servers forget to do.
    fileprivate static func escapingOdd(_ text: String) -> String {
        text.unicodeScalars.map { scalar in
            scalar > " " && scalar < "\u{7F}" ? String(scalar) : encode(String(scalar))
        }.joined()
    }
}
