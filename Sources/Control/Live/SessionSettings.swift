package import ModelTypes

/// The setup of a session; live-protocol.md section 2 names the fields.
///
/// `setup` leaves out what the model's profile does not allow; `complaints` lists it with the
/// reasons. Features that no model supports here are not represented: pictures as answers, several
/// speakers, candidates, schemas of answers, and tools that the schema knows but the models refuse.
package struct SessionSettings: Sendable {
    /// How the user's turns are detected.
    package enum Activity: Sendable, Equatable {
        /// We mark them, from the button.
        case manual
        /// The service detects them.
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

    /// The parameters of a transcription; all are optional.
    package struct Transcription: Sendable, Equatable {
        /// BCP 47 hints; empty: the service detects the language.
        package var languages: [String] = []
        /// Words that are likely, such as names.
        package var vocabulary: [String] = []

        /// The service's defaults.
        package init() {}
    }

    /// A voice made from a recording (24 kHz, 16 bit, WAV).
    package struct ReplicatedVoice: Sendable, Equatable {
        package var sample: [UInt8]
        /// The speaker's spoken consent; only on the Developer API.
        package var consent: [UInt8]?

        /// A voice like that of the sample.
        package init(sample: [UInt8]) { self.sample = sample }
    }

    package var endpoint: LiveEndpoint
    /// With or without the `models/` before it.
    package var model: String
    /// What the model allows.
    package var profile: ModelProfile
    /// One of `Voices.prebuilt`.
    package var voice: String?
    /// Replaces a prebuilt one.
    package var replicatedVoice: ReplicatedVoice?
    /// BCP 47; on the Developer API the models choose the language themselves.
    package var language: String?
    package var systemInstruction: String?
    package var tools: [FunctionDeclaration] = []
    /// Whether the model may search the web.
    package var searches = false
    package var activity = Activity.manual
    /// `START_OF_ACTIVITY_INTERRUPTS` or `NO_INTERRUPTION`.
    package var activityHandling: String?
    /// `TURN_INCLUDES_ONLY_ACTIVITY` and similar values.
    package var turnCoverage: String?
    package var isResumable: Bool
    package var compression: Compression?
    /// Nil: none is made.
    package var inputTranscription: Transcription?
    package var outputTranscription: Transcription?
    /// `MINIMAL`, `LOW`, `MEDIUM` or `HIGH`.
    package var thinkingLevel: String?
    /// Tokens; 0 is off, -1 automatic.
    package var thinkingBudget: Int?
    package var temperature: Double?
    package var topP: Double?
    package var topK: Double?
    package var seed: Int?
    package var maximumOutputTokens: Int?
    /// `MEDIA_RESOLUTION_LOW`, `_MEDIUM` or `_HIGH`.
    package var mediaResolution: String?
    /// Whether the model may leave words unanswered that are not addressed to it.
    package var proactiveAudio: Bool?
    /// The same for what the camera sees; needs `proactiveAudio`.
    package var proactiveVideo = false
    package var affectiveDialog = false
    /// A language to translate into (BCP 47); for translation models.
    package var translationTarget: String?
    package var echoesTarget = false
    package var safety: [(category: String, threshold: String)] = []
    /// Keys begin with a letter and hold at most 63 of a-z, 0-9, `_` and `-`.
    package var labels: [(name: String, value: String)] = []
    /// A connection without a turn is closed after this (milliseconds); nil: never.
    package var idleMilliseconds: Int64?
    /// The time-out from the call to the open socket, and the one from there to the end of the
    /// setup.
    package var connectTimeoutMilliseconds: Int64
    package var setupTimeoutMilliseconds: Int64 = 10_000
    /// Words kept for sending again after a lost connection (seconds).
    package var replaySeconds: Int
}
