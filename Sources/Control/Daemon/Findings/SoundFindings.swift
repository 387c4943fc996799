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
        var all = device("microphone", status.capture, captureHolders)
        if status.capture.grant != nil { all.append(level) }
        all += device("loudspeaker", status.playback, playbackHolders)
        if status.playback.grant != nil, isMuted || volumePercent < 1 {
            let text = isMuted ? "muted at its card" : "turned down to 0 percent"
            all.append(
                Finding(
                    .broken, "volume",
                    "the loudspeaker is \(text): turn it up (alsamixer), or set "
                        + "audio.playback.volume"))
        }
        if let mixerTrouble {
            all.append(
                Finding(
                    .weak, "volume",
                    "\(mixerTrouble); audio.playback.mixer = \"auto\" takes one that there is"))
        }
        if let music = status.music { all += device("music output", music, playbackHolders) }
        if let echo = status.echo, let canceller = echo.canceller {
            all.append(self.echo(echo, canceller))
        }
        all.append(priority)
        return all
    }

    private func device(
        _ name: String, _ device: DeviceStatus, _ holders: [CardHolder]
    ) -> [Finding] {
        guard let grant = device.grant else {
            let trouble = device.trouble ?? "it does not answer"
            // The running daemon has them open, and that is as it should be.
            if let daemon = holders.first(where: { $0.program == "martlet" }) {
                return [
                    Finding(
                        .weak, name,
                        "not tried, since \(daemon): its journal says how it does; stop it to try")
                ]
            }
            let others = holders.map { "; \($0)" }.joined()
            return [Finding(.broken, name, trouble + others)]
        }
        let reason = device.reason.map { " (auto: \($0))" } ?? ""
        let server = grant.server.map {
            "; what \($0.name) holds itself comes on top, so that an answer, and silence when you "
                + "interrupt it, are later: a card by its own name (plughw:) is sooner"
        }
        let shape = "\(device.device ?? "no card"): \(grant)\(reason)\(server ?? "")"
        var findings = [Finding(.works, name, shape)]
        if let warning = device.warning { findings.append(Finding(.weak, name, warning)) }
        if let wish = wishedPeriodMilliseconds, let period = Self.milliseconds(grant),
            period > Self.periodFactor * wish
        {
            findings.append(
                Finding(
                    .weak, name,
                    "its period is \(period) ms where \(wish) is asked for, and all answers are later "
                        + "by that: give its dmix or dsnoop definition a period_size and a "
                        + "buffer_size, or name the card itself (plughw:)"))
        }
        if device.xruns > 0 {
            findings.append(
                Finding(
                    .weak, name,
                    "\(device.xruns) drop-outs within this moment; raise audio.buffer_ms, or see "
                        + "what else keeps the processor busy"))
        }
        return findings
    }

    /// Periods that are longer by this are no rounding of the card's.
    private static let periodFactor = 2

    private static func milliseconds(_ grant: PCMGrant) -> Int? {
        guard grant.hasClock, grant.rate > 0 else { return nil }
        return Int(Int64(grant.periodFrames) * 1000 / Int64(grant.rate))
    }

    private var level: Finding {
        let subject = "microphone's level"
        let levels = status.microphone
        guard heard.contains(where: { $0 != 0 }) else {
            guard status.capture.device != nil else {
                return Finding(
                    .weak, subject,
                    "nothing but zeros: audio.capture.device names no card, but null or a silent "
                        + "file")
            }
            return Finding(
                .broken, subject,
                "nothing but zeros: is it switched off or muted (alsamixer), or is another of its "
                    + "channels the one (audio.capture.channel)?")
        }
        if levels.clippedSamples > 0 {
            return Finding(
                .weak, subject,
                "\(levels.clippedSamples) samples clipped: turn it down "
                    + "(audio.capture.level_percent), or where ALSA's own files boost it (ttable)")
        }
        let noise = Int(levels.noiseFloor.rounded())
        guard levels.noiseFloor < Self.loudNoise else {
            return Finding(
                .weak, subject,
                "the noise is at \(noise) dBFS, in which speech is hard to find; `martlet devices "
                    + "--meter` shows it")
        }
        return Finding(.works, subject, "noise at \(noise) dBFS")
    }

    private func echo(_ status: EchoStatus, _ canceller: String) -> Finding {
        if status.gate == .shut { return Finding(.weak, "echo", EchoAdvice.shut(status)) }
        guard let lack = status.lack else { return Finding(.works, "echo", canceller) }
        return Finding(
            wantsWebRTC ? .weak : .works, "echo",
            "\(canceller) takes it out; WebRTC's canceller would do better, and is not to be had: "
                + lack)
    }

    private var priority: Finding {
        guard wantsRealTime else {
            return Finding(.weak, "threads", "audio.real_time_priority = 0 asks for no priority")
        }
        return status.isRealTime
            ? Finding(.works, "threads", "they have real-time priority")
            : Finding(
                .weak, "threads",
                "no real-time priority here, so that a busy machine may cause drop-outs; as "
                    + "systemd starts it, the daemon has it (LimitRTPRIO of the unit)")
    }
}
