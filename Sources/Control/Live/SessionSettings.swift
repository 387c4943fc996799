package import ModelTypes

/// What a session is set up with; live-protocol.md section 2 names the fields.
package struct SessionSettings: Sendable {
    /// How the user's turns are found.
    package enum Activity: Sendable, Equatable {
        /// We mark them: the button knows best.
        case manual
        /// The service listens for them.
        case automatic(Detection)
    }

    /// Parameters of the service's own detection; nil leaves its default.
    package struct Detection: Sendable, Equatable {
        /// `START_SENSITIVITY_HIGH` or `_LOW`.
        package var startSensitivity: String?
        /// `END_SENSITIVITY_HIGH` or `_LOW`.
        package var endSensitivity: String?
        /// Speech needed before its start counts.
        package var prefixPaddingMilliseconds: Int?
        /// Silence needed before its end counts.
        package var silenceDurationMilliseconds: Int?

        /// The service's defaults.
        package init() {}
    }

    /// When the service drops old context, and how much it keeps (tokens).
    package struct Compression: Sendable, Equatable {
        package var triggerTokens: Int
        package var targetTokens: Int

        /// A window that is cut down to `targetTokens` when it reaches `triggerTokens`.
        package init(triggerTokens: Int, targetTokens: Int) {
            self.triggerTokens = triggerTokens
            self.targetTokens = targetTokens
        }
    }

    package var endpoint: LiveEndpoint
    /// With or without the `models/` before it.
    package var model: String
    package var voice: String?
    /// BCP 47; native-audio models choose the language themselves.
    package var language: String?
    package var systemInstruction: String?
    package var tools: [FunctionDeclaration] = []
    package var activity = Activity.manual
    /// `START_OF_ACTIVITY_INTERRUPTS` or `NO_INTERRUPTION`.
    package var activityHandling: String?
    /// `TURN_INCLUDES_ONLY_ACTIVITY` and its like.
    package var turnCoverage: String?
    package var isResumable = true
    package var compression: Compression? = Compression(triggerTokens: 25_000, targetTokens: 8_000)
    package var transcribesInput = true
    package var transcribesOutput = true
    /// `MINIMAL`, `LOW`, `MEDIUM` or `HIGH`; only for models that allow it.
    package var thinkingLevel: String?
    package var temperature: Double?
    /// From the call to the open socket, and from there to the end of the setup.
    package var connectTimeoutMilliseconds: Int64 = 10_000
    package var setupTimeoutMilliseconds: Int64 = 10_000

    /// Settings with every default of the configuration; `model` without `models/`.
    package init(endpoint: LiveEndpoint, model: String) {
        self.endpoint = endpoint
        self.model = model
    }

    /// The setup message, as JSON.
    package func setup(handle: String?) -> JSONValue {
        var generation: JSONObject = ["responseModalities": ["AUDIO"]]
        var speech: JSONObject = [:]
        if let voice {
            speech["voiceConfig"] = ["prebuiltVoiceConfig": ["voiceName": .string(voice)]]
        }
        speech["languageCode"] = language.map { .string($0) }
        if !speech.isEmpty { generation["speechConfig"] = .object(speech) }
        if let thinkingLevel {
            generation["thinkingConfig"] = ["thinkingLevel": .string(thinkingLevel)]
        }
        generation["temperature"] = temperature.map { .double($0) }
        var setup: JSONObject = [
            "model": .string(model.hasPrefix("models/") ? model : "models/" + model),
            "generationConfig": .object(generation),
            "realtimeInputConfig": realtimeInput,
        ]
        setup["systemInstruction"] = systemInstruction.map {
            Content(role: .user, parts: [$0]).json
        }
        if !tools.isEmpty {
            setup["tools"] = [["functionDeclarations": .array(tools.map(\.json))]]
        }
        if isResumable {
            setup["sessionResumption"] = handle.map { ["handle": .string($0)] } ?? [:]
        }
        setup["contextWindowCompression"] = compression.map {
            [
                "triggerTokens": .int(Int64($0.triggerTokens)),
                "slidingWindow": ["targetTokens": .int(Int64($0.targetTokens))],
            ]
        }
        if transcribesInput { setup["inputAudioTranscription"] = [:] }
        if transcribesOutput { setup["outputAudioTranscription"] = [:] }
        return ["setup": .object(setup)]
    }

    private var realtimeInput: JSONValue {
        var detection: JSONObject = [:]
        switch activity {
        case .manual:
            detection["disabled"] = true
        case .automatic(let wanted):
            detection["disabled"] = false
            detection["startOfSpeechSensitivity"] = wanted.startSensitivity.map { .string($0) }
            detection["endOfSpeechSensitivity"] = wanted.endSensitivity.map { .string($0) }
            detection["prefixPaddingMs"] = wanted.prefixPaddingMilliseconds.map { .int(Int64($0)) }
            detection["silenceDurationMs"] = wanted.silenceDurationMilliseconds.map {
                .int(Int64($0))
            }
        }
        var input: JSONObject = ["automaticActivityDetection": .object(detection)]
        input["activityHandling"] = activityHandling.map { .string($0) }
        input["turnCoverage"] = turnCoverage.map { .string($0) }
        return .object(input)
    }
}
