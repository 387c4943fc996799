import ModelTypes
import Testing
import VoiceSession
import WebSockets
import WireCodec

@testable import Live

@Suite("The setup, and what each model allows")
struct SetupTests {
    private func settings(
        _ model: String = "gemini-3.8-live", version: String? = nil,
        service: LiveEndpoint.Service = .developer
    ) -> SessionSettings {
        var settings = SessionSettings(
            endpoint: LiveEndpoint(service: service, version: version), model: model)
        settings.systemInstruction = nil
        return settings
    }

    private func setup(_ settings: SessionSettings, history: [Content] = []) -> JSONValue {
        settings.setup(handle: nil, history: history)["setup"] ?? [:]
    }

    @Test(
        "what a model does not allow is not sent, and the reason is reported",
        arguments: [
            ("gemini-3.8-live", "has no thinking setting"),
            ("gemini-2.5-flash-native-audio-preview-12-2025", "takes a thinking budget, no level"),
            ("gemini-9-live", "the unknown model 'gemini-9-live' has no thinking"),
        ])
    func thinking(model: String, complaint: String) {
        var settings = settings(model)
        settings.thinkingLevel = "MINIMAL"
        #expect(setup(settings)["generationConfig"]?["thinkingConfig"] == nil)
        #expect(settings.complaints.contains { $0.contains(complaint) }, "\(settings.complaints)")
    }

    @Test("a model that refuses a setup without a thinking level gets its lowest")
    func aModelThatRefusesA() {
        var settings = settings("gemini-3.8-live-extended-thinking")
        func level() -> String? {
            setup(settings)["generationConfig"]?["thinkingConfig"]?["thinkingLevel"]?.string
        }
        #expect(level() == "LOW")
        #expect(settings.complaints.isEmpty)
        settings.thinkingLevel = "HIGH"
        #expect(level() == "HIGH")
        // An unknown level is no reason to send none.
        settings.thinkingLevel = "MINIMAL"
        #expect(level() == "LOW")
        #expect(
            settings.complaints.contains { $0.contains("does not know the thinking level MINIMAL") }
        )
    }

    @Test("what a model allows is sent without a complaint")
    func allowed() {
        var flash = settings("gemini-3.1-flash-live-preview")
        flash.thinkingLevel = "MINIMAL"
        #expect(flash.complaints.isEmpty)
        let level = setup(flash)["generationConfig"]?["thinkingConfig"]?["thinkingLevel"]
        #expect(level?.string == "MINIMAL")
        var older = settings("gemini-2.5-flash-native-audio-preview-12-2025", version: "v1alpha")
        older.thinkingBudget = 0
        older.proactiveAudio = true
        older.affectiveDialog = true
        #expect(older.complaints.isEmpty)
        let message = setup(older)
        #expect(message["generationConfig"]?["thinkingConfig"]?["thinkingBudget"]?.int == 0)
        #expect(message["proactivity"]?["proactiveAudio"]?.bool == true)
        #expect(message["generationConfig"]?["enableAffectiveDialog"]?.bool == true)
    }

    @Test("an option that needs another version of the API is reported")
    func version() {
        var settings = settings("gemini-2.5-flash-native-audio-preview-12-2025")
        settings.proactiveAudio = true
        #expect(setup(settings)["proactivity"] == nil)
        #expect(
            settings.complaints == [
                "proactive audio of gemini-2.5-flash-native-audio-preview-12-2025 needs api_version "
                    + "\"v1alpha\""
            ])
    }

    @Test("proactive audio is never sent to a model that is always proactive")
    func alwaysProactive() {
        var settings = settings()
        settings.proactiveAudio = false
        #expect(setup(settings)["proactivity"] == nil)
        #expect(settings.complaints == ["gemini-3.8-live is always proactive"])
    }

    @Test("behaviour is declared only to models that know it")
    func behaviour() {
        let tool = FunctionDeclaration(name: "f", description: "d", behavior: .nonBlocking)
        func declared(_ model: String) -> JSONValue? {
            var settings = settings(model)
            settings.tools = [tool]
            return setup(settings)["tools"]?.array?.first?["functionDeclarations"]?.array?.first?[
                "behavior"]
        }
        #expect(declared("gemini-3.8-live")?.string == "NON_BLOCKING")
        #expect(declared("gemini-3.1-flash-live-preview") == nil)
        #expect(declared("something-else") == nil)
    }

    @Test("earlier words are sent as history where that works, else in the instruction")
    func reseed() {
        let history = [Content(role: .user, text: "I am Ada."), Content(role: .model, text: "Hi.")]
        let newer = setup(settings(), history: history)
        #expect(newer["historyConfig"]?["initialHistoryInClientContent"]?.bool == true)
        #expect(newer["systemInstruction"] == nil)
        let other = setup(settings("unheard-of"), history: history)
        #expect(other["historyConfig"] == nil)
        let text = other["systemInstruction"]?["parts"]?.array?.last?["text"]?.string
        #expect(text?.contains("User: I am Ada.\nYou: Hi.") == true)
    }

    @Test("on Vertex the model has its long name, and resumption is transparent")
    func vertex() throws {
        let settings = settings(
            "gemini-live-2.5-flash-native-audio", service: .vertex(project: "p", location: "eu"))
        let message = setup(settings)
        #expect(
            message["model"]?.string
                == "projects/p/locations/eu/publishers/google/models/gemini-live-2.5-flash-native-audio"
        )
        #expect(message["sessionResumption"]?["transparent"]?.bool == true)
        let request = try settings.endpoint.request(
            as: .bearer(Secret("t"), quotaProject: "q"), timeoutMilliseconds: 1)
        #expect(
            request.url.description
                == "wss://eu-aiplatform.googleapis.com:443/ws/google.cloud.aiplatform.v1beta1.LlmBidiService/BidiGenerateContent"
        )
        #expect(request.headers.map(\.name) == ["authorization", "x-goog-user-project"])
        #expect(request.headers[0].value == "Bearer t")
    }

    @Test("an ephemeral token is sent in a header to the method made for it")
    func ephemeralToken() throws {
        let request = try LiveEndpoint().request(
            as: .ephemeralToken(Secret("auth_tokens/x")), timeoutMilliseconds: 1)
        #expect(request.url.description.hasSuffix(".BidiGenerateContentConstrained"))
        #expect(!request.url.description.contains("auth_tokens"))
        #expect(request.headers.first?.value == "Token auth_tokens/x")
    }

    @Test("a key is in a header and nowhere else")
    func key() throws {
        let request = try LiveEndpoint().request(
            as: .key(Secret("AIza-secret")), timeoutMilliseconds: 1)
        #expect(!request.url.description.contains("AIza"))
        #expect(request.headers.first?.value == "AIza-secret")
        #expect(!"\(SessionCredential.fixed(.key(Secret("AIza-secret"))))".contains("AIza"))
    }
}
