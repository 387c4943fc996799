/// Every setting, declared once; in the order of the shipped file.
package enum Keys {
    /// [live]: the model, and how it behaves.
    package enum Live {
        package static let model = Setting(
            "live.model", "gemini-3.8-live", .name,
            "The model. gemini-3.8-live is the one that is generally available; others differ in "
                + "what they allow.")
        package static let voice = Setting(
            "live.voice", "",
            "A prebuilt voice such as \"Kore\" or \"Puck\"; empty: the model's own.")
        package static let language = Setting(
            "live.language", "",
            "BCP 47, such as \"de-DE\". Native-audio models choose the language themselves: "
                + "say it "
                + "in the instruction instead. Empty: not sent.")
        package static let instruction = Setting(
            "live.system_instruction",
            "You are the voice of a small device without a screen. Answer in one or two short "
                + "sentences. Use the functions to switch things, and say what you did.", .prose,
            "The system instruction: what the model reads before every conversation.")
        package static let url = Setting(
            "live.url", "", .addressOrNothing,
            "Where the service is: scheme, host and port, such as those that `martlet simulate` "
                + "prints. Empty: the service's own.")
        package static let service = Setting(
            "live.service", "developer", .oneOf(["developer", "vertex"]),
            "developer: the Gemini API, with a key. vertex: Vertex AI, with an account; see "
                + "[vertex].")
        package static let profile = Setting(
            "live.profile", "auto", .nameOr(["auto", "unknown"]),
            "What the model is taken to allow: auto goes by its name; else the name of a model "
                + "that is known here, for a new one that is like it; or \"unknown\".")
        package static let version = Setting(
            "live.api_version", "",
            "The version of the API. Empty: v1beta, and v1beta1 on Vertex.")
        package static let authority = Setting(
            "live.ca_file", "", .pathOrNothing,
            "A PEM file whose authorities alone are trusted; empty: those of the system.")
        package static let keyFile = Setting(
            "live.key_file", "", .pathOrNothing,
            "A file that holds the API key and nothing else, readable by its owner only. Empty: "
                + "the systemd credential gemini-api-key, then the variable GEMINI_API_KEY.")
        package static let resumption = Setting(
            "live.resumption", true,
            "Whether a lost connection takes up the same "
                + "conversation; without it each begins anew.")
        package static let compressionTrigger = Setting(
            "live.compression_trigger_tokens", 25_000, .range(0...128_000),
            "Old context is dropped beyond this (tokens). All of it is paid for at every "
                + "turn, so "
                + "this bounds what an hour costs. 0: never drop.")
        package static let compressionTarget = Setting(
            "live.compression_target_tokens", 8_000, .range(0...128_000),
            "So much context is kept then (tokens); less than the trigger.")
        package static let inputTranscript = Setting(
            "live.input_transcription", true,
            "Whether the service writes down what you "
                + "say; it costs some tokens a turn.")
        package static let outputTranscript = Setting(
            "live.output_transcription", true,
            "Whether the service writes down what it "
                + "says; it costs some tokens a turn.")
        package static let thinking = Setting(
            "live.thinking_level", "", .oneOf(["", "minimal", "low", "medium", "high"]),
            "How long the model thinks; empty: its default. gemini-3.8-live does not allow it; "
                + "gemini-3.8-live-extended-thinking needs one, and gets low.")
        package static let thinkingBudget = Setting(
            "live.thinking_budget", -1, .range(-1...32_768),
            "The same for 2.5 models, which take a number of tokens; 0: none, -1: not sent.")
        package static let proactiveAudio = Setting(
            "live.proactive_audio", false,
            "Whether the model may leave words unanswered that are not for it; 2.5 models with "
                + "api_version \"v1alpha\" only. 3.8 always does.")
        package static let affectiveDialog = Setting(
            "live.affective_dialog", false,
            "Whether the answer follows your tone; 2.5 models with api_version \"v1alpha\" only.")
        package static let webSearch = Setting(
            "live.web_search", false,
            "Whether the model may look things up on the web, which is billed by the search.")
        package static let idleClose = Setting(
            "live.idle_close_s", 600, .range(0...86_400),
            "A connection on which nothing is said for this time is closed; the next word opens "
                + "another, which knows what was said (seconds). 0: never.")
        package static let replay = Setting(
            "live.replay_s", 30, .range(1...120),
            "Words that were not answered are kept for this time, to be sent again when the "
                + "connection is lost (seconds).")
        package static let dailyBudget = Setting(
            "live.daily_token_budget", 0, .range(0...1_000_000_000),
            "When the tokens of a day are spent, the device says so instead of connecting. All "
                + "tokens count, in and out. 0: no limit.")
        package static let startSensitivity = Setting(
            "live.start_sensitivity", "", .oneOf(["", "high", "low"]),
            "Hands-free: how readily the service hears speech begin; empty: its default.")
        package static let endSensitivity = Setting(
            "live.end_sensitivity", "", .oneOf(["", "high", "low"]),
            "Hands-free: how readily the service hears speech end; empty: its default.")
        package static let prefixPadding = Setting(
            "live.prefix_padding_ms", 20, .range(0...2000),
            "Hands-free: the shortest speech that counts (milliseconds).")
        package static let silenceDuration = Setting(
            "live.silence_duration_ms", 800, .range(100...5000),
            "Hands-free: silence of this length ends a turn (milliseconds). Below 500 it splits "
                + "sentences, above 2000 it feels slow.")
        package static let turnCoverage = Setting(
            "live.turn_coverage", "", .oneOf(["", "only_activity", "all_input"]),
            "What of the sound belongs to a turn; empty: the model's default.")
        package static let connectTimeout = Setting(
            "live.connect_timeout_ms", 10_000, .range(1000...60_000),
            "How long connecting may take before it is tried anew (milliseconds).")
    }

    /// [vertex]: whose account pays, where live.service is "vertex".
    package enum Vertex {
        package static let project = Setting(
            "vertex.project", "", "The project's id; empty: the account's own.")
        package static let location = Setting(
            "vertex.location", "global", .name, "A region such as europe-west4, or global.")
        package static let accountFile = Setting(
            "vertex.account_file", "", .pathOrNothing,
            "The key file of a service account, readable by its owner only. Empty: the account "
                + "of the machine, where it stands in Google's cloud.")
    }

    /// [conversation]: how a turn is opened and ended.
    package enum Conversation {
        package static let mode = Setting(
            "conversation.mode", "hold", .oneOf(["hold", "tap", "hands-free"]),
            "hold: talk while the button is held. tap: press, talk, press or fall silent. "
                + "hands-free: just talk.")
        package static let preRoll = Setting(
            "conversation.pre_roll_ms", 300, .range(0...2000),
            "Sound from before the press that is sent too, so that no first word is lost "
                + "(milliseconds). 0: the microphone is closed while nobody presses, and the "
                + "time that opening it takes is lost.")
        package static let bargeIn = Setting(
            "conversation.voice_interrupts", true,
            "Whether a voice interrupts the answer in hands-free mode. Where the device interrupts "
                + "itself, see audio.echo before you set it to false.")
        package static let falseInterruption = Setting(
            "conversation.false_interruption_ms", 1500, .range(0...10_000),
            "An answer that a voice interrupted goes on when no words are found within this time "
                + "after the voice (milliseconds), as after a cough. 0: it never goes on.")
        package static let maximumTurn = Setting(
            "conversation.maximum_turn_s", 120, .range(5...600),
            "A turn is closed after this, so that a stuck button cannot send for ever (seconds).")
        package static let thinkingTimeout = Setting(
            "conversation.thinking_timeout_s", 15, .range(2...120),
            "How long an answer is awaited before the turn is given up (seconds).")
        package static let offlinePatience = Setting(
            "conversation.offline_patience_s", 10, .range(0...30),
            "How long words that were said without a connection are kept for when it is "
                + "back (seconds). 0: they are not.")
        package static let listeningSound = Setting(
            "conversation.listening_sound", false,
            "Whether a short sound says that the "
                + "microphone is open.")
    }

    /// Formats by the names of ALSA's tools, those that cost least first.
    static let sampleFormats = [
        "auto", "S16_LE", "S32_LE", "S24_3LE", "S24_LE", "S20_3LE", "S20_LE", "S18_3LE",
        "FLOAT_LE",
    ]

    /// [audio.capture]: the microphone.
    package enum Capture {
        package static let device = Setting(
            "audio.capture.device", "auto", .nameOr(["auto", "null", "default"]),
            "An ALSA name with the card's id, such as \"plughw:CARD=Headset,DEV=0\", a .wav "
                + "file, or \"null\". auto: the best card there is; the journal says which, and "
                + "why.")
        package static let rate = Setting(
            "audio.capture.rate", 16_000, .range(8000...192_000),
            "What the device is asked for (Hz); it is converted to 16000 where it grants "
                + "another.")
        package static let channels = Setting(
            "audio.capture.channels", 1, .range(1...8),
            "How many channels the device is "
                + "asked for; arrays of microphones have several.")
        package static let format = Setting(
            "audio.capture.format", "auto", .oneOf(sampleFormats),
            "How the device shall have its samples, where it can; they are converted here. auto: "
                + "as costs least, and 32 bits for bare I2S microphones (INMP441, SPH0645), which "
                + "give nothing useful in less.")
        package static let channel = Setting(
            "audio.capture.channel", 0, .range(-1...7),
            "Which channel is used, counted from 0; -1: the mean of all.")
        package static let level = Setting(
            "audio.capture.level_percent", -1, .range(-1...100),
            "How sensitive the card's microphone is set whenever it is opened (percent), since a "
                + "card that was unplugged forgets it. -1: it is left as it is.")
        package static let levelControl = Setting(
            "audio.capture.level_control", "auto", .nameOr(["auto"]),
            "The control of the card that this is set with, as alsamixer shows it. auto: the "
                + "likeliest that it has.")
        package static let highPass = Setting(
            "audio.capture.high_pass_hz", 80, .range(0...300),
            "What lies below is taken out: hum, rumble, a microphone's offset (Hz). 0: nothing.")
    }

    /// [audio.playback]: the loudspeaker.
    package enum Playback {
        package static let device = Setting(
            "audio.playback.device", "auto", .nameOr(["auto", "null", "default"]),
            "The same for the loudspeaker; a .wav file is written. Answers, sounds, alarms and "
                + "music go through one mixer to it.")
        package static let rate = Setting(
            "audio.playback.rate", 24_000, .range(8000...192_000),
            "What the device is asked for (Hz); the answers come with 24000 and are "
                + "converted where it grants another.")
        package static let channels = Setting(
            "audio.playback.channels", 1, .range(1...2),
            "How many channels the device is "
                + "asked for; both of two get the same.")
        package static let format = Setting(
            "audio.playback.format", "auto", .oneOf(sampleFormats),
            "How the device shall have its samples, as in [audio.capture]. On a card with an I2S "
                + "line both ways must have the same.")
        package static let volume = Setting(
            "audio.playback.volume", -1, .range(-1...100),
            "The volume to begin with (percent of loudness; half sounds half as loud). -1: as the "
                + "card has it.")
        package static let mixer = Setting(
            "audio.playback.mixer", "auto", .nameOr(["auto", "soft"]),
            "Where the volume is set. auto: at the card where it has a control for it, else in "
                + "the device's own mixer. soft: always there. Else the name of the card's "
                + "control, such as \"Speaker\".")
        package static let prebufferLimit = Setting(
            "audio.playback.prebuffer_limit_ms", 1000, .range(0...5000),
            "The most that prebuffer_ms grows to by itself where answers come haltingly "
                + "(milliseconds); where they come fast it shrinks.")
        package static let leadIn = Setting(
            "audio.playback.lead_in_ms", 0, .range(0...3000),
            "Silence before the first sound after a pause (milliseconds), for amplifiers that "
                + "wake up slowly. It is played while you talk, so that answers are not later.")
        package static let keepRunning = Setting(
            "audio.playback.keep_running_s", 0, .range(-1...3600),
            "How long the device plays silence after a sound (seconds), for amplifiers that fall "
                + "asleep. -1: always, which costs some of the processor.")
        package static let faintNoise = Setting(
            "audio.playback.faint_noise", false,
            "Whether such silence is noise in the last bit, for amplifiers that digital silence "
                + "sends to sleep.")
        package static let speechLevel = Setting(
            "audio.playback.speech_db", 0.0, .range(-60...0),
            "How loud answers are beside the rest (decibels).")
        package static let earconLevel = Setting(
            "audio.playback.sounds_db", 0.0, .range(-60...0),
            "The same for the device's own sounds.")
        package static let musicLevel = Setting(
            "audio.playback.music_db", 0.0, .range(-60...0), "The same for music.")
        package static let alarmLevel = Setting(
            "audio.playback.alarm_db", 0.0, .range(-60...0), "The same for alarms.")
        package static let duck = Setting(
            "audio.playback.duck_db", -15.0, .range(-60...0),
            "How far music and alarms step back while somebody talks (decibels).")
        package static let prebuffer = Setting(
            "audio.playback.prebuffer_ms", 60, .range(0...1000),
            "Speech that must be there before playback begins (milliseconds). More rides "
                + "over a slow network, and answers later.")
    }

    /// [audio]: what both directions share.
    package enum Audio {
        package static let period = Setting(
            "audio.period_ms", 20, .range(5...100),
            "The time between two wake-ups of the sound threads (milliseconds). Less "
                + "answers sooner and costs more of the processor.")
        package static let buffer = Setting(
            "audio.buffer_ms", 80, .range(20...1000),
            "What the devices hold (milliseconds); at least two periods. More rides over a "
                + "busy processor.")
        package static let priority = Setting(
            "audio.real_time_priority", 20, .range(0...99),
            "SCHED_FIFO priority of the sound threads, where the system grants it "
                + "(LimitRTPRIO of the unit); 0: none.")
        package static let resamplerQuality = Setting(
            "audio.resampler_quality", 4, .range(0...10),
            "How well rates are converted where a card has not the service's own: 0 costs least, "
                + "10 is best. Above 4 speech sounds no better.")
        package static let memoryLock = Setting(
            "audio.lock_memory", true,
            "Whether the daemon's memory stays where it is, so that no sound thread waits for a "
                + "page from the card; where the system grants it (LimitMEMLOCK of the unit).")
    }

    /// [sounds]: the device's own sounds.
    package enum Sounds {
        package static let enabled = Setting(
            "sounds.enabled", true,
            "Whether it makes sounds, such as for an error.")
        package static let directory = Setting(
            "sounds.directory", "", .pathOrNothing,
            "A folder with sounds of your own in place of the device's: listening.opus or "
                + "listening.wav, and so for done, error, muted, offline, no_microphone, refused, "
                + "no_key, no_network, settings, budget, timer, alarm. They are made as loud as the others. Empty: none."
        )
    }

    /// [log]: what is written to the journal.
    package enum Log {
        package static let level = Setting(
            "log.level", "info", .oneOf(["error", "warning", "notice", "info", "debug"]),
            "What is written to the journal; each level has those before it.")
        package static let transcripts = Setting(
            "log.transcripts", false,
            "Whether what is said, both ways, is written there "
                + "too. It stays there as long as the journal does.")
    }

    /// The sections in the order of the shipped file.
    package static let sections: [String] = all.map(\.section).reduce(into: []) { names, name in
        if names.last != name { names.append(name) }
    }

    /// What a section is about, in one line.
    static func introduction(of section: String) -> String {
        switch section {
        case "live": "The service: which model, how it speaks, how the device reaches it."
        case "vertex": "The account that pays, where live.service is \"vertex\"."
        case "conversation": "How a turn begins and ends."
        case "audio": "Sound both ways: the threads, and what the devices hold."
        case "audio.capture": "The microphone. `martlet devices` lists what there is."
        case "audio.playback": "The loudspeaker. `martlet devices` lists what there is."
        case "audio.music": "Where music is heard, if not from the loudspeaker."
        case "audio.echo": "The microphone hears the loudspeaker, and what is done about it."
        case "voice": "What the device itself takes for speech, in hands-free mode and for tap."
        case "button":
            "The button, for the modes hold and tap. Several: see [[button]] at the end."
        case "mute_switch":
            "A switch that mutes the microphone, whatever a word, a tool or these files say."
        case "led": "A light that shows the state, if there is one."
        case "led.patterns":
            "How each state looks: off; steady; blink LIT/DARK; pulse TIME; chase TIME; with a "
                + "colour (a name or #rrggbb) and a percentage, times in milliseconds, such as "
                + "\"blink red 30% 100/900\". Empty: the light's own way."
        case "timers":
            "Timers, alarms and reminders; they are kept in tools.state_directory."
        case "sounds": "What the device says by itself, without the service."
        case "recording": "Recordings of turns, for finding faults; off unless you ask for them."
        case "tools":
            "What holds for all tools together; each one is a table at the end of this file."
        case "mqtt": "The broker that tools and Home Assistant talk through."
        case "log": "The journal: `journalctl -u martlet`."
        default: preconditionFailure("[\(section)] has no introduction")
        }
    }

    /// All of them, in the order of the shipped file.
    package static let all: [any AnySetting] = {
        // Joined from parts with a type each: as one sum it was too much for Swift 6.0.
        let parts: [[any AnySetting]] = [
            service, conversation, audio, Button.all, MuteSwitch.all, Light.all, own, Timers.all,
            Tools.all, MQTT.all, [Log.level, Log.transcripts],
        ]
        return Array(parts.joined())
    }()

    private static let service: [any AnySetting] = [
        Live.model, Live.profile, Live.voice, Live.language, Live.instruction, Live.service,
        Live.url, Live.version, Live.authority, Live.keyFile, Live.resumption,
        Live.compressionTrigger, Live.compressionTarget, Live.inputTranscript,
        Live.outputTranscript, Live.thinking, Live.thinkingBudget, Live.proactiveAudio,
        Live.affectiveDialog, Live.webSearch, Live.idleClose, Live.replay, Live.dailyBudget,
        Live.startSensitivity, Live.endSensitivity, Live.prefixPadding,
        Live.silenceDuration, Live.turnCoverage, Live.connectTimeout, Vertex.project,
        Vertex.location, Vertex.accountFile,
    ]

    private static let conversation: [any AnySetting] = [
        Conversation.mode, Conversation.preRoll, Conversation.bargeIn,
        Conversation.falseInterruption, Conversation.maximumTurn, Conversation.thinkingTimeout,
        Conversation.offlinePatience, Conversation.listeningSound,
    ]

    private static let audio: [any AnySetting] = [
        Audio.period, Audio.buffer, Audio.priority, Audio.resamplerQuality, Audio.memoryLock,
        Capture.device, Capture.rate, Capture.channels, Capture.format, Capture.channel,
        Capture.level,
        Capture.levelControl, Capture.highPass, Cleaning.noise, Cleaning.gain,
        Playback.device, Playback.rate, Playback.channels, Playback.format,
        Playback.volume, Playback.mixer,
        Playback.prebuffer, Playback.prebufferLimit, Playback.leadIn, Playback.keepRunning,
        Playback.faintNoise, Playback.speechLevel, Playback.earconLevel, Playback.musicLevel,
        Playback.alarmLevel, Playback.duck, Music.device, Music.rate, Music.channels,
        Music.format, Echo.mode, Echo.canceller, Echo.tail, Echo.suppression,
        Echo.halfDuplexTail, Voice.threshold, Voice.minimum, Voice.onset, Voice.onsetOverEcho,
        Voice.hangover, Voice.onlyVoices,
    ]

    private static let own: [any AnySetting] = [
        Sounds.enabled, Sounds.directory, Recording.enabled, Recording.directory,
        Recording.limit, Recording.maximumAge,
    ]
}
