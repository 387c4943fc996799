import ALSA
import ArgumentParser
import AudioPath
import Configuration
import Daemon
import Linux

struct Devices: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List sound devices, mixers, GPIO lines and lights; measure, play, record.",
        discussion: "Everything but the list goes through the daemon's own audio path, with the "
            + "devices of the settings or those of --input and --output. Ctrl-C ends cleanly.")

    @OptionGroup var options: SettingsOptions

    @Flag(help: "Show the microphone's level, peak, clipping, noise floor and speech, live.")
    var meter = false

    @Option(help: "Play a WAV file, or \"tone\": two seconds of 440 Hz.")
    var play: String?

    @Option(
        name: .customLong("as"),
        help: ArgumentHelp(
            "With --play: speech, earcon, music or alarm, each with its own loudness; music goes "
                + "to the device of [audio.music], if there is one."))
    var playedAs = PlayedAs.speech

    @Option(help: "Record this number of seconds as the service would hear them, into FILE.")
    var record: Double?

    @Argument(help: "The WAV file for --record.")
    var file: String?

    @Flag(help: "With --record: replace the file if it exists.")
    var overwrite = false

    @Flag(help: "Play chirps and find them in the microphone: delay, level, echo.")
    var loopbackTest = false

    @Option(help: "With --loopback-test: draw what was heard into an SVG file.")
    var plot: String?

    @Option(help: "The microphone in place of the settings': an ALSA name, auto, or a WAV file.")
    var input: String?

    @Option(help: "The loudspeaker in place of the settings'.")
    var output: String?

    func validate() throws {
        let verbs = [meter, play != nil, record != nil, loopbackTest].count { $0 }
        guard verbs <= 1 else {
            throw ValidationError("use only one of --meter, --play, --record and --loopback-test")
        }
        if let record, !(0.1...3600).contains(record) {
            throw ValidationError("--record takes 0.1 to 3600 seconds")
        }
        if overwrite, record == nil { throw ValidationError("--overwrite belongs to --record") }
        if file != nil, record == nil { throw ValidationError("a FILE belongs to --record") }
        if playedAs != .speech, play == nil { throw ValidationError("--as belongs to --play") }
        if plot != nil, !loopbackTest {
            throw ValidationError("--plot belongs to --loopback-test")
        }
    }

    func run() throws {
        // Before any other thread exists, because threads inherit the blocked signals.
        let signals = try BlockedSignals([.terminate, .interrupt])
        ALSALog.silence()
        guard meter || play != nil || record != nil || loopbackTest else {
            // The list needs no settings, but a file that was named must exist.
            try options.checkNamed()
            return DevicesList().run()
        }
        var settings = try options.load(isRequired: false)
        if let input { settings[Keys.capture.device] = input }
        if let output { settings[Keys.playback.device] = output }
        if let mistake = DeviceNames.mistakes(in: settings).first {
            throw Complaint(mistake.message)
        }
        let rig = SoundRig(settings.audioSettings, signals)
        if meter { return try LevelDisplay(rig: rig).run() }
        if let play { return try Playing(what: play, voice: playedAs.voice, rig: rig).run() }
        if let record {
            let recording = Recording(seconds: record, path: file ?? "recording.wav", rig: rig)
            try recording.checkTarget(mayReplace: overwrite)
            return try recording.run()
        }
        try LoopbackTest(rig: rig, plot: plot).run()
    }
}

/// The voices that a sound can be played as.
enum PlayedAs: String, CaseIterable, ExpressibleByArgument {
    case speech, earcon, music, alarm

    var voice: PlaybackVoice {
        switch self {
        case .speech: .speech
        case .earcon: .earcon
        case .music: .music
        case .alarm: .alarm
        }
    }
}
