package import Curl
package import ModelTypes
package import Tools

/// What a tool asks of which server.
package struct WebToolSettings: Sendable {
    /// "GET", "HEAD", "POST", "PUT", "PATCH" or "DELETE".
    package var method: String
    package var url: [WebPiece]
    package var headers: [(name: String, value: [WebPiece])]
    /// Empty: none.
    package var body: [WebPiece]
    /// Servers, beside that of the url, to which requests and redirects may go.
    package var hosts: [String]
    /// Whether names of the internet may lead into the home network.
    package var allowsLocal: Bool
    /// A PEM file with the authorities that are trusted; empty: the system's.
    package var certificateAuthorityFile: String
    /// What of a JSON answer is the result; empty: all of any answer.
    package var answer: String
    /// The longest answer that is read (bytes).
    package var responseLimitBytes: Int

    /// Settings that `WebTool` checks.
    package init(
        method: String, url: [WebPiece], headers: [(name: String, value: [WebPiece])],
        body: [WebPiece], hosts: [String], allowsLocal: Bool, certificateAuthorityFile: String,
        answer: String, responseLimitBytes: Int
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.hosts = hosts
        self.allowsLocal = allowsLocal
        self.certificateAuthorityFile = certificateAuthorityFile
        self.answer = answer
        self.responseLimitBytes = responseLimitBytes
    }
}

/// Sends a request to a web server, and gives the model the answer.
package struct WebTool: Tool {
    package let declaration: ToolDeclaration
    private let template: WebRequestTemplate
    private let client: HTTPClient
    private let secret: @Sendable (String) throws -> Secret

    /// More redirects than this lead in a circle.
    package static let redirectLimit = 5
    /// The transfer's own deadline comes second to the runner's, which answers the model and
    /// cancels the transfer; this is for one that the cancellation missed.
    private static let slack = Duration.seconds(1)

    /// Checks the template against the parameters, so that a fault is found at the start.
    ///
    /// `client` starts nothing before the first call; `secret` looks one up by its name, at each.
    package init(
        declaration: ToolDeclaration, settings: WebToolSettings, client: HTTPClient,
        secret: @escaping @Sendable (String) throws -> Secret
    ) throws(ToolDeclarationError) {
        self.declaration = declaration
        self.client = client
        self.secret = secret
        do {
            template = try WebRequestTemplate(settings, schema: declaration.schema)
        } catch {
            throw .badTemplate(declaration.name, error.description)
        }
    }

    /// Sends it, follows redirects to where they may lead, and reads the answer.
    package func call(_ arguments: ToolArguments) async throws -> JSONValue {
        let secrets = try lookUp()
        let hidden = HiddenSecrets(secrets.values)
        var errand = try template.errand(arguments, secrets)
        errand.request.deadline = declaration.terms.deadline + Self.slack
        for _ in 0...Self.redirectLimit {
            let answer = WebAnswer(response: try await send(errand, hidden), hidden: hidden)
            switch answer.response.status {
            case 301, 302, 303, 307, 308:
                guard let location = answer.response.head["location"] else { throw answer.failure }
                try follow(location, answer.response.status, &errand)
            case ..<300: return try answer.result(template.answer)
            default: throw answer.failure
            }
        }
        throw ToolFailure("the server sent the request on more than \(Self.redirectLimit) times")
    }

    private func lookUp() throws(ToolFailure) -> [String: Secret] {
        var secrets: [String: Secret] = [:]
        for name in template.secretNames where secrets[name] == nil {
            do {
                secrets[name] = try secret(name)
            } catch {
                throw ToolFailure("nothing was done: \(error)")
            }
        }
        return secrets
    }

    private func send(_ errand: WebErrand, _ hidden: HiddenSecrets) async throws -> HTTPResponse {
        do throws(HTTPError) {
            return try await client.perform(errand.request)
        } catch .cancelled {
            throw CancellationError()
        } catch {
            throw ToolFailure(hidden.hide(in: error.description))
        }
    }

    private func follow(
        _ location: String, _ status: Int, _ errand: inout WebErrand
    ) throws(ToolFailure) {
        let from = errand.address
        guard let address = from.following(location) else {
            throw ToolFailure("\(from.server) sent the request on to what is no web address")
        }
        guard template.hosts.admit(address) else {
            throw ToolFailure(
                "\(from.server) sent the request on to \(address.server), which is not among the "
                    + "allowed hosts; it was not followed")
        }
        guard address.isSecure || !from.isSecure else {
            throw ToolFailure(
                "\(from.server) sent the request on to an address without encryption; it was not "
                    + "followed")
        }
        try errand.move(to: address, status, reach: template.hosts.reach(address))
    }
}
