import AllToolKinds
import Configuration
import GPIO
import Linux

/// The demonstration's files: pipes and files that replace hardware, and the settings.
struct DemoStage: Sendable {
    let directory: String
    let lampLine: String?

    init(directory: String, lamp: String?) {
        self.directory =
            directory.hasPrefix("/") ? directory : "\(Files.currentDirectory())/\(directory)"
        // A simulated chip may be used without asking; a real one only at its owner's request.
        let simulated = GPIOCatalogue.chips().first { $0.label.hasPrefix("gpio-sim") }
        lampLine = lamp ?? simulated.map { "\($0.name):0" }
    }

    var microphonePipe: String { "\(directory)/microphone" }
    var lampFile: String { "\(directory)/lamp" }
    var replyFile: String { "\(directory)/reply.wav" }

    /// The sound at the speaker of an act: raw samples, 24 kHz, mono.
    func speakerFile(act: Int) -> String { "\(directory)/speaker-\(act).raw" }

    /// The lamp in words.
    var lampWords: String {
        lampLine.map { "the GPIO line \($0)" } ?? "the file \(lampFile), which stands for a line"
    }

    /// Creates the folder and declares the devices to ALSA.
    func prepare() throws {
        try Files.makeDirectory(directory, mode: 0o700)
        for name in ["microphone", "lamp", "speaker-1.raw", "speaker-2.raw", "reply.wav"]
        where Files.exists("\(directory)/\(name)") {
            try Files.remove("\(directory)/\(name)")
        }
        let path = "\(directory)/asound.conf"
        try Files.writeAtomically(path, Array(Self.alsa.utf8), mode: 0o600)
        Environment.set("ALSA_CONFIG_PATH", to: path)
    }

    /// A microphone that reads a pipe and a speaker that writes a file, as ALSA devices.
    private static let alsa = """
        </usr/share/alsa/alsa.conf>
        pcm.martlet_microphone {
            @args [ PATH ]
            @args.PATH { type string }
            type file
            slave.pcm { type null }
            file "/dev/null"
            infile $PATH
            format raw
        }
        pcm.martlet_speaker {
            @args [ PATH ]
            @args.PATH { type string }
            type file
            slave.pcm { type null }
            file $PATH
            format raw
        }

        """

    /// The settings of an act.
    func settings(act: Int, mode: String, url: String, authority: String) throws -> Settings {
        let lamp = lampLine.map { "line = \"\($0)\"" } ?? "file = \"\(lampFile)\""
        let text = """
            [live]
            url = "\(url)"
            ca_file = "\(authority)"

            [conversation]
            mode = "\(mode)"

            [audio.capture]
            device = "martlet_microphone:PATH=\(microphonePipe)"

            [audio.playback]
            device = "martlet_speaker:PATH=\(speakerFile(act: act))"

            [[tool.gpio]]
            name = "lamp"
            description = "the lamp on the desk"
            \(lamp)

            """
        let path = "\(directory)/act-\(act).toml"
        try Files.writeAtomically(path, Array(text.utf8), mode: 0o600)
        return try SettingsFile.settings(from: [(path, text)])
    }
}
