extension Keys {
    /// [live]: the model, and how it behaves.
    package struct Live: SettingsSection {
        package static let introduction =
            "The service: which model, how it speaks, how the device reaches it."

        package let model = Setting(
            "live.model", "gemini-3.8-live", .name,
            "The model. gemini-3.8-live is the one that is generally available; others differ in "
                + "what they allow.")
        package let profile = Setting(
            "live.profile", "auto", .nameOr(["auto", "unknown"]),
            "What the model is assumed to allow: auto goes by its name; or the name of a known "
                + "model, for a new one that is like it; or \"unknown\".")
        package let voice = Setting(
            "live.voice", "",
            "A prebuilt voice such as \"Kore\" or \"Puck\"; empty: the model's own.")
        package let language = Setting(
            "live.language", "",
            "BCP 47, such as \"de-DE\". Native-audio models choose the language themselves: "
                + "say it "
                + "in the instruction instead. Empty: not sent.")
        package let instruction = Setting(
            "live.system_instruction",
            "You are the voice of a small device without a screen. Answer in one or two short "
                + "sentences. Use the functions to switch things, and say what you did.", .prose,
            "The system instruction: what the model reads before every conversation.")
        package let service = Setting(
            "live.service", "developer", .oneOf(["developer", "vertex"]),
            "developer: the Gemini API, with a key. vertex: Vertex AI, with an account; see "
                + "[vertex].")
        package let url = Setting(
            "live.url", "", .addressOrNothing,
            "Where the service is: scheme, host and port, such as those that `martlet simulate` "
                + "prints. Empty: the service's own.")
        package let version = Setting(
            "live.api_version", "",
            "The version of the API. Empty: v1beta, and v1beta1 on Vertex.")
        package let authority = Setting(
            "live.ca_file", "", .pathOrNothing,
            "A PEM file whose authorities alone are trusted; empty: those of the system.")
        package let keyFile = Setting(
            "live.key_file", "", .pathOrNothing,
            "A file that holds the API key and nothing else, readable by its owner only. Empty: "
                + "the systemd credential gemini-api-key-sealed or gemini-api-key, then the variable "
                + "GEMINI_API_KEY.")
        package let resumption = Setting(
            "live.resumption", true,
            "Whether a new connection resumes the same conversation; without it each begins a "
                + "new one.")
        package let compressionTrigger = Setting(
            "live.compression_trigger_tokens", 25_000, .range(0...128_000),
            "Old context is dropped beyond this (tokens). All of it is paid for at every "
                + "turn, so "
                + "this bounds what an hour costs. 0: never drop.")
        package let compressionTarget = Setting(
            "live.compression_target_tokens", 8_000, .range(0...128_000),
            "How much context is kept then (tokens); less than the trigger.")
        package let inputTranscript = Setting(
            "live.input_transcription", true,
            "Whether the service writes down what you "
                + "say; it costs some tokens a turn.")
        package let outputTranscript = Setting(
            "live.output_transcription", true,
            "Whether the service writes down what it "
                + "says; it costs some tokens a turn.")
        package let thinking = Setting(
            "live.thinking_level", "", .oneOf(["", "minimal", "low", "medium", "high"]),
            "How long the model thinks; empty: its default. gemini-3.8-live does not allow it; "
                + "gemini-3.8-live-extended-thinking needs one, and gets low.")
        package let thinkingBudget = Setting(
            "live.thinking_budget", -1, .range(-1...32_768),
            "The same for 2.5 models, which take a number of tokens; 0: none, -1: not sent.")
        package let proactiveAudio = Setting(
            "live.proactive_audio", false,
            "Whether the model may leave words unanswered that are not for it; 2.5 models with "
                + "api_version \"v1alpha\" only. 3.8 always does.")
        package let affectiveDialog = Setting(
            "live.affective_dialog", false,
            "Whether the answer follows your tone; 2.5 models with api_version \"v1alpha\" only.")
        package let webSearch = Setting(
            "live.web_search", false,
            "Whether the model may look things up on the web, which is billed per search.")
        package let idleClose = Setting(
            "live.idle_close_s", 600, .range(0...86_400),
            "A connection on which nothing is said for this time is closed; the next word opens "
                + "another, which knows what was said (seconds). 0: never.")
        package let replay = Setting(
            "live.replay_s", 30, .range(1...120),
            "Words that were not answered are kept for this time, to be sent again when the "
                + "connection is lost (seconds).")
        package let dailyBudget = Setting(
            "live.daily_token_budget", 0, .range(0...1_000_000_000),
            "When the tokens of a day are spent, the device says so instead of connecting. All "
                + "tokens count, in and out. 0: no limit.")
        package let startSensitivity = Setting(
            "live.start_sensitivity", "", .oneOf(["", "high", "low"]),
            "Hands-free: how readily the service hears speech begin; empty: its default.")
        package let endSensitivity = Setting(
            "live.end_sensitivity", "", .oneOf(["", "high", "low"]),
            "Hands-free: how readily the service hears speech end; empty: its default.")
        package let prefixPadding = Setting(
            "live.prefix_padding_ms", 20, .range(0...2000),
            "Hands-free: the shortest speech that counts (milliseconds).")
        package let silenceDuration = Setting(
            "live.silence_duration_ms", 800, .range(100...5000),
            "Hands-free: silence of this length ends a turn (milliseconds). Below 500 it splits "
                + "sentences, above 2000 it feels slow.")
        package let turnCoverage = Setting(
            "live.turn_coverage", "", .oneOf(["", "only_activity", "all_input"]),
            "Which part of the sound belongs to a turn; empty: the model's default.")
        package let temperature = Setting(
            "live.temperature", 0.0, .range(0...2),
            "How freely the model chooses its words, above 0 and up to 2; the newest models "
                + "should go without. 0: not sent.")
        package let topP = Setting(
            "live.top_p", 0.0, .range(0...1),
            "It chooses from the likeliest words that together have this probability, above 0 "
                + "and up to 1. 0: not sent.")
        package let topK = Setting(
            "live.top_k", 0, .range(0...1000),
            "How many of the likeliest words it chooses from. 0: not sent.")
        package let seed = Setting(
            "live.seed", -1, .range(-1...2_147_483_647),
            "The same seed makes the same choices again, as far as the service can. -1: not sent.")
        package let outputLimit = Setting(
            "live.max_output_tokens", 0, .range(0...65_536),
            "The most tokens that an answer may have; a longer one is cut. 0: no limit of ours.")
        package let safety = Setting(
            "live.safety", [String](), .form(Self.safety),
            "What is blocked, such as \"dangerous_content=only_high\": harassment, hate_speech, "
                + "sexually_explicit or dangerous_content; then none, only_high, "
                + "medium_and_above or low_and_above. What is not named keeps the service's "
                + "default.")
        package let labels = Setting(
            "live.labels", [String](), .form(Self.label),
            "Labels that mark this device in the account's bills, such as \"room=kitchen\".")
        package let translation = Setting(
            "live.translate_to", "",
            "A language (BCP 47) that translation models translate everything into; other "
                + "models do not accept it. Empty: they do not translate.")
        package let translationRepeats = Setting(
            "live.translate_repeats", false,
            "Whether words that are in that language already are said again.")
        package let transcriptLanguages = Setting(
            "live.transcription_languages", [String](),
            "Languages (BCP 47) that are expected in what you say, for writing it down; none: the "
                + "service finds out.")
        package let transcriptWords = Setting(
            "live.transcription_words", [String](),
            "Words that are hard to write down, such as names of the household.")
        package let voiceSample = Setting(
            "live.voice_sample_file", "", .pathOrNothing,
            "A recording (WAV, 24000 Hz, 16 bits, mono) of a voice that the model is to have, in "
                + "place of live.voice; where the service grants that. Empty: none.")
        package let voiceConsent = Setting(
            "live.voice_consent_file", "", .pathOrNothing,
            "The recording in which the speaker of that voice agrees (WAV as above); the Gemini "
                + "API wants one.")
        package let connectTimeout = Setting(
            "live.connect_timeout_ms", 10_000, .range(1000...60_000),
            "How long connecting may take before it is tried again (milliseconds).")

        private static let harms = [
            "harassment", "hate_speech", "sexually_explicit", "dangerous_content",
        ]
        private static let thresholds = [
            "none", "only_high", "medium_and_above", "low_and_above",
        ]

        private static func safety(_ text: String) -> String? {
            let parts = text.split(separator: "=", omittingEmptySubsequences: false).map(
                String.init)
            guard parts.count == 2 else { return "write WHAT=THRESHOLD" }
            if !harms.contains(parts[0]) {
                return "there is no \"\(parts[0])\"; allowed: \(harms.toml)"
            }
            return thresholds.contains(parts[1])
                ? nil : "there is no \"\(parts[1])\"; allowed: \(thresholds.toml)"
        }

        private static func label(_ text: String) -> String? {
            let name = text.prefix { $0 != "=" }
            let isPlain = name.utf8.allSatisfy { byte in
                (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x5F
                    || byte == 0x2D
            }
            let isName = isPlain && name.utf8.count <= 63 && name.first?.isLetter ?? false
            return isName && name.count < text.count
                ? nil : "write NAME=VALUE; a name has a letter first, then a-z, 0-9, _ and -"
        }
    }

    /// [vertex]: whose account pays, where live.service is "vertex".
    package struct Vertex: SettingsSection {
        package static let introduction =
            "The account that pays, if live.service is \"vertex\"."

        package let project = Setting(
            "vertex.project", "", "The project's id; empty: the account's own.")
        package let location = Setting(
            "vertex.location", "global", .name, "A region such as europe-west4, or global.")
        package let accountFile = Setting(
            "vertex.account_file", "", .pathOrNothing,
            "The key file of a service account, readable by its owner only. Empty: the account "
                + "of the machine, if it runs in Google's cloud.")
    }
}
