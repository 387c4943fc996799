import ALSA
import AllToolKinds
import Assistant
import Configuration
import Daemon
import Glibc
import Linux
import ModelTypes
import Simulation
import Synchronization
import VoiceSession
import WebSockets
import WireCodec

/// The whole daemon with files as sound devices, against a Live service on a real socket.
final class Appliance: Sendable {
    let folder: String
    let server: LiveServer
    let microphone: SimulatedMicrophone
    let application: Application
    let timeline = Collector<TimelineEvent>()
    let service: Collector<ServerEvent>

    /// The service that it is set up for.
    enum Dialect: CaseIterable, Sendable { case developer, vertex }

    /// A running daemon; `more` are tables of settings besides the usual ones, `credential`
    /// replaces the key.
    static func started(
        scenario: Scenario, mode: String = "hold", key: String = "test-key",
        credential: SessionCredential? = nil,
        dialect: Dialect = .developer, model: String = "gemini-3.8-live",
        microphone: String? = nil, sounds: Bool = false, role: Role = .device,
        host: String = "127.0.0.1", names: NameResolver = NameResolver(), more: String = ""
    ) async throws -> Appliance {
        let appliance = try await Appliance(
            scenario: scenario, mode: mode,
            credential: credential
                ?? .fixed(
                    dialect == .vertex
                        ? .bearer(Secret("test-bearer"), quotaProject: nil) : .key(Secret(key))),
            dialect: dialect, model: model, microphone: microphone, sounds: sounds, role: role,
            host: host, names: names, more: more)
        try await appliance.application.start()
        return appliance
    }

    private init(
        scenario: Scenario, mode: String, credential: SessionCredential, dialect: Dialect,
        model: String,
        microphone device: String?, sounds: Bool, role: Role, host: String, names: NameResolver,
        more: String
    ) async throws {
        Self.useTestConfiguration
        folder = try Files.makeTemporaryDirectory(prefix: "martlet-end-to-end")
        let service = Collector<ServerEvent>()
        self.service = service
        server = try LiveServer(scenario: scenario) { service.add($0) }
        let port = try await server.start()
        microphone = try SimulatedMicrophone(path: "\(folder)/microphone")
        let text = """
            [live]
            url = "ws://\(host):\(port)"
            service = "\(dialect)"
            model = "\(model)"
            [vertex]
            project = "p"
            location = "l"
            [conversation]
            mode = "\(mode)"
            [audio]
            real_time_priority = 0
            [audio.capture]
            device = "\(device ?? "martlet_microphone:\(folder)/microphone")"
            # The tests compare bit for bit, and this microphone hears no loudspeaker.
            high_pass_hz = 0
            [audio.echo]
            mode = "off"
            [voice]
            # What is said to it is noise.
            only_voices = false
            [audio.playback]
            device = "martlet_speaker:\(folder)/speaker"
            [sounds]
            enabled = \(sounds)
            \(more)
            """
        let settings = try SettingsFile.settings(from: [("test.toml", text)])
        let timeline = timeline
        application = try Application(
            settings: settings, credential: credential,
            log: Log(level: .error), button: .scripted, role: role, names: names
        ) { entry in timeline.add(entry.event) }
    }

    /// ALSA's configuration is Tests/Support/asound.conf from the first use of this property on.
    private static let useTestConfiguration: Void = {
        let tests = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        setenv("ALSA_CONFIG_PATH", "/\(tests)/Support/asound.conf", 0)
        ALSALog.silence()
    }()

    /// Presses now, or at a time that has just passed.
    func press(at time: Int64 = MonotonicClock.now()) {
        application.button(ButtonEvent(pressed: true, at: time))
    }

    func release() {
        application.button(ButtonEvent(pressed: false, at: MonotonicClock.now()))
    }

    /// Ends everything and returns the speaker's input: mono, 24 kHz.
    func stopped() async throws -> [Int16] {
        await application.stop()
        microphone.stop()
        server.stop()
        defer { try? Files.removeTree(folder) }
        let bytes = try Files.read("\(folder)/speaker", limitBytes: 100_000_000)
        return stride(from: 0, to: bytes.count - 1, by: 2).map {
            Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
        }
    }
}
