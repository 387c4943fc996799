import Assistant
import AudioCore
import Configuration
import Daemon
import Linux
import Simulation
import VoiceSession
import WireCodec

/// The demonstration: three turns on the real pipeline, reported as they happen.
struct DemoPlay: Sendable {
    let stage: DemoStage

    private static let deafPause = Duration.milliseconds(600)
    private static let listeningPause = Duration.milliseconds(2500)

    func perform() async throws {
        let printer = TimelinePrinter()
        printer.note("espeak-ng makes the speech, openssl the certificates")
        let lines = try await DemoLines.spoken()
        var scenario = try await Scenario.demo()
        scenario.goesOnAcrossSessions = true
        let server = try LiveServer(scenario: scenario)
        let authority = try await CertificateAuthority.make(in: stage.directory)
        let port = try await server.start(identity: authority.identity)
        let url = "wss://localhost:\(port)"
        printer.note("simulated Live service at \(url)")
        let microphone = try SimulatedMicrophone(path: stage.microphonePipe)
        var results = DemoResults(lamp: stage.lampWords)

        let first = try stage.settings(
            act: 1, mode: "hold", url: url, authority: authority.authorityFile)
        try await act(first, printer) { application, watcher in
            printer.note("--- 1. hold the button: \"Turn on the lamp.\"")
            application.button(ButtonEvent(pressed: true, at: MonotonicClock.now()))
            await microphone.say(lines.lamp)
            application.button(ButtonEvent(pressed: false, at: MonotonicClock.now()))
            let events = try await watcher.collect(until: DemoWatcher.isPlayed)
            results.lamp(events)
            results.isLampOn = stage.isLampOn(after: events)
            printer.note("the lamp (\(stage.lampWords)) is \(results.lampWord)")
        }
        let second = try stage.settings(
            act: 2, mode: "hands-free", url: url, authority: authority.authorityFile)
        try await act(second, printer) { _, watcher in
            // The detector adapts to the room first, as in a real one.
            try await Task.sleep(for: Self.deafPause)
            printer.note("--- 2. hands-free: \"What is a martlet?\"")
            await microphone.say(lines.question)
            results.handsFree(try await watcher.collect(until: DemoWatcher.isPlayed))
            printer.note("--- 3. hands-free, and interrupted: \"Tell me a long story.\"")
            await microphone.say(lines.story)
            results.story(try await watcher.collect(until: DemoWatcher.isFirstSound))
            try await Task.sleep(for: Self.listeningPause)
            printer.note("--- in mid-reply: \"Stop, that is enough.\"")
            await microphone.say(lines.stop)
            results.interruption(try await watcher.collect(until: DemoWatcher.isPlayed))
        }
        microphone.stop()
        server.stop()
        try saveReply()
        StandardStream.output.write(results.table(stage))
        guard results.isComplete else { throw DemoFailure(what: "some of it was not seen") }
    }

    private func act(
        _ settings: Settings, _ printer: TimelinePrinter,
        _ body: (Application, DemoWatcher) async throws -> Void
    ) async throws {
        let watcher = DemoWatcher()
        let application = try Application(
            settings: settings, credential: .fixed(.key(Secret("test-key"))),
            log: Log(level: .error),
            button: .scripted
        ) { entry in
            printer.print(entry)
            watcher.take(entry)
        }
        try await application.start()
        do {
            _ = try await watcher.collect(until: DemoWatcher.isOnline)
            try await body(application, watcher)
        } catch {
            await application.stop()
            throw error
        }
        await application.stop()
    }

    /// The sound of both acts at the speaker, as one WAV file.
    private func saveReply() throws {
        var samples: [Int16] = []
        for act in 1...2 {
            let bytes = try Files.read(stage.speakerFile(act: act), limitBytes: 64 << 20)
            samples += stride(from: 0, to: bytes.count - 1, by: 2).map {
                Int16(truncatingIfNeeded: Int(bytes[$0]) | Int(bytes[$0 + 1]) << 8)
            }
        }
        let file = WAVFile(rate: 24_000, channels: 1, samples: samples)
        try Files.writeAtomically(stage.replyFile, file.bytes, mode: 0o600)
    }
}

/// The part that the demonstration did not show.
struct DemoFailure: Error, CustomStringConvertible {
    let what: String
    var description: String { "the demonstration failed: \(what)" }
}

/// The speech for the microphone: mono, 16 kHz.
struct DemoLines: Sendable {
    let lamp: [Int16]
    let question: [Int16]
    let story: [Int16]
    let stop: [Int16]

    static func spoken() async throws -> DemoLines {
        func line(_ text: String) async throws -> [Int16] {
            try await SpeechMaker.speak(text, voice: "en-gb", rate: 16_000)
        }
        return DemoLines(
            lamp: try await line("Turn on the lamp."),
            question: try await line("What is a martlet?"),
            story: try await line("Tell me a long story."),
            stop: try await line("Stop, that is enough."))
    }
}
