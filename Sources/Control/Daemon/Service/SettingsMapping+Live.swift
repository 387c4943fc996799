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
            self[Keys.live.service] == "vertex"
            ? .vertex(
                project: self[Keys.vertex.project], location: self[Keys.vertex.location])
            : .developer
        let endpoint = LiveEndpoint(
            service: service, base: set(self[Keys.live.url]),
            version: set(self[Keys.live.version]),
            certificateAuthorityFile: set(self[Keys.live.authority]))
        var session = SessionSettings(endpoint: endpoint, model: self[Keys.live.model])
        if self[Keys.live.profile] != "auto" {
            session.profile = ModelProfile(of: self[Keys.live.profile])
        }
        session.voice = set(self[Keys.live.voice])
        session.language = set(self[Keys.live.language])
        session.systemInstruction = set(self[Keys.live.instruction])
        session.tools = tools
        session.activity = activity
        session.turnCoverage = set(self[Keys.live.turnCoverage]).map {
            "TURN_INCLUDES_\($0.uppercased())"
        }
        session.isResumable = self[Keys.live.resumption]
        let trigger = self[Keys.live.compressionTrigger]
        session.compression =
            trigger == 0
            ? nil
            : SessionSettings.Compression(
                triggerTokens: trigger, targetTokens: self[Keys.live.compressionTarget])
        if !self[Keys.live.inputTranscript] { session.inputTranscription = nil }
        if !self[Keys.live.outputTranscript] { session.outputTranscription = nil }
        session.thinkingLevel = set(self[Keys.live.thinking])?.uppercased()
        let budget = self[Keys.live.thinkingBudget]
        session.thinkingBudget = budget < 0 ? nil : budget
        session.proactiveAudio = self[Keys.live.proactiveAudio] ? true : nil
        session.searches = self[Keys.live.webSearch]
        session.affectiveDialog = self[Keys.live.affectiveDialog]
        let idle = self[Keys.live.idleClose]
        session.idleMilliseconds = idle == 0 ? nil : Int64(idle) * 1000
        session.replaySeconds = self[Keys.live.replay]
        session.connectTimeoutMilliseconds = Int64(self[Keys.live.connectTimeout])
        return session
    }

    var dailyTokenBudget: Int64? {
        let budget = self[Keys.live.dailyBudget]
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
        detection.startSensitivity = sensitivity(self[Keys.live.startSensitivity], "START")
        detection.endSensitivity = sensitivity(self[Keys.live.endSensitivity], "END")
        detection.prefixPaddingMilliseconds = self[Keys.live.prefixPadding]
        detection.silenceDurationMilliseconds = self[Keys.live.silenceDuration]
        return .automatic(detection)
    }
}
