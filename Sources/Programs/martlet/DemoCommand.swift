import ALSA
import ArgumentParser
import Linux

struct Demo: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the main job on simulated hardware: no key, no network, no sound card.")

    @Option(help: "The folder for the demonstration's files.")
    var directory = "martlet-demo"

    @Option(help: "A real GPIO line as the lamp, such as GPIO27.")
    var lamp: String?

    func run() throws {
        _ = try Signals(blocking: [])
        ALSALog.silence()
        let stage = DemoStage(directory: directory, lamp: lamp)
        // Before the first use of ALSA in this process.
        try stage.prepare()
        try runBlocking { try await DemoPlay(stage: stage).perform() }
    }
}
