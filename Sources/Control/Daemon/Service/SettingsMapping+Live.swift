internal import Assistant
package import Configuration
package import Live
package import ModelTypes

// What a Live session is built with.
extension Settings {
    /// The session's settings, with the tools that the model is offered.
    package func sessionSettings(tools: [FunctionDeclaration]) -> SessionSettings {
        func set(_ text: String) -> String? { text.isEmpty ? nil : text }
        let service: LiveEndpoint.Service =
            self[Keys.Live.service] == "vertex"
            ? .vertex(
                project: self[Keys.Vertex.project], location: self[Keys.Vertex.location])
            : .developer
        let endpoint = LiveEndpoint(
            service: service, base: set(self[Keys.Live.url]),
            version: set(self[Keys.Live.version]),
            certificateAuthorityFile: set(self[Keys.Live.authority]))
        var session = SessionSettings(endpoint: endpoint, model: self[Keys.Live.model])
        if self[Keys.Live.profile] != "auto" {
            session.profile = ModelProfile(of: self[Keys.Live.profile])
        }
        session.voice = set(self[Keys.Live.voice])
        session.language = set(self[Keys.Live.language])
        session.systemInstruction = set(self[Keys.Live.instruction])
        session.tools = tools
        session.activity = activity
        session.turnCoverage = set(self[Keys.Live.turnCoverage]).map {
            "TURN_INCLUDES_\($0.uppercased())"
        }
        session.isResumable = self[Keys.Live.resumption]
        let trigger = self[Keys.Live.compressionTrigger]
        session.compression =
            trigger == 0
            ? nil
            : SessionSettings.Compression(
                triggerTokens: trigger, targetTokens: self[Keys.Live.compressionTarget])
        if !self[Keys.Live.inputTranscript] { session.inputTranscription = nil }
        if !self[Keys.Live.outputTranscript] { session.outputTranscription = nil }
        session.thinkingLevel = set(self[Keys.Live.thinking])?.uppercased()
        let budget = self[Keys.Live.thinkingBudget]
        session.thinkingBudget = budget < 0 ? nil : budget
        session.proactiveAudio = self[Keys.Live.proactiveAudio] ? true : nil
        session.searches = self[Keys.Live.webSearch]
        session.affectiveDialog = self[Keys.Live.affectiveDialog]
        let idle = self[Keys.Live.idleClose]
        session.idleMilliseconds = idle == 0 ? nil : Int64(idle) * 1000
        session.replaySeconds = self[Keys.Live.replay]
        session.connectTimeoutMilliseconds = Int64(self[Keys.Live.connectTimeout])
        return session
    }

    var dailyTokenBudget: Int64? {
        let budget = self[Keys.Live.dailyBudget]
        return budget == 0 ? nil : Int64(budget)
    }

    /// What the settings ask for and the model refuses, one line each, for `config check`.
    package var complaints: [String] { sessionSettings(tools: []).complaints }

    /// Whether the model may answer nothing to words that were not meant for it.
    var serviceMayStaySilent: Bool { sessionSettings(tools: []).isProactive }

    private var activity: SessionSettings.Activity {
        guard turnMode == .handsFree else { return .manual }
        func sensitivity(_ text: String, _ kind: String) -> String? {
            text.isEmpty ? nil : "\(kind)_SENSITIVITY_\(text.uppercased())"
        }
        var detection = SessionSettings.Detection()
        detection.startSensitivity = sensitivity(self[Keys.Live.startSensitivity], "START")
        detection.endSensitivity = sensitivity(self[Keys.Live.endSensitivity], "END")
        detection.prefixPaddingMilliseconds = self[Keys.Live.prefixPadding]
        detection.silenceDurationMilliseconds = self[Keys.Live.silenceDuration]
        return .automatic(detection)
    }
}
