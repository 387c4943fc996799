internal import Curl
internal import ModelTypes
internal import Tools
internal import WireCodec

/// The REST API of Home Assistant (developers.home-assistant.io/docs/api/rest): states, and service
/// calls while there is no WebSocket.
struct HomeREST: Sendable {
    /// All states of a large home are megabytes (bytes).
    static let responseLimitBytes = 16 << 20
    /// Longer than any tool waits, for a transfer that its cancellation missed.
    static let deadline = Duration.seconds(60)

    /// The address without a slash at the end.
    let base: String
    let authorityFile: String?
    let client: HTTPClient
    let token: @Sendable () throws -> Secret

    /// The state of one entity, from `GET /api/states/ENTITY`; nil if there is none.
    func state(of id: String, within deadline: Duration = deadline) async throws -> JSONValue? {
        let response = try await send(
            "GET", "/api/states/\(PercentEncoding.encode(id))", nil, deadline)
        return response.status == 404 ? nil : try json(response)
    }

    /// The states of all entities.
    func states(within deadline: Duration = deadline) async throws -> [JSONValue] {
        try json(try await send("GET", "/api/states", nil, deadline)).array ?? []
    }

    /// Calls a service on entities.
    func call(_ service: HomeService, on entities: [String]) async throws {
        var data = service.data
        data["entity_id"] = .array(entities.map { .string($0) })
        _ = try json(
            try await send(
                "POST", "/api/services/\(service.domain)/\(service.service)",
                Array(JSONValue.object(data).serialized.utf8), Self.deadline))
    }

    private func send(
        _ method: String, _ path: String, _ body: [UInt8]?, _ deadline: Duration
    ) async throws -> HTTPResponse {
        var request = HTTPRequest(method, base + path)
        request.headers = [HTTPHeader("Authorization", try token().asBearer)]
        if body != nil { request.headers.append(HTTPHeader("Content-Type", "application/json")) }
        request.body = body
        request.deadline = deadline
        request.responseLimitBytes = Self.responseLimitBytes
        request.certificateAuthorityFile = authorityFile
        request.proxy = .none
        do throws(HTTPError) {
            return try await client.perform(request)
        } catch .cancelled {
            throw CancellationError()
        } catch {
            throw ToolFailure("Home Assistant is away: \(error)")
        }
    }

    private func json(_ response: HTTPResponse) throws(ToolFailure) -> JSONValue {
        switch response.status {
        case 200, 201: break
        case 401, 403: throw ToolFailure(HomeWords.badToken("status \(response.status)"))
        // It reports nothing else about the mistake.
        case 400: throw ToolFailure("Home Assistant refused it: the service does not take this")
        case 404:
            throw ToolFailure(
                "there is no Home Assistant at the address of the settings (status 404): its url "
                    + "is the address alone, without the path of a page or of its API")
        default: throw ToolFailure("Home Assistant failed with status \(response.status)")
        }
        do {
            return try JSONValue(parsing: response.body)
        } catch {
            throw ToolFailure("Home Assistant did not answer with JSON: \(error)")
        }
    }
}

/// Texts about Home Assistant that several places use.
enum HomeWords {
    /// Its own words in answers are cut (characters).
    static let quoteLimit = 300

    static func badToken(_ reason: String) -> String {
        "Home Assistant does not accept the token (\(cut(reason))); a new long-lived token has to "
            + "be made there and put into the secret"
    }

    static func cut(_ words: String) -> String {
        words.count > quoteLimit ? words.prefix(quoteLimit) + "…" : words
    }
}
