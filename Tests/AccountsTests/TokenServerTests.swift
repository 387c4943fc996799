import Accounts
import Curl
import TestHTTP
import Testing
import WireCodec

@Suite(.timeLimit(.minutes(5)))
struct TokenServerTests {
    let clock = ManualClock()
    let http = HTTPClient()

    @Test("the metadata server gets the request that it wants")
    func metadata() async throws {
        let server = try ScriptedServer { _ in
            .reply(200, #"{"access_token":"m","expires_in":3000,"token_type":"Bearer"}"#)
        }
        let issued = try await MetadataServer(host: "127.0.0.1:\(server.port)", http: http).issue()
        #expect(issued.token.revealed == "m")
        #expect(issued.lifetime == .seconds(3000))
        let request = try #require(server.received.first)
        #expect(request.method == "GET")
        #expect(
            request.target == "/computeMetadata/v1/instance/service-accounts/default/token")
        #expect(request["metadata-flavor"] == "Google")
    }

    @Test("a machine without a service account is told what to do")
    func noAccount() async throws {
        let server = try ScriptedServer { _ in .reply(404, "no such account") }
        let metadata = MetadataServer(host: "127.0.0.1:\(server.port)", http: http)
        do throws(AccountError) {
            _ = try await metadata.issue()
            Issue.record("a token without an account")
        } catch {
            #expect(!error.isTransient)
            #expect(error.description.contains("404: no such account"))
            #expect(error.description.contains("cloud-platform"))
        }
    }

    @Test("a hundred callers make two requests to a metadata server that failed once")
    func wholeChain() async throws {
        let server = try ScriptedServer { _ in .reply(503, "") }
        let better = try ScriptedServer { _ in
            .reply(200, #"{"access_token":"m","expires_in":3000}"#)
        }
        let hosts = [server.port, better.port].map { "127.0.0.1:\($0)" }
        let source = RefreshedToken(
            issuer: Alternating(hosts.map { MetadataServer(host: $0, http: http) }), clock: clock
        ) { 0.5 }
        let tokens = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<100 { group.addTask { try await source.token().revealed } }
            return try await group.reduce(into: [String]()) { $0.append($1) }
        }
        #expect(tokens == [String](repeating: "m", count: 100))
        #expect(server.received.count == 1)
        #expect(better.received.count == 1)
    }

    /// Asks one issuer after the other.
    private actor Alternating: TokenIssuer {
        private var issuers: [MetadataServer]

        init(_ issuers: [MetadataServer]) { self.issuers = issuers }

        func issue() async throws(AccountError) -> IssuedToken {
            try await issuers.removeFirst().issue()
        }
    }

    @Test("an ephemeral token is asked for with the wire's own names, the key in a header")
    func ephemeral() async throws {
        let server = try ScriptedServer { _ in
            .reply(200, #"{"name":"auth_tokens/abc","expireTime":"2026-12-01T00:30:00Z"}"#)
        }
        var tokens = EphemeralTokens(key: Secret("the-key"), http: http, clock: clock)
        tokens.base = server.url("")
        var wish = EphemeralTokenRequest()
        wish.uses = 2
        wish.lifetime = .seconds(1800)
        wish.startWithin = .seconds(60)
        wish.setup = [
            "model": "models/gemini-3.8-live",
            "generationConfig": ["responseModalities": ["AUDIO"]], "sessionResumption": [:],
        ]
        wish.lock = .given
        #expect(try await tokens.create(wish).revealed == "auth_tokens/abc")
        let request = try #require(server.received.first)
        #expect(request.method == "POST")
        #expect(request.target == "/v1alpha/auth_tokens")
        #expect(request["x-goog-api-key"] == "the-key")
        #expect(request["content-type"] == "application/json")
        #expect(
            try JSONValue(parsing: request.text) == [
                "uses": 2, "expireTime": "2026-09-21T14:43:20.000Z",
                "newSessionExpireTime": "2026-09-21T14:14:20.000Z",
                "bidiGenerateContentSetup": [
                    "model": "models/gemini-3.8-live",
                    "generationConfig": ["responseModalities": ["AUDIO"]],
                    "sessionResumption": [:],
                ],
                "fieldMask": "model,generationConfig.responseModalities,sessionResumption",
            ])
    }

    @Test("a plain ephemeral token asks for nothing that the server sets by default")
    func plainEphemeral() async throws {
        let server = try ScriptedServer { _ in .reply(200, #"{"name":"auth_tokens/abc"}"#) }
        var tokens = EphemeralTokens(key: Secret("the-key"), http: http, clock: clock)
        tokens.base = server.url("/")
        tokens.version = "v1beta"
        _ = try await tokens.create(EphemeralTokenRequest())
        #expect(server.received.first?.target == "/v1beta/auth_tokens")
        #expect(server.received.first?.text == #"{"uses":1}"#)
    }

    @Test("a wrong key, a wrong answer and a wrong request are distinguished")
    func ephemeralTrouble() async throws {
        let server = try ScriptedServer { request in
            request["x-goog-api-key"] == "good"
                ? .reply(200, #"{"name":"something else"}"#)
                : .reply(
                    400,
                    #"{"error":{"code":400,"message":"API key not valid.","#
                        + #""status":"INVALID_ARGUMENT"}}"#)
        }
        func error(_ key: String, _ wish: EphemeralTokenRequest) async -> AccountError? {
            var tokens = EphemeralTokens(key: Secret(key), http: http, clock: clock)
            tokens.base = server.url("")
            do throws(AccountError) {
                _ = try await tokens.create(wish)
                return nil
            } catch {
                return error
            }
        }
        let refused = await error("wrong-key", EphemeralTokenRequest())
        #expect(
            refused?.description.contains("(400: INVALID_ARGUMENT: API key not valid.)") == true)
        #expect(refused?.description.contains("wrong-key") == false)
        guard case .malformedAnswer = await error("good", EphemeralTokenRequest()) else {
            Issue.record("an answer without a token was accepted")
            return
        }
        var wish = EphemeralTokenRequest()
        wish.lifetime = .seconds(21 * 60 * 60)
        guard case .malformedRequest = await error("good", wish) else {
            Issue.record("21 hours were requested")
            return
        }
    }
}
