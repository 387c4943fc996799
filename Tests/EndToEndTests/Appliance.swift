import ALSA
import Assistant
import Configuration
import Daemon
import Glibc
import Linux
import Live
import ModelTypes
import Simulation
import Synchronization

/// The whole daemon on files for sound, against a Live service on a real socket.
final class Appliance: Sendable {
    let folder: String
    let server: LiveServer
    let microphone: SimulatedMicrophone
    let application: Application
    let timeline = Collector<TimelineEvent>()
    let service: Collector<ServerEvent>

    /// A running daemon that is online; `settings` are added to the usual ones, or count over
    /// them where they name the same table.
    static func started(
        scenario: Scenario, mode: String = "hold", key: String = "test-key",
        microphone: String? = nil, more: String = ""
    ) async throws -> Appliance {
        let appliance = try await Appliance(
            scenario: scenario, mode: mode, key: key, microphone: microphone, more: more)
        try await appliance.application.start()
        return appliance
    }

    private init(
        scenario: Scenario, mode: String, key: String, microphone device: String?, more: String
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
            url = "ws://127.0.0.1:\(port)"
            [conversation]
            mode = "\(mode)"
            [audio]
            real_time_priority = 0
            [audio.capture]
            device = "\(device ?? "martlet_microphone:\(folder)/microphone")"
            # The tests compare bit for bit.
            high_pass_hz = 0
            [audio.playback]
            device = "martlet_speaker:\(folder)/speaker"
            [sounds]
            enabled = false
            \(more)
            """
        let settings = try SettingsFile.settings(from: [("test.toml", text)])
        let timeline = timeline
        application = try Application(
            settings: settings, credential: .fixed(.key(Secret(key))), log: Log(level: .error),
            button: .scripted
        ) { entry in timeline.add(entry.event) }
    }

    /// ALSA's configuration is Tests/Support/asound.conf from the first use of this on.
    private static let useTestConfiguration: Void = {
        let tests = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        setenv("ALSA_CONFIG_PATH", "/\(tests)/Support/asound.conf", 0)
        ALSALog.silence()
    }()

    /// Presses now, or at a moment that has just passed.
    func press(at time: Int64 = MonotonicClock.now()) {
        application.button(ButtonEvent(pressed: true, at: time))
    }

    func release() {
        application.button(ButtonEvent(pressed: false, at: MonotonicClock.now()))
    }

    /// Ends everything and returns what the speaker was given: mono, 24 kHz.
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

/// What happened, for a test that waits for something in it.
final class Collector<Event: Sendable>: Sendable {
    private struct State: Sendable {
        var events: [Event] = []
        var waiting: [@Sendable (Event) -> Bool] = []
    }

    private let state = Mutex(State())

    /// Adds an event, from any thread.
    func add(_ event: Event) {
        state.withLock { state in
            state.events.append(event)
            state.waiting.removeAll { $0(event) }
        }
    }

    /// Everything so far.
    var all: [Event] { state.withLock { $0.events } }

    /// Waits until `pick` finds something, in what has happened or will happen.
    ///
    /// There is no limit here: the test's own time limit is it.
    func first<Result: Sendable>(
        _ pick: @escaping @Sendable (Event) -> Result?
    ) async -> Result {
        await withCheckedContinuation { (found: CheckedContinuation<Result, Never>) in
            state.withLock { state in
                for event in state.events {
                    if let result = pick(event) { return found.resume(returning: result) }
                }
                state.waiting.append { event in
                    guard let result = pick(event) else { return false }
                    found.resume(returning: result)
                    return true
                }
            }
        }
    }

    /// Waits until an event is seen for the `count`-th time.
    func wait(count: Int = 1, for isAwaited: @escaping @Sendable (Event) -> Bool) async {
        let seen = Counter()
        _ = await first { event in isAwaited(event) && seen.next() == count ? true : nil }
    }
}

/// Counts from 1.
private final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    func next() -> Int { count.add(1, ordering: .relaxed).newValue }
}
