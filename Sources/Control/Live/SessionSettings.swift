package import ModelTypes

/// What a session is set up with; live-protocol.md section 2 names the fields.
///
/// `setup` leaves out what the model's profile does not allow; `complaints` says what and why.
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

    /// What a transcription is to be like; every part is optional.
    package struct Transcription: Sendable, Equatable {
        /// BCP 47 hints; empty: the service finds out.
        package var languages: [String] = []
        /// Words that are likely, such as names.
        package var vocabulary: [String] = []

        /// The service's defaults.
        package init() {}
    }

    package var endpoint: LiveEndpoint
    /// With or without the `models/` before it.
    package var model: String
    /// What the model allows.
    package var profile: ModelProfile
    package var voice: String?
    /// BCP 47; native-audio models choose the language themselves.
    package var language: String?
    package var systemInstruction: String?
    package var tools: [FunctionDeclaration] = []
    /// Whether the model may search the web.
    package var searches = false
    package var activity = Activity.manual
    /// `START_OF_ACTIVITY_INTERRUPTS` or `NO_INTERRUPTION`.
    package var activityHandling: String?
    /// `TURN_INCLUDES_ONLY_ACTIVITY` and its like.
    package var turnCoverage: String?
    package var isResumable = true
    package var compression: Compression? = Compression(triggerTokens: 25_000, targetTokens: 8_000)
    /// Nil: none is made.
    package var inputTranscription: Transcription? = Transcription()
    package var outputTranscription: Transcription? = Transcription()
    /// `MINIMAL`, `LOW`, `MEDIUM` or `HIGH`.
    package var thinkingLevel: String?
    /// Tokens; 0 is off, -1 automatic.
    package var thinkingBudget: Int?
    package var includesThoughts = false
    package var temperature: Double?
    package var topP: Double?
    package var topK: Double?
    package var seed: Int?
    package var maximumOutputTokens: Int?
    /// `MEDIA_RESOLUTION_LOW`, `_MEDIUM` or `_HIGH`.
    package var mediaResolution: String?
    /// Whether the model may leave words unanswered that are not for it.
    package var proactiveAudio: Bool?
    package var affectiveDialog = false
    /// A language to translate into (BCP 47); for translation models.
    package var translationTarget: String?
    package var echoesTarget = false
    package var safety: [(category: String, threshold: String)] = []
    /// Keys begin with a letter and hold at most 63 of a-z, 0-9, `_` and `-`.
    package var labels: [(name: String, value: String)] = []
    /// Asks for voice activity; Vertex alone.
    package var explicitVoiceActivity = false
    /// A connection without a turn is closed after this (milliseconds); nil: never.
    package var idleMilliseconds: Int64?
    /// From the call to the open socket, and from there to the end of the setup.
    package var connectTimeoutMilliseconds: Int64 = 10_000
    package var setupTimeoutMilliseconds: Int64 = 10_000
    /// Words kept for sending again after a lost connection (seconds).
    package var replaySeconds = 30

    /// Settings with every default of the configuration.
    package init(endpoint: LiveEndpoint, model: String) {
        self.endpoint = endpoint
        self.model = model
        profile = ModelProfile(of: model)
    }

    /// What is wanted and not sent, because the model or the service refuses it; one line each.
    package var complaints: [String] {
        var lines: [String] = []
        let name = profile.name == "unknown" ? "'\(model)', which is not known here," : profile.name
        switch profile.thinking {
        case .fixed:
            if thinkingLevel != nil || thinkingBudget != nil {
                lines.append("\(name) takes no word about thinking")
            }
        case .levels(let levels):
            if let thinkingLevel, !levels.contains(thinkingLevel) {
                lines.append(
                    "\(name) does not know the thinking level \(thinkingLevel); it knows "
                        + levels.joined(separator: ", "))
            }
            if thinkingBudget != nil { lines.append("\(name) takes a thinking level, no budget") }
        case .budget:
            if thinkingLevel != nil { lines.append("\(name) takes a thinking budget, no level") }
        }
        if let proactiveAudio, proactiveAudio != isProactive {
            let isFixed = profile.proactiveAudio == .alwaysOn
            lines.append(
                isFixed
                    ? "\(name) is always proactive"
                    : unavailable(profile.proactiveAudio, "proactive audio"))
        }
        if affectiveDialog, !isAllowed(profile.affectiveDialog) {
            lines.append(unavailable(profile.affectiveDialog, "affective dialog"))
        }
        if explicitVoiceActivity, !endpoint.isVertex {
            lines.append("voice activity can be asked for on Vertex only")
        }
        return lines
    }

    private func unavailable(_ option: ModelProfile.Option, _ what: String) -> String {
        guard case .optIn(let version) = option else { return "\(profile.name) has no \(what)" }
        return "\(what) of \(profile.name) needs api_version \"\(version)\""
    }

    func isAllowed(_ option: ModelProfile.Option) -> Bool {
        if case .optIn(let version) = option { endpoint.version == version } else { false }
    }

    private var isProactive: Bool {
        profile.proactiveAudio == .alwaysOn
            || (proactiveAudio == true && isAllowed(profile.proactiveAudio))
    }
}
