import ALSA
import ArgumentParser
import AudioPath
import Configuration
import Daemon
import Linux
import WireCodec

struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Test everything that the device needs; report what is wrong and what to do.",
        discussion: "The settings and tools, the user's groups and limits, memory, heat, power "
            + "and disk, the microphone and the loudspeaker, buttons, switch and light, the lines "
            + "and programs of the tools, the folders, the broker, Home Assistant, tool servers, "
            + "the key, and each step to the service: time, proxy, name, connection, "
            + "encryption, key, account, model and session. "
            + "Nothing is said to the service and nothing is switched. Stop the daemon first, "
            + "or the sound devices are not tested. Run by root, it assumes the rights of "
            + "the daemon's user. The exit status is 0 if nothing is broken, 1 if something is, and "
            + "64 for a wrong command line. The document of --json has version (of its form), "
            + "martlet (the program's), counts by grade, and findings, each with name, grade "
            + "(works, weak, broken, unknown), subject, result and, if there are any, evidence and "
            + "remedy, which is a command or an action.")

    /// How long the devices are tested (milliseconds).
    private static let listeningMilliseconds: Int32 = 1500

    @OptionGroup var options: SettingsOptions

    @Flag(
        inversion: .prefixedNo,
        help: "Connect to the service, the broker, Home Assistant and tool servers.")
    var service = true

    @Flag(help: "Print one JSON document and nothing else; the manual describes it.")
    var json = false

    func run() throws {
        // Before any other thread exists, because threads inherit the blocked signals.
        let signals = try BlockedSignals([.terminate, .interrupt])
        let rights = DaemonRights.assume()
        defer { rights.release() }
        ALSALog.silence()
        var report = FindingReport()
        func tell(_ findings: [Finding]) {
            report.add(findings)
            guard !json else { return }
            for finding in findings { StandardStream.output.write(finding.lines) }
        }
        try look(signals, rights, tell)
        let end = json ? report.json.serialized : "\n\(report.summary)"
        StandardStream.output.write("\(end)\n")
        if report.isBroken { throw ExitCode.failure }
    }

    private func look(
        _ signals: BlockedSignals, _ rights: DaemonRights, _ tell: ([Finding]) -> Void
    ) throws {
        tell(rights.finding.map { [$0] } ?? [])
        let settings: Settings
        do {
            settings = try options.load(isRequired: false)
        } catch {
            return tell(SettingsFindings.all(unreadable: error))
        }
        tell(SettingsFindings.all(settings))
        tell(AccountFindings(root: "").all(settings) + MachineFindings(root: "").all(settings))
        do {
            tell(try sound(settings, signals))
        } catch {
            tell([Finding(.broken, "sound.engine", "sound", "\(error)")])
        }
        tell(PanelFindings.all(settings) + PlaceFindings.all(settings))
        if service { tell(try Self.found { await FarFindings.all(settings) }) }
        tell(try ofService(settings))
    }

    /// Waits for what is found by asking others.
    private static func found(
        _ body: @escaping @Sendable () async -> [Finding]
    ) throws -> [Finding] {
        let findings = Shared<[Finding]>([])
        try runBlocking {
            let found = await body()
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

    private func ofService(_ settings: Settings) throws -> [Finding] {
        let check: ServiceCheck
        do {
            check = try ServiceCheck(settings, in: .this)
        } catch {
            // An account's file is named by the settings; a key is asked for.
            let isKey = settings[Keys.live.service] == "developer"
            let remedy = isKey ? "sudo martlet setup" : "martlet config check"
            return [
                Finding(.broken, "key.missing", "key", "\(error)", remedy: .command(remedy))
            ]
        }
        let key = Finding(
            .works, "key", "key",
            Credentials.source(settings).map { "from \($0)" } ?? Credentials.origin(settings))
        guard service else { return [key] }
        return [key] + (try Self.found { await check.run() })
    }
}
