package import ALSA
package import AudioPath

/// What is to be said of the sound devices, after they were tried for a moment.
///
/// A value, made of what the audio path tells.
package struct SoundFindings: Sendable {
    /// Speech is lost in a room that is louder than this (dBFS).
    static let loudNoise: Float = -35

    package var status: AudioStatus
    /// What the microphone gave: mono, 16 kHz.
    package var heard: [Int16]
    /// The volume of the loudspeaker, 0 to 100 percent, as it is when the daemon has set it.
    package var volumePercent: Double
    /// Whether the card is muted, and the daemon leaves it so.
    package var isMuted: Bool
    /// Whether real-time priority was asked for.
    package var wantsRealTime: Bool
    /// Who else has devices open.
    package var captureHolders: [CardHolder]
    package var playbackHolders: [CardHolder]
    /// What was asked of the devices (milliseconds); nil: not known.
    package var wishedPeriodMilliseconds: Int?
    /// Whether the settings name WebRTC's canceller.
    package var wantsWebRTC = false
    /// Why the mixer control of the settings cannot be used, if so.
    package var mixerTrouble: String?

    /// What was seen.
    package init(
        status: AudioStatus, heard: [Int16], volumePercent: Double, isMuted: Bool,
        wantsRealTime: Bool,
        captureHolders: [CardHolder], playbackHolders: [CardHolder]
    ) {
        self.status = status
        self.heard = heard
        self.volumePercent = volumePercent
        self.isMuted = isMuted
        self.wantsRealTime = wantsRealTime
        self.captureHolders = captureHolders
        self.playbackHolders = playbackHolders
    }

    /// One for each device and for the threads, the microphone first.
    package var all: [Finding] {
        var all = device("microphone", "microphone", status.capture, captureHolders)
        if status.capture.grant != nil { all.append(level) }
        all += device("loudspeaker", "loudspeaker", status.playback, playbackHolders)
        if status.playback.grant != nil, isMuted || volumePercent < 1 {
            let text = isMuted ? "muted at its card" : "turned down to 0 percent"
            all.append(
                Finding(
                    .broken, isMuted ? "sound.volume.muted" : "sound.volume.zero", "volume",
                    "the loudspeaker is \(text)",
                    remedy: .action("turn it up with alsamixer, or set audio.playback.volume")))
        }
        if let mixerTrouble {
            all.append(
                Finding(
                    .weak, "sound.volume.mixer", "volume", mixerTrouble,
                    remedy: .action("audio.playback.mixer = \"auto\" takes one that there is")))
        }
        if let music = status.music {
            all += device("music", "music output", music, playbackHolders)
        }
        if let echo = status.echo, let canceller = echo.canceller {
            all.append(self.echo(echo, canceller))
        }
        all.append(priority)
        return all
    }

    private func device(
        _ part: String, _ subject: String, _ device: DeviceStatus, _ holders: [CardHolder]
    ) -> [Finding] {
        let name = "sound.\(part)"
        guard let grant = device.grant else {
            return [absent(name, subject, device.trouble, holders)]
        }
        let reason = device.reason.map { "auto: \($0)" }
        var findings = [
            Finding(
                .works, name, subject, "\(device.device ?? "no card"): \(grant)",
                evidence: reason)
        ]
        if let server = grant.server {
            findings.append(
                Finding(
                    .works, "\(name).server", subject,
                    "what \(server.name) holds itself comes on top, so that an answer, and silence "
                        + "when you interrupt it, are later",
                    remedy: .action("a card by its own name (plughw:) is sooner")))
        }
        if let warning = device.warning {
            findings.append(Finding(.weak, "\(name).warning", subject, warning))
        }
        if let wish = wishedPeriodMilliseconds, let period = Self.milliseconds(grant),
            period > Self.periodFactor * wish
        {
            findings.append(
                Finding(
                    .weak, "\(name).period", subject,
                    "its period is \(period) ms where \(wish) is asked for, and all answers are later "
                        + "by that",
                    remedy: .action(
                        "give its dmix or dsnoop definition a period_size and a buffer_size, or "
                            + "name the card itself (plughw:)")))
        }
        if device.xruns > 0 {
            findings.append(
                Finding(
                    .weak, "\(name).dropouts", subject,
                    "\(device.xruns) drop-outs within this moment",
                    remedy: .action(
                        "raise audio.buffer_ms, or see what else keeps the processor busy")))
        }
        return findings
    }

    /// Why a device gives nothing.
    private func absent(
        _ name: String, _ subject: String, _ trouble: String?, _ holders: [CardHolder]
    ) -> Finding {
        // The running daemon has them open, and that is as it should be.
        if let daemon = holders.first(where: { $0.program == "martlet" }) {
            return Finding(
                .unknown, name, subject, "not tried, since the running daemon has it",
                evidence: "\(daemon); its journal says how it does",
                remedy: .command("sudo systemctl stop martlet && sudo martlet doctor"))
        }
        let trouble = trouble ?? "it does not answer"
        guard let holder = holders.first else {
            return Finding(
                .broken, "\(name).absent", subject, trouble, remedy: .command("martlet devices"))
        }
        return Finding(
            .broken, "\(name).busy", subject, trouble,
            evidence: holders.map { "\($0)" }.joined(separator: "; "),
            remedy: .command("sudo kill \(holder.process)"))
    }

    /// Periods that are longer by this are no rounding of the card's.
    private static let periodFactor = 2

    private static func milliseconds(_ grant: PCMGrant) -> Int? {
        guard grant.hasClock, grant.rate > 0 else { return nil }
        return Int(Int64(grant.periodFrames) * 1000 / Int64(grant.rate))
    }

    private var level: Finding {
        let (name, subject) = ("sound.level", "microphone's level")
        let levels = status.microphone
        guard heard.contains(where: { $0 != 0 }) else {
            guard status.capture.device != nil else {
                return Finding(
                    .weak, "\(name).no-card", subject, "nothing but zeros",
                    evidence: "audio.capture.device names no card, but null or a silent file",
                    remedy: .command("martlet devices"))
            }
            return Finding(
                .broken, "\(name).zeros", subject, "nothing but zeros",
                remedy: .action(
                    "switch it on, turn it up with alsamixer, or name another of its channels "
                        + "(audio.capture.channel)"))
        }
        if levels.clippedSamples > 0 {
            return Finding(
                .weak, "\(name).clipping", subject, "\(levels.clippedSamples) samples clipped",
                remedy: .action(
                    "turn it down (audio.capture.level_percent), or where ALSA's own files boost it "
                        + "(ttable)"))
        }
        let noise = Int(levels.noiseFloor.rounded())
        guard levels.noiseFloor < Self.loudNoise else {
            return Finding(
                .weak, "\(name).noise", subject,
                "the noise is at \(noise) dBFS, in which speech is hard to find",
                remedy: .command("martlet devices --meter"))
        }
        return Finding(.works, name, subject, "noise at \(noise) dBFS")
    }

    private func echo(_ status: EchoStatus, _ canceller: String) -> Finding {
        if status.gate == .shut {
            return Finding(.weak, "sound.echo.loud", "echo", EchoAdvice.shut(status))
        }
        guard let lack = status.lack else {
            return Finding(.works, "sound.echo", "echo", canceller)
        }
        return Finding(
            wantsWebRTC ? .weak : .works,
            wantsWebRTC ? "sound.echo.no-webrtc" : "sound.echo", "echo",
            "\(canceller) takes it out; WebRTC's canceller would do better, and is not to be had",
            evidence: lack)
    }

    private var priority: Finding {
        let (name, subject) = ("sound.priority", "threads")
        guard wantsRealTime else {
            return Finding(
                .weak, "\(name).not-wanted", subject,
                "audio.real_time_priority = 0 asks for no priority")
        }
        return status.isRealTime
            ? Finding(.works, name, subject, "they have real-time priority")
            : Finding(
                .weak, "\(name).missing", subject,
                "no real-time priority here, so that a busy machine may cause drop-outs",
                remedy: .action(
                    "start the daemon by systemd, whose unit gives it (LimitRTPRIO)"))
    }
}
