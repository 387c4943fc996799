package import Curl
internal import Linux
internal import ModelTypes

/// The tokens of a machine in Google's cloud, from the metadata server that each such machine has.
package struct MetadataServer: TokenIssuer {
    /// The server's host, unless GCE_METADATA_HOST is set.
    package static let defaultHost = "metadata.google.internal"
    /// It is near the machine, or does not exist.
    static let connectDeadline: Duration = .seconds(3)

    /// Host, with a port where it is not 80.
    package let host: String
    private let http: HTTPClient

    /// The server at a host; nil takes GCE_METADATA_HOST, otherwise the usual name.
    package init(host: String?, http: HTTPClient) {
        let override = Environment.get("GCE_METADATA_HOST").flatMap { $0.isEmpty ? nil : $0 }
        self.host = host ?? override ?? Self.defaultHost
        self.http = http
    }

    /// Requests a token of the machine's own service account.
    package func issue() async throws(AccountError) -> IssuedToken {
        let service = "the metadata server \(host)"
        let path = "/computeMetadata/v1/instance/service-accounts/default/token"
        var request = HTTPRequest("GET", "http://\(host)\(path)")
        // The server refuses requests without it: it keeps web pages from asking.
        request.headers = [HTTPHeader("Metadata-Flavor", "Google")]
        request.connectDeadline = Self.connectDeadline
        // The server uses no TLS and answers only its own machine; no proxy may come in between.
        request.proxy = .none
        let response = try await TokenAnswer.ask(service, request, http)
        guard response.status == 200 else {
            throw TokenAnswer.refusal(
                service, response,
                advice: "give the machine a service account with the scope "
                    + "'\(ServiceAccount.scope)', or use a key file")
        }
        return try TokenAnswer.accessToken(service, response)
    }
}
