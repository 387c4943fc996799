import Glibc
import Linux
import TestSockets

/// A test's own mosquitto broker, on a free port of 127.0.0.1.
///
/// It ends with the object. Where the program is not installed, tests say so and are skipped.
package final class TestBroker: @unchecked Sendable {
    // @unchecked: used by one test at a time.

    /// Where Debian puts system programs.
    private static let places = ["/usr/sbin/mosquitto", "/usr/bin/mosquitto"]
    /// The time within which the broker must listen.
    private static let patience = Duration.seconds(20)

    /// Whether there is a broker program and its two clients.
    package static let isInstalled =
        places.contains { Files.exists($0) } && Files.exists("/usr/bin/mosquitto_sub")
    /// Why a test was skipped.
    package static let absence = "no mosquitto: apt install mosquitto mosquitto-clients"

    package let port: Int
    /// A folder for the files that the configuration names; removed with the broker.
    package let folder: String
    private let configuration: [String]
    private var process: SpawnedProcess?

    /// A broker that is ready when this returns.
    ///
    /// `configuration` gives further lines of its file, given the folder; without any, every client
    /// is accepted. `preparing` are commands that are run before.
    package init(
        _ configuration: (String) throws -> [String] = { _ in [] },
        preparing: (String) -> [[String]] = { _ in [] }
    ) throws {
        folder = try Files.makeTemporaryDirectory(prefix: "martlet-broker")
        port = try Self.freePort()
        let own = try configuration(folder)
        for arguments in preparing(folder) {
            let command = Command(
                arguments: arguments, environment: Environment.all(), outputLimitBytes: 0)
            let process = try SpawnedProcess(command, output: .file("\(folder)/prepared.log"))
            guard process.wait(timeout: .seconds(30)) == .exited(0) else {
                throw Trouble(description: "\(arguments[0]) failed")
            }
        }
        let login = own.contains { $0.hasPrefix("password_file") } ? "false" : "true"
        self.configuration =
            [
                "user root", "persistence false", "log_type none", "allow_anonymous \(login)",
                "listener \(port) 127.0.0.1",
            ] + own
        try start()
    }

    deinit {
        kill()
        try? Files.removeTree(folder)
    }

    /// Starts it again on the same port, and waits until it listens.
    package func start() throws {
        guard process == nil else { return }
        guard let program = Self.places.first(where: { Files.exists($0) }) else {
            throw Trouble(description: Self.absence)
        }
        let file = "\(folder)/mosquitto.conf"
        try Files.writeAtomically(
            file, Array((configuration.joined(separator: "\n") + "\n").utf8), mode: 0o600)
        let process = try SpawnedProcess(
            Command(
                arguments: [program, "-c", file], environment: Environment.all(),
                outputLimitBytes: 0), output: .discarded)
        self.process = process
        let end = MonotonicClock.now(plus: Self.patience)
        while !Self.isListening(port) {
            guard MonotonicClock.now() < end, process.wait(timeout: .milliseconds(10)) == nil else {
                throw Trouble(description: "mosquitto does not listen on port \(port)")
            }
        }
    }

    /// Kills it without a message to its clients.
    package func kill() {
        process?.send(.kill)
        _ = process?.wait(timeout: .seconds(5))
        process = nil
    }

    /// Halts it, so that it answers no client and no connection breaks; or lets it continue.
    package func setHalted(_ isHalted: Bool) {
        guard let process else { return }
        _ = Glibc.kill(process.processID, isHalted ? SIGSTOP : SIGCONT)
    }

    // MARK: - Its clients

    /// Publishes with mosquitto_pub, with further arguments.
    package func publish(_ topic: String, _ text: String, _ words: String...) async throws {
        let result = try await run(
            ["mosquitto_pub", "-p", "\(port)", "-q", "1", "-t", topic, "-m", text] + words)
        guard result.exit == .exited(0) else {
            throw Trouble(description: String(decoding: result.standardError, as: UTF8.self))
        }
    }

    /// Publishes a file with mosquitto_pub.
    package func publish(file: String, to topic: String) async throws {
        let result = try await run(
            ["mosquitto_pub", "-p", "\(port)", "-q", "1", "-t", topic, "-f", file])
        guard result.exit == .exited(0) else {
            throw Trouble(description: String(decoding: result.standardError, as: UTF8.self))
        }
    }

    /// The topics and payloads that `mosquitto_sub` receives; no more than `count`, for no longer
    /// than `seconds`.
    package func read(
        _ filter: String, count: Int, seconds: Int = 10, _ words: String...
    ) async throws -> [(topic: String, text: String)] {
        let result = try await run(
            [
                "mosquitto_sub", "-p", "\(port)", "-q", "1", "-t", filter, "-F", "%t %p", "-C",
                "\(count)", "-W", "\(seconds)",
            ] + words)
        let lines = String(decoding: result.standardOutput, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: true)
        return lines.map { line in
            let parts = line.split(
                separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
        }
    }

    private func run(_ arguments: [String]) async throws -> CommandResult {
        try await ChildProcess.run(
            Command(
                arguments: arguments, environment: Environment.all(), outputLimitBytes: 1 << 20),
            deadline: .seconds(60), grace: .seconds(1))
    }

    // MARK: - Ports

    private static func freePort() throws -> Int {
        let (descriptor, port) = try Loopback.bound()
        close(descriptor)
        return port
    }

    private static func isListening(_ port: Int) -> Bool {
        Loopback.connection(port: port).map { close($0) } != nil
    }
}

/// Why a broker is missing.
private struct Trouble: Error, CustomStringConvertible {
    let description: String
}
