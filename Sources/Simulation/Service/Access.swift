/// How a client connected: to which service and version, with which credential.
package struct Access: Sendable, Equatable {
    /// The service's provider; the two have different fields.
    package enum Backend: Sendable, Equatable { case developer, vertex }

    /// The credential that a client presents.
    package enum Credential: Sendable, Equatable {
        case none
        /// An API key, from the header or the query.
        case key(String)
        /// The name of an ephemeral token.
        case token(String)
        /// An OAuth access token.
        case bearer(String)
    }

    package var backend: Backend
    /// Such as `v1beta`.
    package var version: String
    /// Whether the method is the one for ephemeral tokens.
    package var isConstrained: Bool
    package var credential: Credential

    /// The usual access: the Developer API, `v1beta`, with a key.
    package init(key: String?) {
        backend = .developer
        version = "v1beta"
        isConstrained = false
        credential = key.map { .key($0) } ?? .none
    }

    /// Reads an upgrade; nil when there is no such method.
    ///
    /// `query` is the part after the `?`, `header` returns a header by its name in lower case.
    package init?(path: String, query: String, header: (String) -> String?) {
        // Clients of Google's own SDK ask for `//ws/…`.
        let parts = path.split(separator: "/")
        guard parts.count >= 2, parts[0] == "ws" else { return nil }
        switch parts.count {
        case 2:
            let names = parts[1].split(separator: ".")
            guard names.count == 6, names[..<3] == ["google", "ai", "generativelanguage"],
                names[4] == "GenerativeService",
                names[5] == "BidiGenerateContent" || names[5] == "BidiGenerateContentConstrained"
            else { return nil }
            backend = .developer
            version = String(names[3])
            isConstrained = names[5] != "BidiGenerateContent"
        case 3:
            let names = parts[1].split(separator: ".")
            guard names.count == 5, names[..<3] == ["google", "cloud", "aiplatform"],
                names[4] == "LlmBidiService", parts[2] == "BidiGenerateContent"
            else { return nil }
            backend = .vertex
            version = String(names[3])
            isConstrained = false
        default: return nil
        }
        credential = Self.credential(
            query: query, isConstrained: isConstrained, backend: backend, header: header)
    }

    private static func credential(
        query: String, isConstrained: Bool, backend: Backend, header: (String) -> String?
    ) -> Credential {
        let authorization = header("authorization")
        if isConstrained {
            let prefix = "Token "
            if let authorization, authorization.hasPrefix(prefix) {
                return .token(String(authorization.dropFirst(prefix.count)))
            }
            return value(of: "access_token", in: query).map { .token($0) } ?? .none
        }
        let bearer = "Bearer "
        if backend == .vertex, let authorization, authorization.hasPrefix(bearer) {
            return .bearer(String(authorization.dropFirst(bearer.count)))
        }
        let key = header("x-goog-api-key") ?? value(of: "key", in: query)
        return key.map { .key($0) } ?? .none
    }

    private static func value(of name: String, in query: String) -> String? {
        let part = query.split(separator: "&").first { $0.hasPrefix(name + "=") }
        return part.map { unescaped($0.dropFirst(name.utf8.count + 1)) }
    }

    /// Decodes percent escapes; a malformed one stays as it is.
    private static func unescaped(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            if byte == UInt8(ascii: "%"), let value = UInt8(digits, radix: 16), digits.count == 2 {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The model's plain name in a setup; nil when the name is not of this service's form.
    func modelName(_ text: String) -> String? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        switch backend {
        case .developer:
            guard parts.count == 2, parts[0] == "models" else { return nil }
            return String(parts[1])
        case .vertex:
            guard parts.count == 8, parts[0] == "projects", parts[2] == "locations",
                parts[4] == "publishers", parts[5] == "google", parts[6] == "models",
                !parts[1].isEmpty, !parts[3].isEmpty
            else { return nil }
            return String(parts[7])
        }
    }
}
