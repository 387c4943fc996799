/// An HTTP answer that came instead of the upgrade to WebSocket.
///
/// Everything in it is the far end's word: not for a terminal or a log as it is.
package struct UpgradeRefusal: Sendable, Equatable {
    /// More of a body than this is not kept (bytes); what explains an error is far shorter.
    package static let bodyLimitBytes = 64 << 10

    /// The status; 100 to 999, but not 101.
    package var status: Int
    /// How long the far end wants to be left alone (seconds, at least 0), where it says so in
    /// figures; a date is not read.
    package var retryAfterSeconds: Int64?
    /// Where a redirection leads, which is never followed.
    package var location: String?
    /// The body, often JSON that says why; cut at `bodyLimitBytes`, and empty where none came.
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
        // More digits than fit are a long time, not none.
        return Int64(text) ?? .max
    }

    /// What may be done about it, for an error's text.
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
