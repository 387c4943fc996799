import Glibc
import Linux
import Simulation
import Synchronization

/// `martlet run` as systemd runs it: with a notification socket, a watchdog, and priorities in its
/// journal.
///
/// Its sound devices are null devices, which keep time nevertheless.
final class DaemonProcess: Sendable {
    let folder: String
    /// The messages to systemd, one assignment each.
    let notices = Collector<String>()
    /// Its lines, "<3>text".
    let journal = Collector<String>()
    private let watchdogMilliseconds: Int
    private let environment: [String: String]
    private let life = Mutex<SpawnedProcess?>(nil)
    private let isOver = Atomic<Bool>(false)

    /// Nothing runs yet; systemd expects a keep-alive at least this often.
    init(watchdogMilliseconds: Int = 30_000, environment: [String: String] = [:]) throws {
        folder = try Files.makeTemporaryDirectory(prefix: "martlet-daemon")
        self.watchdogMilliseconds = watchdogMilliseconds
        self.environment = environment
        try Files.makeDirectory("\(folder)/state", mode: 0o700)
        let socket = try UnixSocket(boundTo: .path("\(folder)/notify"), kind: .datagram)
        let listener = Listener(socket)
        _ = try OwnedThread(name: "notify", priority: .normal) { [notices, weak self] in
            while self?.isOver.load(ordering: .relaxed) == false {
                for line in listener.next() { notices.add(line) }
            }
        }
    }

    /// Writes the settings: silent devices, no service except the given one, and more.
    func write(_ more: String, port: UInt16 = 9) throws {
        try Files.writeAtomically(
            "\(folder)/martlet.toml",
            Array(
                """
                [audio]
                real_time_priority = 0
                lock_memory = false
                [audio.capture]
                device = "null"
                [audio.playback]
                device = "null"
                [live]
                url = "ws://127.0.0.1:\(port)"
                \(more)
                """.utf8), mode: 0o600)
    }

    /// The suppressions of sanitizers in these tests apply to the program as well.
    static var sanitizers: [String: String] {
        var environment: [String: String] = [:]
        for name in ["LSAN_OPTIONS", "TSAN_OPTIONS", "LD_PRELOAD"] {
            environment[name] = Environment.get(name)
        }
        return environment
    }

    /// Starts the program, with these arguments after `run`.
    func start(_ arguments: [String]? = nil) throws {
        var environment = environment
        environment["PATH"] = "/usr/bin:/bin"
        environment.merge(Self.sanitizers) { $1 }
        environment["NOTIFY_SOCKET"] = "\(folder)/notify"
        environment["WATCHDOG_USEC"] = "\(watchdogMilliseconds)000"
        environment["STATE_DIRECTORY"] = "\(folder)/state"
        environment["JOURNAL_STREAM"] = "1:1"
        let process = try SpawnedProcess(
            Command(
                arguments: ["/bin/sh", "-c", "exec \"$0\" run \"$@\" 2>&1", try Self.program()]
                    + (arguments ?? ["--config", "\(folder)/martlet.toml"]),
                environment: environment, outputLimitBytes: 0), output: .lines)
        life.withLock { $0 = process }
        let journal = journal
        _ = try OwnedThread(name: "journal", priority: .normal) {
            while let line = process.readLine(timeout: .seconds(600)) { journal.add(line) }
        }
    }

    /// Starts it and waits until it reports to systemd that it is ready, once more than before.
    func startReady() async throws {
        let before = notices.all.count { $0 == "READY=1" }
        try start()
        try await notices.wait(count: before + 1) { $0 == "READY=1" }
    }

    func send(_ signal: Signal) { life.withLock { $0 }?.send(signal) }

    /// How it ended, within the unit's stop time-out; nil if it did not.
    func ended() -> ProcessExit? { life.withLock { $0 }?.wait(timeout: .seconds(10)) }

    /// SIGTERM, and how it ended.
    func stop() -> ProcessExit? {
        send(.terminate)
        return ended()
    }

    /// Removes everything.
    func end() {
        life.withLock { $0 }?.send(.kill)
        _ = life.withLock { $0 }?.wait(timeout: .seconds(60))
        isOver.store(true, ordering: .relaxed)
        try? Files.removeTree(folder)
    }

    /// The program beside the one that runs the tests.
    static func program() throws -> String {
        var target = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &target, target.count)
        let path = String(
            decoding: target.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let folder = path.split(separator: "/").dropLast().joined(separator: "/")
        return "/\(folder)/martlet"
    }
}

/// The socket for notifications.
private final class Listener: Sendable {
    private static let pollMilliseconds: Int32 = 100
    private let socket: UnixSocket

    init(_ socket: consuming UnixSocket) { self.socket = socket }

    /// The lines of the next messages; none after a while.
    func next() -> [String] {
        var entry = pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&entry, 1, Self.pollMilliseconds) > 0,
            let bytes = try? socket.receive(limit: 4096)
        else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
