import CWebSockets

/// An HTTP answer that came instead of the upgrade to WebSocket.
///
/// All of it comes from the far end: do not print it to a terminal or a log unescaped.
package struct UpgradeRefusal: Sendable, Equatable {
    /// How much of a body is kept (bytes); the explanation of an error is far shorter.
    package static let bodyLimitBytes = 64 << 10

    /// The status; 100 to 999, but not 101.
    package var status: Int
    /// The wait that the far end asks for (seconds, at least 0), if it is a number; a date is not
    /// read.
    package var retryAfterSeconds: Int64?
    /// The target of a redirection, which is never followed.
    package var location: String?
    /// The body, often JSON with the reason; truncated to `bodyLimitBytes`, and empty if there was
    /// none.
    package var body: [UInt8]

    /// An answer as it came.
    package init(
        status: Int, retryAfterSeconds: Int64? = nil, location: String? = nil, body: [UInt8] = []
    ) {
        self.status = status
        self.retryAfterSeconds = retryAfterSeconds
        self.location = location
        self.body = body
    }

    /// The wait that a Retry-After header asks for (RFC 9110, section 10.2.3), nil for a date.
    static func seconds(retryAfter text: String) -> Int64? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        // More digits than fit mean a long time, not none.
        return Int64(text) ?? .max
    }

    /// What can be done about it, for an error's text.
    var advice: String {
        switch status {
        case 300..<400:
            "; redirections are not followed: check the address, and that no portal or proxy "
                + "in between wants a login"
        case 401, 403: "; check the key and what it is allowed to do"
        case 400, 404, 405: "; check path and version in the address"
        case 407, 511: "; the network in between wants a login"
        case 429: "; wait, and ask less often"
        case 500...: "; the service has a problem of its own, try again later"
        default: "; check the address"
        }
    }
}

extension UpgradeRefusal {
    /// The longest header value that is read (bytes).
    private static let headerLimitBytes = 2048

    /// Reads the answer's head from libwebsockets.
    init(status: Int, head socket: OpaquePointer) {
        self.init(
            status: status,
            retryAfterSeconds: Self.header(WSI_TOKEN_HTTP_RETRY_AFTER, of: socket)
                .flatMap(Self.seconds),
            location: Self.header(WSI_TOKEN_HTTP_LOCATION, of: socket))
    }

    /// How the end of the body is known.
    static func framing(_ socket: OpaquePointer) -> BodyDecoder.Framing {
        if header(WSI_TOKEN_HTTP_TRANSFER_ENCODING, of: socket) != nil { return .chunked }
        let length = header(WSI_TOKEN_HTTP_CONTENT_LENGTH, of: socket)
        return length.map { .length(Int($0) ?? bodyLimitBytes) } ?? .untilClose
    }

    private static func header(_ token: lws_token_indexes, of socket: OpaquePointer) -> String? {
        var buffer = [CChar](repeating: 0, count: headerLimitBytes)
        guard lws_hdr_copy(socket, &buffer, Int32(buffer.count), token) > 0 else { return nil }
        return String(
            decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
