import ModelTypes
import Testing
import VoiceSession
import WireCodec

@testable import Live

@Suite("Options that are not sent, and their complaints")
struct ComplaintTests {
    private func setup(_ settings: SessionSettings) -> JSONValue {
        settings.setup(handle: nil)["setup"] ?? [:]
    }

    private func settings(vertex: Bool = false) -> SessionSettings {
        let service = LiveEndpoint.Service.vertex(project: "p", location: "global")
        return SessionSettings(
            endpoint: LiveEndpoint(service: vertex ? service : .developer),
            model: "gemini-3.8-live")
    }

    @Test("an unknown voice is not sent, and the likely one is named")
    func voices() {
        var settings = settings()
        settings.voice = "kore"
        #expect(setup(settings)["generationConfig"]?["speechConfig"] == nil)
        #expect(settings.complaints.first?.contains("'Kore'") == true)
        settings.voice = "Nobody"
        #expect(settings.complaints.first?.contains("Zephyr") == true)
        settings.voice = "Kore"
        #expect(settings.complaints.isEmpty)
    }

    @Test("a language is sent to Vertex only")
    func language() {
        for vertex in [true, false] {
            var settings = settings(vertex: vertex)
            settings.language = "de-DE"
            let sent = setup(settings)["generationConfig"]?["speechConfig"]?["languageCode"]
            #expect(sent?.string == (vertex ? "de-DE" : nil))
            #expect(settings.complaints.isEmpty == vertex)
        }
    }

    @Test("a target language is for the model that translates")
    func translation() {
        for model in ["gemini-3.5-live-translate-preview", "gemini-3.8-live"] {
            var settings = SessionSettings(endpoint: LiveEndpoint(), model: model)
            settings.translationTarget = "fr"
            let isSent = setup(settings)["generationConfig"]?["translationConfig"] != nil
            #expect(isSent == model.contains("translate"))
            #expect(settings.complaints.isEmpty == isSent)
        }
    }

    @Test("search beside functions is not requested from a model that cannot do both")
    func search() {
        for model in ["gemini-2.5-flash-native-audio-preview-12-2025", "gemini-3.8-live"] {
            var settings = SessionSettings(endpoint: LiveEndpoint(), model: model)
            settings.searches = true
            #expect(setup(settings)["tools"]?.array?.count == 1)
            settings.tools = [FunctionDeclaration(name: "f", description: "d")]
            let groups = setup(settings)["tools"]?.array ?? []
            let isSent = groups.contains { $0["googleSearch"] != nil }
            #expect(isSent == model.contains("3.8"))
            #expect(settings.complaints.isEmpty == isSent)
        }
    }

    @Test(
        "a label for which the service would close is not sent",
        arguments: ["Room", "1st", "", "a b", "ümlaut"])
    func labels(name: String) {
        var settings = settings()
        settings.labels = [(name, "x"), ("safety_identifier", "y")]
        #expect(setup(settings)["labels"] == ["safety_identifier": "y"])
        #expect(settings.complaints.count == 1)
    }

    @Test("a compression for which the service would close is brought within its limits")
    func compression() {
        func sent(_ trigger: Int, _ target: Int, vertex: Bool) -> [Int64?] {
            var settings = settings(vertex: vertex)
            settings.compression = .init(triggerTokens: trigger, targetTokens: target)
            let window = setup(settings)["contextWindowCompression"]
            #expect(settings.complaints.count == 1)
            return [window?["triggerTokens"]?.int, window?["slidingWindow"]?["targetTokens"]?.int]
        }
        #expect(sent(4_000, 4_000, vertex: false) == [4_000, 2_000])
        #expect(sent(4_000, 1_000, vertex: true) == [5_000, 1_000])
        #expect(sent(200_000, 8_000, vertex: true) == [128_000, 8_000])
    }

    @Test("the handle is in the setup and nowhere else")
    func handle() {
        let message = settings().setup(handle: "h-1").serialized
        #expect(message.contains(#""sessionResumption":{"handle":"h-1"}"#))
        #expect(message.split(separator: "h-1").count == 2)
    }
}
