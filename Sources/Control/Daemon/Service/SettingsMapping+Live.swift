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
        session.thinkingLevel = set(self[Keys.live.thinking])?.uppercased()
        let budget = self[Keys.live.thinkingBudget]
        session.thinkingBudget = budget < 0 ? nil : budget
        session.proactiveAudio = self[Keys.live.proactiveAudio] ? true : nil
        session.searches = self[Keys.live.webSearch]
        session.affectiveDialog = self[Keys.live.affectiveDialog]
        readChoice(into: &session)
        readTranscripts(into: &session)
        session.translationTarget = set(self[Keys.live.translation])
        session.echoesTarget = self[Keys.live.translationRepeats]
        session.safety = Self.pairs(self[Keys.live.safety]).map { harm, threshold in
            ("HARM_CATEGORY_\(harm.uppercased())", "BLOCK_\(threshold.uppercased())")
        }
        session.labels = Self.pairs(self[Keys.live.labels])
        // The microphone stays open for the device's own rules; the service must follow them.
        if turnMode == .handsFree, !self[Keys.conversation.bargeIn] {
            session.activityHandling = "NO_INTERRUPTION"
        }
        let idle = self[Keys.live.idleClose]
        session.idleMilliseconds = idle == 0 ? nil : Int64(idle) * 1000
        session.replaySeconds = self[Keys.live.replay]
        session.connectTimeoutMilliseconds = Int64(self[Keys.live.connectTimeout])
        return session
    }

    /// How the model chooses its words; what is not set is not sent.
    private func readChoice(into session: inout SessionSettings) {
        func above<Number: Comparable>(_ bound: Number, _ number: Number) -> Number? {
            number > bound ? number : nil
        }
        session.temperature = above(0, self[Keys.live.temperature])
        session.topP = above(0, self[Keys.live.topP])
        session.topK = above(0, self[Keys.live.topK]).map { Double($0) }
        session.seed = above(-1, self[Keys.live.seed])
        session.maximumOutputTokens = above(0, self[Keys.live.outputLimit])
    }

    private func readTranscripts(into session: inout SessionSettings) {
        var heard = SessionSettings.Transcription()
        heard.languages = self[Keys.live.transcriptLanguages]
        heard.vocabulary = self[Keys.live.transcriptWords]
        session.inputTranscription = self[Keys.live.inputTranscript] ? heard : nil
        session.outputTranscription =
            self[Keys.live.outputTranscript] ? SessionSettings.Transcription() : nil
    }

    /// Texts such as "room=kitchen", apart.
    private static func pairs(_ texts: [String]) -> [(name: String, value: String)] {
        texts.map { text in
            let name = text.prefix { $0 != "=" }
            return (String(name), String(text.dropFirst(name.count + 1)))
        }
    }

    var dailyTokenBudget: Int64? {
        let budget = self[Keys.live.dailyBudget]
        return budget == 0 ? nil : Int64(budget)
    }

    /// What the settings ask for and the model refuses, one line each, for `config check`.
    package var complaints: [String] {
        sessionSettings(tools: []).complaints + VoiceSample.read(self).complaints
    }

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
