import ALSA
import AudioPath
import Testing

@testable import Daemon

@Suite("The doctor's findings on sound devices")
struct SoundFindingsTests {
    private static func device(_ name: String, rate: Int32) -> DeviceStatus {
        var device = DeviceStatus()
        device.device = "plughw:CARD=\(name),DEV=0"
        device.grant = PCMGrant(
            rate: rate, channels: 1, periodFrames: rate / 50, bufferFrames: rate / 12,
            hasClock: true, format: .bits16)
        return device
    }

    /// Working devices, in a quiet room.
    private static func well(
        _ change: (inout SoundFindings, inout DeviceStatus, inout DeviceStatus) -> Void
    ) -> SoundFindings {
        var microphone = device("Headset", rate: 16_000)
        var loudspeaker = device("Headset", rate: 48_000)
        var findings = SoundFindings(
            status: status(microphone, loudspeaker), heard: [1, -2, 3], volumePercent: 40,
            isMuted: false,
            wantsRealTime: true, captureHolders: [], playbackHolders: [])
        change(&findings, &microphone, &loudspeaker)
        findings.status = status(
            microphone, loudspeaker, levels: findings.status.microphone,
            isRealTime: findings.status.isRealTime)
        return findings
    }

    private static func status(
        _ microphone: DeviceStatus, _ loudspeaker: DeviceStatus,
        levels: MicrophoneLevels? = nil, isRealTime: Bool = true
    ) -> AudioStatus {
        var quiet = MicrophoneLevels()
        quiet.noiseFloor = -60
        return AudioStatus(
            capture: microphone, playback: loudspeaker, isRealTime: isRealTime,
            microphone: levels ?? quiet)
    }

    private func first(_ grade: Finding.Grade, _ findings: SoundFindings) -> String {
        findings.all.first { $0.grade == grade }?.text ?? ""
    }

    /// The names of what is not as it should be.
    private func names(_ findings: SoundFindings) -> [String] {
        findings.all.filter { $0.grade != .works }.map(\.name)
    }

    @Test("working devices are reported with what was granted")
    func well() {
        let all = Self.well { _, _, _ in }.all
        #expect(all.allSatisfy { $0.grade == .works })
        #expect(
            all.map(\.subject) == ["microphone", "microphone's level", "loudspeaker", "threads"])
        #expect(all[0].text.contains("plughw:CARD=Headset,DEV=0: 16000 Hz, 1 channel"))
        #expect(all[2].text.contains("48000 Hz"))
    }

    @Test("a busy card is reported with the program that holds it")
    func busy() {
        let findings = Self.well { findings, microphone, _ in
            microphone.grant = nil
            microphone.trouble = "capture device X is busy"
            findings.captureHolders = [
                CardHolder(card: "Headset", program: "pulseaudio", process: 400)
            ]
        }
        let finding = findings.all.first { $0.grade == .broken }
        #expect(finding?.name == "sound.microphone.busy")
        #expect(finding?.result == "capture device X is busy")
        #expect(finding?.evidence == "pulseaudio (process 400) holds card Headset")
        #expect(finding?.remedy == .command("sudo kill 400"))
        #expect(!findings.all.contains { $0.subject == "microphone's level" })
    }

    @Test("a device that the running daemon holds is no fault")
    func daemon() {
        let findings = Self.well { findings, microphone, loudspeaker in
            microphone.grant = nil
            loudspeaker.grant = nil
            let holder = CardHolder(card: "Headset", program: "martlet", process: 88)
            findings.captureHolders = [holder]
            findings.playbackHolders = [holder]
        }
        #expect(!findings.all.contains { $0.grade == .broken })
        #expect(first(.unknown, findings).contains("martlet (process 88) holds card Headset"))
        #expect(names(findings) == ["sound.microphone", "sound.loudspeaker"])
    }

    @Test("a microphone that gives zeros is reported as muted, and not checked further")
    func zeros() {
        let findings = Self.well { findings, _, _ in findings.heard = [0, 0, 0] }
        #expect(first(.broken, findings).contains("nothing but zeros"))
        #expect(names(findings) == ["sound.level.zeros"])
        // A device without a card has no level to turn up.
        let none = Self.well { findings, microphone, _ in
            findings.heard = [0, 0, 0]
            microphone.device = nil
        }
        #expect(!none.all.contains { $0.grade == .broken }, "\(none.all)")
        #expect(first(.weak, none).contains("names no card"))
    }

    @Test("clipping, noise, drop-outs and a missing priority are reported with remedies")
    func weak() {
        let clipping = Self.well { findings, microphone, loudspeaker in
            var levels = MicrophoneLevels()
            levels.clippedSamples = 7
            findings.status = Self.status(microphone, loudspeaker, levels: levels)
        }
        #expect(names(clipping) == ["sound.level.clipping"])
        #expect(first(.weak, clipping).contains("audio.capture.level_percent"))
        #expect(first(.weak, clipping).contains("ttable"))
        let noise = Self.well { findings, microphone, loudspeaker in
            var levels = MicrophoneLevels()
            levels.noiseFloor = -20
            findings.status = Self.status(microphone, loudspeaker, levels: levels)
        }
        #expect(names(noise) == ["sound.level.noise"])
        #expect(first(.weak, noise).contains("-20 dBFS"))
        let dropping = Self.well { _, microphone, _ in microphone.xruns = 3 }
        #expect(names(dropping) == ["sound.microphone.dropouts"])
        #expect(first(.weak, dropping).contains("audio.buffer_ms"))
        let plain = Self.well { findings, microphone, loudspeaker in
            findings.status = Self.status(microphone, loudspeaker, isRealTime: false)
        }
        #expect(names(plain) == ["sound.priority.missing"])
        #expect(first(.weak, plain).contains("LimitRTPRIO"))
    }

    @Test("a loudspeaker that is turned down or muted is reported as a fault")
    func volume() {
        let muted = Self.well { findings, _, _ in findings.isMuted = true }
        #expect(names(muted) == ["sound.volume.muted"])
        #expect(first(.broken, muted).contains("muted at its card"))
        let findings = Self.well { findings, _, _ in findings.volumePercent = 0 }
        #expect(names(findings) == ["sound.volume.zero"])
        #expect(first(.broken, findings).contains("0 percent"))
    }

    @Test("a period much longer than requested is reported, with the remedy")
    func aPeriodThatIsMuch() {
        for (wish, isReported) in [(20, false), (5, true)] {
            let findings = Self.well { findings, _, _ in findings.wishedPeriodMilliseconds = wish }
            let told = findings.all.filter { $0.text.contains("period_size") }
            #expect(told.map(\.subject) == (isReported ? ["microphone", "loudspeaker"] : []))
        }
    }

    @Test("a sound server in between is reported, with its cost")
    func server() {
        let findings = Self.well { _, _, loudspeaker in
            loudspeaker.device = "default"
            loudspeaker.grant = PCMGrant(
                rate: 48_000, channels: 2, periodFrames: 960, bufferFrames: 3840, hasClock: true,
                server: .pulseAudio)
        }
        let texts = findings.all.filter { $0.subject == "loudspeaker" }.map(\.text)
        #expect(texts.first?.contains("through PulseAudio") == true)
        #expect(texts.last?.contains("plughw:") == true)
    }

    @Test("a mixer control that the card lacks is reported, though no volume is set")
    func aMixerControlThatThe() {
        let findings = Self.well { findings, _, _ in findings.mixerTrouble = "card x has no control"
        }
        #expect(first(.weak, findings).contains("card x has no control"))
        #expect(first(.weak, findings).contains("audio.playback.mixer"))
        #expect(names(findings) == ["sound.volume.mixer"])
    }

    /// The finding on the echo.
    private func ofEcho(_ echo: EchoStatus, isWanted: Bool = false) -> Finding? {
        var findings = Self.well { _, _, _ in }
        let status = findings.status
        findings.wantsWebRTC = isWanted
        findings.status = AudioStatus(
            capture: status.capture, playback: status.playback, isRealTime: true,
            microphone: status.microphone, echo: echo)
        return findings.all.first { $0.subject == "echo" }
    }

    @Test("the canceller is reported, and why not the better one: weak only where it was asked for")
    func canceller() {
        var echo = EchoStatus()
        #expect(ofEcho(echo) == nil)
        echo.canceller = "SpeexDSP"
        echo.lack = "/x.so is not there"
        #expect(ofEcho(echo)?.grade == .works)
        #expect(ofEcho(echo)?.text.hasSuffix("not to be had; /x.so is not there") == true)
        #expect(ofEcho(echo, isWanted: true)?.name == "sound.echo.no-webrtc")
        #expect(ofEcho(echo, isWanted: true)?.grade == .weak)
        echo.lack = nil
        echo.canceller = "AEC3"
        #expect(ofEcho(echo, isWanted: true) == Finding(.works, "sound.echo", "echo", "AEC3"))
    }

    @Test("too much remaining echo is reported with the remedy")
    func shutGate() {
        var echo = EchoStatus()
        echo.canceller = "SpeexDSP"
        echo.gate = .shut
        #expect(ofEcho(echo)?.grade == .weak)
        #expect(ofEcho(echo)?.name == "sound.echo.loud")
        #expect(ofEcho(echo)?.text.contains("Turn the loudspeaker down") == true)
    }
}
