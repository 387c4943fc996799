import Testing
import WireCodec

@testable import Simulation

@Suite("Paths, credentials and tokens")
struct AccessTests {
    private static let service = "/ws/google.ai.generativelanguage.v1alpha.GenerativeService."

    private func access(
        _ path: String, query: String = "", _ headers: [String: String] = [:]
    ) -> Access? {
        Access(path: path, query: query, header: { headers[$0] })
    }

    @Test("keys are accepted in the header or the query, on any version, with one slash or two")
    func keys() {
        for slash in ["", "/"] {
            let path = slash + Self.service + "BidiGenerateContent"
            let header = access(path, ["x-goog-api-key": "k"])
            #expect(header?.credential == .key("k"))
            #expect(header?.version == "v1alpha")
            #expect(access(path, query: "alt=ws&key=k%2F")?.credential == .key("k/"))
            #expect(access(path)?.credential == Access.Credential.none)
        }
    }

    @Test("tokens are accepted in the header or the query, and only by their own method")
    func tokens() {
        let path = Self.service + "BidiGenerateContentConstrained"
        #expect(
            access(path, ["authorization": "Token auth_tokens/x", "x-goog-api-key": "y"])?
                .credential == .token("auth_tokens/x"))
        #expect(
            access(path, query: "access_token=auth_tokens/x")?.credential
                == .token("auth_tokens/x"))
        #expect(access(path, ["x-goog-api-key": "k"])?.credential == Access.Credential.none)
    }

    @Test("Vertex has a slash before its method, and a bearer")
    func vertex() {
        let path = "/ws/google.cloud.aiplatform.v1beta1.LlmBidiService/BidiGenerateContent"
        let bearer = access(path, ["authorization": "Bearer b"])
        #expect(bearer?.backend == .vertex)
        #expect(bearer?.credential == .bearer("b"))
    }

    @Test(
        "other paths are refused",
        arguments: [
            "", "/", "/ws", "/ws/google.ai.generativelanguage.v1beta.GenerativeService",
            "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateMusic",
            "/ws/google.ai.generativelanguage.v1beta.GenerativeService/BidiGenerateContent",
            "/ws/google.cloud.aiplatform.v1.LlmBidiService.BidiGenerateContent",
            "/x/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent",
        ])
    func others(path: String) { #expect(access(path) == nil) }

    // MARK: - Tokens

    private func token(_ setup: JSONValue?, _ mask: String?) -> EphemeralToken {
        var token = EphemeralToken(name: "auth_tokens/x", at: 0)
        token.setup = setup
        token.fieldMask = mask
        return token
    }

    private static let client: JSONValue = [
        "model": "models/client", "generationConfig": ["temperature": 1.5, "topK": 3],
        "sessionResumption": ["handle": "h"],
    ]
    private static let own: JSONValue = [
        "model": "models/token", "generationConfig": ["temperature": 0.5],
    ]

    @Test("without a setup in the token the client's counts; without a mask the token's, whole")
    func withoutMask() {
        #expect(token(nil, nil).merged(with: Self.client) == Self.client)
        #expect(token(nil, "model").merged(with: Self.client) == Self.client)
        #expect(token(Self.own, nil).merged(with: Self.client) == Self.own)
    }

    @Test("a mask copies its paths, two levels deep, also in snake case; absent ones are removed")
    func masks() {
        #expect(
            token(Self.own, "model,generationConfig.temperature").merged(with: Self.client) == [
                "model": "models/token", "generationConfig": ["temperature": 0.5, "topK": 3],
                "sessionResumption": ["handle": "h"],
            ])
        #expect(
            token(Self.own, "generationConfig.top_k, session_resumption").merged(with: Self.client)
                == ["model": "models/client", "generationConfig": ["temperature": 1.5]])
        #expect(
            token(Self.own, "speechConfig.voice,").merged(with: Self.client) == Self.client)
    }

    private func connect(_ service: ServiceState, at now: Int64, handle: String? = nil)
        -> TestClient
    {
        let access = access(
            Self.service + "BidiGenerateContentConstrained", query: "access_token=t")
        let client = TestClient(
            .plain, access: access ?? Access(key: nil), service: service, at: now)
        let resumption = handle.map { #""handle": "\#($0)""# } ?? ""
        client.send(
            #"{"setup": {"model": "models/gemini-3.8-live", "sessionResumption": {\#(resumption)}}}"#
        )
        return client
    }

    @Test("a token has a number of uses, which resuming does not spend, and its times")
    func life() throws {
        let service = ServiceState()
        let second: Int64 = 1_000_000_000
        #expect(connect(service, at: 0).closed?.code == 1007)
        var token = EphemeralToken(name: "t", at: 0)
        token.expiresAt = 100 * second
        service.add(token)
        let first = connect(service, at: 59 * second)
        #expect(first.shapes == ["setupComplete"])
        first.send(#"{"clientContent": {"turnComplete": true}}"#)
        first.finish()
        let handle = try #require(first.handle)
        first.disconnect()
        #expect(connect(service, at: first.now).closed?.code == 1007, "its one use is spent")
        let resumed = connect(service, at: 90 * second, handle: handle)
        #expect(resumed.closed == nil)
        resumed.wait(10)
        resumed.send(#"{"realtimeInput": {"text": "a"}}"#)
        #expect(resumed.closed?.reason.hasPrefix("API key expired") == true)
        token.usesLeft = nil
        service.add(token)
        #expect(connect(service, at: 59 * second).closed == nil)
        #expect(connect(service, at: 60 * second).closed?.code == 1007)
    }
}
