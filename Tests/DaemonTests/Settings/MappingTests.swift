import ALSA
import AllToolKinds
import Assistant
import AudioPath
import Configuration
import Live
import Panel
import Testing
import WireCodec

@testable import Daemon

@Suite("The settings as each part gets them")
struct MappingTests {
    private func settings(_ text: String) throws -> Settings {
        try SettingsFile.settings(from: [("t", text)])
    }

    private func setup(_ text: String) throws -> JSONValue {
        let session = SessionSettings(try settings(text))
        return session.setup(handle: nil)["setup"] ?? nil
    }

    @Test("with a button the marks are ours, hands-free the service listens")
    func detection() throws {
        let manual = try setup("[conversation]\nmode = \"hold\"")
        let config = manual["realtimeInputConfig"]?["automaticActivityDetection"]
        #expect(config?["disabled"]?.bool == true)
        let automatic = try setup(
            "[conversation]\nmode = \"hands-free\"\n[live]\nstart_sensitivity = \"low\"")
        let detection = automatic["realtimeInputConfig"]?["automaticActivityDetection"]
        #expect(detection?["disabled"]?.bool == false)
        #expect(detection?["startOfSpeechSensitivity"]?.string == "START_SENSITIVITY_LOW")
    }

    @Test("model options are sent only if they are set")
    func choice() throws {
        let none = try setup("")
        let keys = ["temperature", "topP", "topK", "seed", "maxOutputTokens", "translationConfig"]
        for key in keys { #expect(none["generationConfig"]?[key] == nil, "\(key)") }
        #expect(none["safetySettings"] == nil)
        #expect(none["labels"] == nil)
        let all = try setup(
            """
            [live]
            temperature = 0.5
            top_p = 0.25
            top_k = 40
            seed = 0
            max_output_tokens = 1000
            safety = ["dangerous_content=only_high", "harassment=none"]
            labels = ["room=kitchen", "note=a=b"]
            transcription_languages = ["de-DE"]
            transcription_words = ["Martlet"]
            """)
        let generation = all["generationConfig"]
        #expect(generation?["temperature"]?.double == 0.5)
        #expect(generation?["topP"]?.double == 0.25)
        #expect(generation?["topK"]?.double == 40)
        #expect(generation?["seed"]?.int == 0)
        #expect(generation?["maxOutputTokens"]?.int == 1000)
        #expect(
            all["safetySettings"] == [
                ["category": "HARM_CATEGORY_DANGEROUS_CONTENT", "threshold": "BLOCK_ONLY_HIGH"],
                ["category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"],
            ])
        #expect(all["labels"] == ["room": "kitchen", "note": "a=b"])
        #expect(
            all["inputAudioTranscription"]
                == ["languageCodes": ["de-DE"], "customVocabulary": ["Martlet"]])
    }

    @Test("where no voice may interrupt, the service is told not to interrupt either")
    func interruption() throws {
        let quiet = try setup(
            "[conversation]\nmode = \"hands-free\"\nvoice_interrupts = false")
        #expect(quiet["realtimeInputConfig"]?["activityHandling"]?.string == "NO_INTERRUPTION")
        let usual = try setup("[conversation]\nmode = \"hands-free\"")
        #expect(usual["realtimeInputConfig"]?["activityHandling"] == nil)
    }

    @Test(
        "a value that the service would refuse is refused in the file, with what is allowed",
        arguments: [
            (#"safety = ["dangerous=none"]"#, "dangerous_content"),
            (#"safety = ["harassment=sometimes"]"#, "only_high"),
            (#"safety = ["harassment"]"#, "WHAT=THRESHOLD"),
            (#"labels = ["Room=kitchen"]"#, "NAME=VALUE"), (#"labels = ["room"]"#, "NAME=VALUE"),
            ("temperature = 2.5", "0 to 2"), ("seed = -2", "-1 to"),
        ])
    func refused(line: String, words: String) {
        do {
            _ = try settings("[live]\n\(line)")
            Issue.record("\(line) is accepted")
        } catch {
            #expect("\(error)".contains(words), "\(error)")
        }
    }

    @Test("each setting of the session is where the wire wants it")
    func session() throws {
        let setup = try setup(
            """
            [live]
            model = "gemini-3.1-flash-live-preview"
            voice = "Kore"
            system_instruction = "Be brief."
            compression_trigger_tokens = 20000
            compression_target_tokens = 5000
            output_transcription = false
            thinking_level = "low"
            """)
        #expect(setup["model"]?.string == "models/gemini-3.1-flash-live-preview")
        let generation = setup["generationConfig"]
        #expect(
            generation?["speechConfig"]?["voiceConfig"]?["prebuiltVoiceConfig"]?["voiceName"]?
                .string == "Kore")
        #expect(generation?["thinkingConfig"]?["thinkingLevel"]?.string == "LOW")
        #expect(setup["systemInstruction"]?["parts"]?.array?.first?["text"]?.string == "Be brief.")
        let window = setup["contextWindowCompression"]
        #expect(window?["triggerTokens"]?.int == 20_000)
        #expect(window?["slidingWindow"]?["targetTokens"]?.int == 5_000)
        #expect(setup["inputAudioTranscription"] != nil)
        #expect(setup["outputAudioTranscription"] == nil)
        #expect(setup["sessionResumption"] != nil)
    }

    @Test("devices are an ALSA name, a WAV file, or nothing")
    func devices() throws {
        let audio = try settings(
            """
            [audio.capture]
            device = "/tmp/in.WAV"
            channels = 2
            channel = -1
            level_percent = 70
            level_control = "Mic"
            [audio.playback]
            device = "null"
            volume = 50
            [audio]
            real_time_priority = 0
            """
        ).audioSettings
        #expect(audio.capture.device == .wav("/tmp/in.WAV"))
        #expect(audio.playback.device == .null)
        #expect(audio.channel == .average)
        #expect(audio.captureLevel == CaptureLevel(control: "Mic", percent: 70))
        #expect(Settings().audioSettings.captureLevel == nil)
        #expect(audio.volumePercent == 50)
        #expect(audio.realTimePriority == nil)
        #expect(Settings().audioSettings.capture.device == .automatic)
    }

    @Test("each card is asked for its own rate, channels and samples")
    func cards() throws {
        let audio = try settings(
            """
            [audio.capture]
            rate = 48000
            channels = 4
            format = "S24_3LE"
            [audio.playback]
            rate = 44100
            channels = 1
            format = "S32_LE"
            [audio.music]
            device = "hw:CARD=DAC"
            rate = 96000
            channels = 2
            format = "S24_LE"
            """
        ).audioSettings
        #expect(audio.capture.rate == 48_000 && audio.capture.channels == 4)
        #expect(audio.capture.format == .bits24Packed)
        #expect(audio.playback.rate == 44_100 && audio.playback.channels == 1)
        #expect(audio.playback.format == .bits32)
        #expect(audio.music?.rate == 96_000 && audio.music?.channels == 2)
        #expect(audio.music?.format == .bits24)
        #expect(Settings().audioSettings.music == nil)
    }

    @Test("a light shows the most important of the states that apply")
    func lightStates() {
        func state(
            _ state: ConversationState, muted: Bool = false, offline: Bool = false,
            trouble: Bool = false, ringing: Bool = false
        ) -> LightState {
            LightState(
                Indication(
                    state: state, isMuted: muted, isOffline: offline, hasTrouble: trouble,
                    isRinging: ringing))
        }
        #expect(state(.idle) == .idle)
        #expect(state(.listening, offline: true) == .listening)
        #expect(state(.thinking) == .thinking)
        #expect(state(.speaking, muted: true) == .speaking)
        #expect(state(.muted, muted: true, offline: true, trouble: true) == .muted)
        #expect(state(.offline, offline: true, trouble: true) == .error)
        #expect(state(.offline, offline: true) == .offline)
        #expect(state(.speaking, ringing: true) == .timer)
    }

    @Test("a pause that the device itself cuts short is reported, and others are not")
    func pause() throws {
        let mode = "[conversation]\nmode = \"hands-free\"\n"
        let changed = "live.silence_duration_ms changes nothing"
        for (text, words) in [
            (mode + "[live]\nsilence_duration_ms = 2000", "voice.hangover_ms = 500"),
            ("[live]\nsilence_duration_ms = 2000", "\"hands-free\""),
        ] {
            let warnings = try settings(text).warnings.map(\.message)
            #expect(warnings.contains { $0.contains(changed) && $0.contains(words) }, "\(warnings)")
        }
        for text in [
            "", mode, mode + "[live]\nsilence_duration_ms = 400",
            mode + "[live]\nsilence_duration_ms = 2000\n[voice]\nhangover_ms = 2000",
        ] {
            let warnings = try settings(text).warnings.map(\.message)
            #expect(!warnings.contains { $0.contains(changed) }, "\(warnings)")
        }
    }

    @Test("the canceller is the settings' own", arguments: ["auto", "webrtc", "speex"])
    func canceller(name: String) throws {
        let text = "[audio.echo]\ncanceller = \"\(name)\""
        let echo = try SettingsFile.settings(from: [("m.toml", text)]).audioSettings.echo
        let wanted: [String: EchoSettings.Canceller] = [
            "auto": .automatic, "webrtc": .webrtc, "speex": .speex,
        ]
        #expect(echo.canceller == wanted[name])
        #expect(Settings().audioSettings.echo.canceller == .automatic)
        #expect(Settings().audioSettings.echo.pluginPath == "/usr/lib/martlet/martlet-webrtc.so")
    }
}
