import ArgumentParser
import Linux
import ModelTypes
import Simulation
import WireCodec

struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Be a Live service on this machine, for trying things without key and network.")

    @Option(help: "The port; 0 takes a free one.")
    var port = 8765

    @Option(help: "A scenario: a shipped one's name, or a TOML file.")
    var scenario = "demo"

    @Flag(help: "Name the shipped scenarios and end.")
    var list = false

    @Option(help: "Serve wss with a generated authority, made in this folder.")
    var tls: String?

    @Flag(help: "For load: send sound for sound, and call get_time now and then.")
    var load = false

    func validate() throws {
        guard (0...65_535).contains(port) else {
            throw ValidationError("--port takes 0 to 65535, not \(port)")
        }
    }

    func run() throws {
        guard !list else { return Self.listScenarios() }
        let signals = try BlockedSignals([.terminate, .interrupt])
        let stop = Latch()
        let taker = try SignalTaker(signals) { _ in stop.open() }
        let thread = try OwnedThread(name: "signals", priority: .normal) { taker.run() }
        let (name, tls, port, load) = (scenario, tls, port, load)
        try runBlocking {
            var scenario = try await load ? Scenario.load : Self.scenario(named: name)
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
            StandardStream.output.write(
                Self.ways(key: scenario.key, port: taken, trust: authority?.authorityFile))
            await stop.wait()
            server.stop()
        }
        taker.stop()
        thread.join()
    }
}

extension Simulate {
    /// How to connect: with `martlet talk`, and with Google's SDK for Python, which turns any
    /// address into wss://.
    private static func ways(key: String, port: Int, trust: String?) -> String {
        let place = "127.0.0.1:\(port)"
        guard let trust else {
            return """
                listening: ws://\(place)
                try: GEMINI_API_KEY=\(key) martlet talk --url ws://\(place)
                google-genai speaks wss only: serve it with --tls FOLDER

                """
        }
        return """
            listening: wss://\(place)
            try: GEMINI_API_KEY=\(key) martlet talk --url wss://\(place) --ca \(trust)
            google-genai: export SSL_CERT_FILE=\(trust)
              genai.Client(api_key="\(key)", http_options={"base_url": "https://\(place)"})

            """
    }

    private static func scenario(named name: String) async throws -> Scenario {
        if let shipped = ShippedScenario.named(name) { return try await shipped.load() }
        guard Files.exists(name) else {
            let names = ShippedScenario.all.map(\.name).joined(separator: ", ")
            throw Complaint(
                "there is no scenario '\(name)' and no such file; there are: \(names)")
        }
        return try await Scenario.read(path: name)
    }

    private static func listScenarios() {
        let width = ShippedScenario.all.map(\.name.count).max() ?? 0
        for scenario in ShippedScenario.all {
            let blanks = String(repeating: " ", count: width - scenario.name.count)
            StandardStream.output.write("\(scenario.name)\(blanks)  \(scenario.summary)\n")
        }
    }
}

/// The simulated service's reports on the terminal.
enum ServerLines {
    static func line(_ event: ServerEvent) -> String? {
        switch event {
        case .setUp(_, let resumed): resumed ? "session resumed" : "session set up"
        case .soundCame: nil
        case .wordsBegan: "words begin"
        case .wordsEnded(let samples): "words end after \(samples.count / 16) ms of sound"
        case .ignoredAudio(let samples): "ignores \(samples / 16) ms of sound"
        case .text(let text): "text of \(text.count) characters"
        case .content(_, let isHistory): isHistory ? "history" : "content"
        case .contextUpdated: "context updated"
        case .cancelled(let ids): "cancels \(ids.joined(separator: ", "))"
        case .answeredInVain(let response):
            "answered in vain: \(response.serialized.prefix(200))"
        case .answerBegan(let turn): "answers with turn \(turn + 1)"
        case .faulted(let fault): "fault: \(fault)"
        case .closed(let code, let reason): "closes: \(code) \(reason)"
        case .called(let name, let id): "calls \(name) (\(id))"
        case .answered(let response): "answered: \(response.serialized.prefix(200))"
        case .interrupted: "interrupted"
        case .turnCompleted: "turn complete"
        case .refused(let code, let reason): "refused the client: \(code) \(reason)"
        }
    }
}
