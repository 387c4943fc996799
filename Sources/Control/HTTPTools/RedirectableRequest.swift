internal import Curl
internal import Tools

/// A request on its way, from server to server.
struct RedirectableRequest: Sendable {
    var request: HTTPRequest
    private(set) var address: WebAddress
    /// Headers that only the first server may see.
    private let secretHeaders: Set<String>
    private let hasSecretBody: Bool

    init(
        request: HTTPRequest, address: WebAddress, secretHeaders: Set<String>, hasSecretBody: Bool
    ) {
        self.request = request
        self.address = address
        self.secretHeaders = secretHeaders
        self.hasSecretBody = hasSecretBody
    }

    /// Follows a redirect (RFC 9110, section 15.4), without what only the first server may see.
    mutating func move(
        to next: WebAddress, _ status: Int, reach: HTTPReach
    ) throws(ToolFailure) {
        let keepsMethod = [307, 308].contains(status) || ["GET", "HEAD"].contains(request.method)
        if !keepsMethod {
            request.method = "GET"
            request.body = nil
            request.headers.removeAll { $0.name.lowercased() == "content-type" }
        }
        if !next.isSameServer(as: address) {
            guard request.body == nil || !hasSecretBody else {
                throw ToolFailure(
                    "\(address.server) sent the request on to \(next.server), which must not get "
                        + "the secret in it; it was not followed")
            }
            request.headers.removeAll { secretHeaders.contains($0.name) }
        }
        address = next
        request.url = next.text
        request.reach = reach
    }
}
