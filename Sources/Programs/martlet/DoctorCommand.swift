import ALSA
import ArgumentParser
import AudioPath
import Configuration
import Daemon
import Linux

struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Test everything that the device needs; report what is wrong and what to do.",
        discussion: "The settings, the microphone and the loudspeaker, the rights of the sound "
            + "threads, buttons, switch and light, the lines and programs of the tools, the "
            + "folders, the broker, Home Assistant, tool servers, the key and the service. "
            + "Nothing is said to the service and nothing is switched. Stop the daemon first, "
            + "or the sound devices are not tested. Run by root, it assumes the rights of "
            + "the daemon's user. The status is 1 where something is broken.")

    /// How long the devices are tested (milliseconds).
    private static let listeningMilliseconds: Int32 = 1500

    @OptionGroup var options: SettingsOptions

    @Flag(
        inversion: .prefixedNo,
        help: "Connect to the service, the broker, Home Assistant and tool servers.")
    var service = true

    func run() throws {
        // Before any other thread exists, because threads inherit the blocked signals.
        let signals = try BlockedSignals([.terminate, .interrupt])
        let rights = DaemonRights.assume()
        defer { rights.release() }
        ALSALog.silence()
        var isBroken = false
        func tell(_ findings: [Finding]) {
            for finding in findings {
                StandardStream.output.write("\(finding)\n")
                if finding.grade == .broken { isBroken = true }
            }
        }
        tell(rights.finding.map { [$0] } ?? [])
        let settings: Settings
        do {
            settings = try options.load(isRequired: false)
        } catch let errors as ConfigurationErrors {
            tell(errors.diagnostics.map { Finding(.broken, "settings", "\($0)") })
            throw ExitCode.failure
        } catch {
            tell([Finding(.broken, "settings", "\(error)")])
            throw ExitCode.failure
        }
        tell(Self.ofSettings(settings))
        tell(try sound(settings, signals))
        tell(PanelFindings.all(settings) + PlaceFindings.all(settings))
        if service { tell(try Self.ofFarEnds(settings)) }
        tell(ofService(settings))
        if isBroken { throw ExitCode.failure }
    }

    private static func ofSettings(_ settings: Settings) -> [Finding] {
        let mistakes = settings.allMistakes.map { Finding(.broken, "settings", "\($0)") }
        let warnings = settings.writtenWarnings.map { Finding(.weak, "settings", "\($0)") }
        let secrets = ToolSet.missingSecrets(settings).map { Finding(.broken, "secrets", $0) }
        let refusals = ToolSet.refusals(settings).map { Finding(.broken, "tools", $0) }
        let all = mistakes + warnings + secrets + refusals
        guard all.isEmpty else { return all }
        let files = settings.files.isEmpty ? "all defaults" : settings.files.joined(separator: ", ")
        return [Finding(.works, "settings", "\(files): no mistakes")]
    }

    /// The broker, Home Assistant, and tool servers.
    private static func ofFarEnds(_ settings: Settings) throws -> [Finding] {
        let findings = Shared<[Finding]>([])
        try runBlocking {
            let found = await FarFindings.all(settings)
            findings.withLock { $0 = found }
        }
        return findings.withLock { $0 }
    }

    private func sound(_ settings: Settings, _ signals: BlockedSignals) throws -> [Finding] {
        let holders = (CardHolder.all(.capture), CardHolder.all(.playback))
        let audio = settings.audioSettings
        let take = MicrophoneTake()
        let engine = try AudioEngine(audio) { take.take($0) }
        try engine.start()
        defer { engine.stop() }
        engine.gate.open(at: MonotonicClock.now(), preRollMilliseconds: 0)
        signals.wait(milliseconds: Self.listeningMilliseconds)
        let status = engine.status()
        // Without a setting, so that it only reads the volume.
        let volume = VolumeControl(
            speaker: engine.speaker, wish: audio.volumeWish, percent: nil)
        volume.deviceChanged(to: status.playback.device)
        var findings = SoundFindings(
            status: status, heard: take.samples,
            volumePercent: audio.volumePercent ?? volume.percent,
            isMuted: audio.volumePercent == nil && volume.isMuted,
            wantsRealTime: audio.realTimePriority != nil, captureHolders: holders.0,
            playbackHolders: holders.1)
        findings.wishedPeriodMilliseconds = audio.periodMilliseconds
        findings.wantsWebRTC = audio.echo.canceller == .webrtc
        findings.mixerTrouble = volume.trouble
        return findings.all
    }

    private func ofService(_ settings: Settings) -> [Finding] {
        do {
            let check = try ServiceCheck(settings)
            let key = Finding(
                .works, "key",
                Credentials.source(settings).map { "from \($0)" } ?? Credentials.origin(settings))
            guard service else { return [key] }
            let finding = Shared<Finding?>(nil)
            try runBlocking {
                let result = await check.run()
                finding.withLock { $0 = result }
            }
            return [key] + finding.withLock { $0.map { [$0] } ?? [] }
        } catch {
            return [Finding(.broken, "key", "\(error)")]
        }
    }
}
