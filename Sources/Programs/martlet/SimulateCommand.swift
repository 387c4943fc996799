import ArgumentParser
import Linux
import ModelTypes
import Simulation

struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Be a Live service on this machine, for trying things without key and network.")

    @Option(help: "The port; 0 takes a free one.")
    var port = 8765

    @Option(help: "A scenario (TOML); without one the shipped demonstration's.")
    var scenario: String?

    @Option(help: "Serve wss with a generated authority, made in this folder.")
    var tls: String?

    @Flag(help: "For load: send sound for sound, and call get_time now and then.")
    var load = false

    func run() throws {
        let signals = try Signals(blocking: [.terminate, .interrupt])
        let stop = Latch()
        let taker = SignalTaker(signals) { _ in stop.open() }
        let thread = try OwnedThread(name: "signals", priority: .normal) { taker.run() }
        let (path, tls, port, load) = (scenario, tls, port, load)
        try runBlocking {
            var scenario =
                try await load
                ? Scenario.load
                : path == nil ? Scenario.demo() : Scenario.read(path: path ?? "")
            if load { scenario.models.append("gemini-live") }
            let server = try LiveServer(scenario: scenario) { event in
                if let line = ServerLines.line(event) { StandardStream.output.write(line + "\n") }
            }
            let authority: CertificateAuthority?
            if let tls {
                try Files.makeDirectory(tls, mode: 0o700)
                authority = try await CertificateAuthority.make(in: tls)
            } else {
                authority = nil
            }
            let taken = try await server.start(port: port, identity: authority?.identity)
            let scheme = authority == nil ? "ws" : "wss"
            StandardStream.output.write("listening: \(scheme)://127.0.0.1:\(taken)\n")
            let trust = authority.map { " --ca \($0.authorityFile)" } ?? ""
            StandardStream.output.write(
                "try: GEMINI_API_KEY=\(scenario.key) martlet talk --url "
                    + "\(scheme)://127.0.0.1:\(taken)\(trust)\n")
            await stop.wait()
            server.stop()
        }
        taker.stop()
        thread.join()
    }
}

/// What the simulated service tells on the terminal.
enum ServerLines {
    static func line(_ event: ServerEvent) -> String? {
        switch event {
        case .setUp(_, let resumed): resumed ? "session resumed" : "session set up"
        case .wordsBegan: "words begin"
        case .wordsEnded(let samples): "words end after \(samples.count / 16) ms of sound"
        case .called(let name, let id): "calls \(name) (\(id))"
        case .answered(let response): "answered: \(response.serialized.prefix(200))"
        case .interrupted: "interrupted"
        case .turnCompleted: "turn complete"
        case .refused(let code, let reason): "refused the client: \(code) \(reason)"
        }
    }
}
