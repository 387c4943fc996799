import ALSA
import ArgumentParser
import Assistant
import AudioCore
import Configuration
import Daemon
import Linux
import VoiceSession

struct Talk: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Talk in the foreground, through the same pipeline as the daemon.",
        discussion: """
            The key comes from where the settings say, or from GEMINI_API_KEY. A broker is used by \
            tools, but gets no reports: its device is the daemon.
            """)

    enum ButtonKind: String, ExpressibleByArgument, CaseIterable {
        case keyboard, none
    }

    @OptionGroup var options: SettingsOptions

    @Option(help: "The microphone: a WAV file, an ALSA name, or null.")
    var input: String?

    @Option(help: "The loudspeaker: a WAV file to write, an ALSA name, or null.")
    var output: String?

    @Option(
        help: "keyboard: the space bar begins a turn and ends it. none: just talk (hands-free).")
    var button = ButtonKind.keyboard

    @Option(help: "Another service, such as that of `martlet simulate`.")
    var url: String?

    @Option(help: "A PEM file with the only trusted authorities.")
    var ca: String?

    func run() throws {
        let signals = try BlockedSignals([.terminate, .interrupt])
        ALSALog.silence()
        var settings = try options.load(isRequired: false)
        if let input {
            // A card may be plugged in later, so it is waited for; a file must exist.
            if input.lowercased().hasSuffix(".wav") {
                guard try !WAVFile(reading: input).samples.isEmpty else {
                    throw WAVError.empty(path: input)
                }
            }
            settings[Keys.capture.device] = input
        }
        if let output { settings[Keys.playback.device] = output }
        if input != nil || output != nil, let mistake = DeviceNames.mistakes(in: settings).first {
            throw Complaint(mistake.message)
        }
        if button == .keyboard, !StandardStream.isInputTerminal {
            throw Complaint(
                "the standard input is not a terminal, so there is no space bar to talk with; run "
                    + "it in a terminal, or with --button none")
        }
        if let url { settings[Keys.live.url] = url }
        if let ca { settings[Keys.live.authority] = ca }
        if button == .none { settings[Keys.conversation.mode] = "hands-free" }
        let stop = Latch()
        let taker = try SignalTaker(signals) { _ in stop.open() }
        let thread = try OwnedThread(name: "signals", priority: .normal) { taker.run() }
        let (chosen, choice) = (settings, choice(stop))
        try runBlocking {
            let credential = try Credentials.session(chosen)
            let printer = TimelinePrinter()
            let application = try Application(
                settings: chosen, credential: credential, log: Log(level: .error), button: choice,
                role: .guest
            ) { printer.print($0) }
            try await application.start()
            StandardStream.output.write(greeting)
            await stop.wait()
            await application.stop()
        }
        taker.stop()
        thread.join()
    }

    private func choice(_ stop: Latch) -> ButtonChoice {
        switch button {
        case .keyboard: .keyboard(onQuit: { stop.open() })
        case .none: .scripted
        }
    }

    private var greeting: String {
        switch button {
        case .keyboard: "Space begins to talk and ends it; q leaves.\n"
        case .none: "Just talk; Ctrl-C leaves.\n"
        }
    }
}
