package import Configuration
package import Curl
package import Tools
package import WireCodec

/// Sends a request to a web server, and gives the model the answer.
package struct HTTPTool: Tool {
    package let declaration: ToolDeclaration
    private let template: WebRequestTemplate
    private let client: HTTPClient
    private let secrets: any SecretPort

    /// More redirects than this are taken for a loop.
    package static let redirectLimit = 5
    /// The transfer's own deadline is this much later than the runner's, which answers the model
    /// and cancels the transfer; it ends one that the cancellation missed.
    private static let slack = Duration.seconds(1)

    /// Checks the template against the parameters, so that a fault is found at the start.
    ///
    /// `client` starts nothing before the first call; `secrets` is asked at each call.
    package init(
        declaration: ToolDeclaration, settings: HTTPToolSettings, client: HTTPClient,
        secrets: any SecretPort
    ) throws(ToolDeclarationError) {
        self.declaration = declaration
        self.client = client
        self.secrets = secrets
        do {
            template = try WebRequestTemplate(settings, schema: declaration.schema)
        } catch {
            throw .badTemplate(declaration.name, error.description)
        }
    }

    /// Sends the request, follows redirects to allowed hosts, and reads the answer.
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
                secrets[name] = try self.secrets.secret(name)
            } catch {
                throw ToolFailure("nothing was done: \(error)")
            }
        }
        return secrets
    }

    private func send(_ errand: RedirectableRequest, _ hidden: HiddenSecrets) async throws
        -> HTTPResponse
    {
        do throws(HTTPError) {
            return try await client.perform(errand.request)
        } catch .cancelled {
            throw CancellationError()
        } catch {
            throw ToolFailure(hidden.hide(in: error.description))
        }
    }

    private func follow(
        _ location: String, _ status: Int, _ errand: inout RedirectableRequest
    ) throws(ToolFailure) {
        let from = errand.address
        guard let address = from.following(location) else {
            throw ToolFailure(
                "\(from.server) sent the request on to something that is not a web address")
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
