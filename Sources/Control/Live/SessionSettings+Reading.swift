package import Configuration
package import ModelTypes

// Reading a session's setup from the owner's settings.

extension LiveEndpoint {
    /// The service that the device's owner chose.
    package init(_ settings: Settings) {
        let service: Service =
            settings[Keys.live.service] == "vertex"
            ? .vertex(
                project: settings[Keys.vertex.project], location: settings[Keys.vertex.location])
            : .developer
        self.init(
            service: service, base: Written.text(settings[Keys.live.url]),
            version: Written.text(settings[Keys.live.version]),
            certificateAuthorityFile: Written.text(settings[Keys.live.authority]))
    }
}

extension SessionSettings {
    /// A session with the owner's settings; with another endpoint or model where they are given.
    package init(
        _ settings: Settings = Settings(), endpoint: LiveEndpoint? = nil, model: String? = nil,
        tools: [FunctionDeclaration] = []
    ) {
        self.endpoint = endpoint ?? LiveEndpoint(settings)
        self.model = model ?? settings[Keys.live.model]
        let profiled = settings[Keys.live.profile]
        profile = ModelProfile(of: profiled == "auto" ? self.model : profiled)
        self.tools = tools
        isResumable = settings[Keys.live.resumption]
        let trigger = settings[Keys.live.compressionTrigger]
        compression =
            trigger == 0
            ? nil
            : Compression(
                triggerTokens: trigger, targetTokens: settings[Keys.live.compressionTarget])
        replaySeconds = settings[Keys.live.replay]
        connectTimeoutMilliseconds = Int64(settings[Keys.live.connectTimeout])
        let idle = settings[Keys.live.idleClose]
        idleMilliseconds = idle == 0 ? nil : Int64(idle) * 1000
        outputTranscription = settings[Keys.live.outputTranscript] ? Transcription() : nil
        inputTranscription = nil
        if settings[Keys.live.inputTranscript] {
            var heard = Transcription()
            heard.languages = settings[Keys.live.transcriptLanguages]
            heard.vocabulary = settings[Keys.live.transcriptWords]
            inputTranscription = heard
        }
        readTurns(settings)
        readAnswers(settings)
        readWishes(settings)
    }

    /// How turns are detected.
    private mutating func readTurns(_ settings: Settings) {
        turnCoverage = Written.text(settings[Keys.live.turnCoverage]).map {
            "TURN_INCLUDES_\($0.uppercased())"
        }
        guard settings[Keys.conversation.mode] == "hands-free" else { return }
        // The microphone stays open for the device's own rules; the service must follow them.
        if !settings[Keys.conversation.bargeIn] { activityHandling = "NO_INTERRUPTION" }
        func sensitivity(_ text: String, _ kind: String) -> String? {
            text.isEmpty ? nil : "\(kind)_SENSITIVITY_\(text.uppercased())"
        }
        var detection = Detection()
        detection.startSensitivity = sensitivity(settings[Keys.live.startSensitivity], "START")
        detection.endSensitivity = sensitivity(settings[Keys.live.endSensitivity], "END")
        detection.prefixPaddingMilliseconds = settings[Keys.live.prefixPadding]
        detection.silenceDurationMilliseconds = settings[Keys.live.silenceDuration]
        activity = .automatic(detection)
    }

    /// How the model answers; what is not set is not sent.
    private mutating func readAnswers(_ settings: Settings) {
        func above<Number: Comparable>(_ bound: Number, _ number: Number) -> Number? {
            number > bound ? number : nil
        }
        voice = Written.text(settings[Keys.live.voice])
        language = Written.text(settings[Keys.live.language])
        systemInstruction = Written.text(settings[Keys.live.instruction])
        thinkingLevel = Written.text(settings[Keys.live.thinking])?.uppercased()
        thinkingBudget = above(-1, settings[Keys.live.thinkingBudget])
        temperature = above(0, settings[Keys.live.temperature])
        topP = above(0, settings[Keys.live.topP])
        topK = above(0, settings[Keys.live.topK]).map { Double($0) }
        seed = above(-1, settings[Keys.live.seed])
        maximumOutputTokens = above(0, settings[Keys.live.outputLimit])
    }

    /// Further features that are switched on or off.
    private mutating func readWishes(_ settings: Settings) {
        proactiveAudio = settings[Keys.live.proactiveAudio] ? true : nil
        searches = settings[Keys.live.webSearch]
        affectiveDialog = settings[Keys.live.affectiveDialog]
        translationTarget = Written.text(settings[Keys.live.translation])
        echoesTarget = settings[Keys.live.translationRepeats]
        safety = Written.pairs(settings[Keys.live.safety]).map { harm, threshold in
            ("HARM_CATEGORY_\(harm.uppercased())", "BLOCK_\(threshold.uppercased())")
        }
        labels = Written.pairs(settings[Keys.live.labels])
    }
}

/// Texts of the settings; an empty one means that none is set.
private enum Written {
    static func text(_ text: String) -> String? { text.isEmpty ? nil : text }

    /// Texts such as "room=kitchen", split into name and value.
    static func pairs(_ texts: [String]) -> [(name: String, value: String)] {
        texts.map { text in
            let name = text.prefix { $0 != "=" }
            return (String(name), String(text.dropFirst(name.count + 1)))
        }
    }
}
