/// An address of a WebSocket: `ws://host:port/path?query` or `wss://…`.
package struct WebSocketURL: Sendable, Equatable, CustomStringConvertible {
    /// Whether the connection is encrypted (`wss`).
    package let isSecure: Bool
    /// Name or address, without the brackets of an IPv6 address.
    package let host: String
    /// 1 to 65535; 80 and 443 when the text names none.
    package let port: Int
    /// Path and query, beginning with a slash.
    package let target: String

    /// Reads an address; `http` and `https` are taken as `ws` and `wss`.
    package init(_ text: String) throws(WebSocketsError) {
        func bad(_ reason: String) -> WebSocketsError { .badAddress(text, reason: reason) }
        guard let mark = text.firstRange(of: "://") else {
            throw bad("it must begin with ws:// or wss://")
        }
        switch text[..<mark.lowerBound].lowercased() {
        case "ws", "http": isSecure = false
        case "wss", "https": isSecure = true
        case let scheme: throw bad("the scheme '\(scheme)' is neither ws nor wss")
        }
        let rest = text[mark.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let tail = rest[authority.endIndex...]
        guard !tail.contains(where: { $0.isWhitespace || $0 == "#" }) else {
            throw bad("the path contains a blank or a '#'")
        }
        target = tail.hasPrefix("/") ? String(tail) : "/" + tail
        guard !authority.contains("@") else {
            throw bad("credentials do not belong into an address")
        }
        var name = authority
        var portText: Substring?
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { throw bad("a ']' is missing") }
            name = authority[authority.index(after: authority.startIndex)..<end]
            let behind = authority[authority.index(after: end)...]
            portText = behind.hasPrefix(":") ? behind.dropFirst() : nil
        } else if let colon = authority.lastIndex(of: ":") {
            name = authority[..<colon]
            portText = authority[authority.index(after: colon)...]
        }
        guard !name.isEmpty else { throw bad("the host is missing") }
        guard !name.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else {
            throw bad("the host contains a blank or a control character")
        }
        host = String(name)
        guard let portText else {
            port = isSecure ? 443 : 80
            return
        }
        guard let number = Int(portText), (1...65535).contains(number) else {
            throw bad("the port '\(portText)' is not a number from 1 to 65535")
        }
        port = number
    }

    /// Host and port, for errors.
    package var server: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// The value of the request's Host header (RFC 9110, section 7.2).
    var hostHeader: String {
        let shown = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? shown : "\(shown):\(port)"
    }

    package var description: String { "\(isSecure ? "wss" : "ws")://\(server)\(target)" }
}
