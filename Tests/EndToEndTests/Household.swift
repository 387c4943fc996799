import Assistant
import Linux
import ModelTypes
import Simulation
import Synchronization
import WireCodec

/// The installed program, `martlet run`, as a process that can be killed and restarted; the
/// service, the microphone and the files remain.
final class Household: Sendable {
    let folder: String
    let server: LiveServer
    let service: Collector<ServerEvent>
    let microphone: SimulatedMicrophone
    /// Every line of the journal, of all runs.
    let journal = Collector<String>()
    private let settings: String
    private let life = Mutex<SpawnedProcess?>(nil)
    private let talk = Mutex<Task<Void, Never>?>(nil)

    /// Its state folder.
    var state: String { "\(folder)/state" }

    /// A household in which nothing runs yet; it talks hands-free, as there is no button.
    ///
    /// `more` are tables of settings besides the usual ones, for a folder.
    init(scenario: Scenario, more: (String) -> String = { _ in "" }) async throws {
        folder = try Files.makeTemporaryDirectory(prefix: "martlet-household")
        let service = Collector<ServerEvent>()
        self.service = service
        server = try LiveServer(scenario: scenario) { service.add($0) }
        let port = try await server.start()
        microphone = try SimulatedMicrophone(path: "\(folder)/microphone")
        settings = "\(folder)/martlet.toml"
        try Files.makeDirectory("\(folder)/state", mode: 0o700)
        let text = """
            [live]
            url = "ws://127.0.0.1:\(port)"
            [conversation]
            mode = "hands-free"
            [button]
            source = "none"
            [audio]
            real_time_priority = 0
            [audio.capture]
            device = "martlet_microphone:\(folder)/microphone"
            [audio.echo]
            mode = "off"
            [voice]
            # What is said to it is noise.
            only_voices = false
            [audio.playback]
            device = "martlet_speaker:\(folder)/speaker"
            [sounds]
            enabled = false
            [log]
            level = "debug"
            [tools]
            state_directory = "\(folder)/state"
            \(more(folder))
            """
        try Files.writeAtomically(settings, Array(text.utf8), mode: 0o600)
    }

    // MARK: - The program

    /// Starts the program, and waits until it is connected.
    func start() async throws {
        let lives = onlines
        let process = try process()
        life.withLock { $0 = process }
        let journal = journal
        _ = try OwnedThread(name: "journal", priority: .normal) {
            while let line = process.readLine(timeout: .seconds(600)) { journal.add(line) }
        }
        try await journal.wait(count: lives + 1) { $0.contains(" online") }
    }

    /// How often it was connected, in all runs.
    private var onlines: Int { journal.all.count { $0.contains(" online") } }

    private func process() throws -> SpawnedProcess {
        let support = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        return try SpawnedProcess(
            Command(
                arguments: [
                    "/bin/sh", "-c", "exec \"$0\" run --config \"$1\" 2>&1",
                    try DaemonProcess.program(),
                    settings,
                ],
                environment: [
                    "PATH": "/usr/bin:/bin", "GEMINI_API_KEY": "test-key",
                    "ALSA_CONFIG_PATH": "/\(support)/Support/asound.conf",
                ].merging(DaemonProcess.sanitizers) { $1 }, outputLimitBytes: 0), output: .lines)
    }

    /// The output of a second program with the same settings, up to a line with this text.
    func rival(saying text: String) throws -> [String] {
        let process = try process()
        var lines: [String] = []
        while let line = process.readLine(timeout: .seconds(60)) {
            lines.append(line)
            if line.contains(text) { break }
        }
        process.send(.kill)
        _ = process.wait(timeout: .seconds(60))
        return lines
    }

    /// Sends a signal, and returns when it is connected again; a run that it ends is followed by
    /// another.
    func disturb(_ signal: Signal) async throws {
        let before = onlines
        guard let process = life.withLock({ $0 }) else { return }
        process.send(signal)
        guard signal != .hangUp else {
            return try await journal.wait(count: before + 1) { $0.contains(" online") }
        }
        _ = process.wait(timeout: .seconds(60))
        life.withLock { $0 = nil }
        try await start()
    }

    /// Starts it again, and has the user talk to it.
    func restart() async throws {
        try await start()
        try await startTalking()
    }

    /// SIGKILL: it has no time for anything.
    func kill() {
        talk.withLock { $0.take() }?.cancel()
        guard let process = life.withLock({ $0.take() }) else { return }
        process.send(.kill)
        _ = process.wait(timeout: .seconds(60))
    }

    /// SIGHUP: reads the settings again.
    func hangUp() { life.withLock { $0 }?.send(.hangUp) }

    /// SIGTERM, and how it ended within the unit's stop time-out; nil if it did not.
    func terminate() -> ProcessExit? {
        talk.withLock { $0.take() }?.cancel()
        guard let process = life.withLock({ $0 }) else { return nil }
        process.send(.terminate)
        return process.wait(timeout: .seconds(10))
    }

    /// Ends everything, and removes it.
    func end() {
        kill()
        microphone.stop()
        server.stop()
        try? Files.removeTree(folder)
    }

    // MARK: - The user and the model

    /// The user talks for a second, and then listens.
    func speak() async {
        await microphone.say(Noise.samples(50 * 320, seed: 7))
    }

    /// The user talks without end, until the program is killed: a call that no user can have asked
    /// for is not executed.
    func startTalking() async throws {
        let begun = service.all.count { $0.isWordsBegan }
        let microphone = microphone
        talk.withLock {
            $0 = Task { _ = await microphone.say(Noise.samples(100 * 16_000, seed: 8)) }
        }
        try await service.wait(count: begun + 1) { $0.isWordsBegan }
    }

    /// The model calls a function while the user talks; returns the answer as JSON.
    func call(_ name: String, _ arguments: String = "{}", id: String) async throws -> String {
        let before = service.all.count
        try await server.send(
            raw: """
                {"toolCall": {"functionCalls": [{"id": "\(id)", "name": "\(name)", "args": \(arguments)}]}}
                """)
        let place = Place()
        return try await service.first { event in
            guard place.next() > before else { return nil }
            return switch event {
            case .answered(let response), .answeredInVain(let response):
                response["id"]?.string == id ? response["response"]?.serialized : nil
            default: nil
            }
        }
    }

    /// A file's text; empty if there is no file.
    func text(_ name: String) -> String {
        let bytes = try? Files.read("\(folder)/\(name)", limitBytes: 1 << 20)
        return String(decoding: bytes ?? [], as: UTF8.self)
    }
}

/// Counts from 1.
private final class Place: Sendable {
    private let count = Atomic<Int>(0)

    func next() -> Int { count.add(1, ordering: .relaxed).newValue }
}
