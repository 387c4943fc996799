import Glibc
import Linux
import Testing

/// The program itself, as used at a terminal or in a script.
@Suite(.timeLimit(.minutes(5)))
final class CommandLineTests {
    private let folder: String

    init() throws { folder = try Files.makeTemporaryDirectory(prefix: "martlet-commands") }

    deinit { try? Files.removeTree(folder) }

    /// The program beside the tests.
    private static let program: String = {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = max(0, readlink("/proc/self/exe", &path, path.count))
        let own = String(decoding: path.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return own.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/martlet"
    }()

    private struct Ended {
        let exit: ProcessExit
        let output: String
        let errors: String
    }

    /// Runs a shell command with the program as $martlet, the home as $HOME, and no input.
    private func shell(_ line: String) async throws -> Ended {
        let result = try await ChildProcess.run(
            Command(
                arguments: ["/bin/sh", "-c", line],
                environment: [
                    "PATH": "/usr/bin:/bin", "HOME": folder, "martlet": Self.program,
                    "settings": "\(folder)/m.toml",
                ], workingDirectory: folder, outputLimitBytes: 1 << 20),
            deadline: .seconds(240), grace: .seconds(2))
        return Ended(
            exit: result.exit, output: String(decoding: result.standardOutput, as: UTF8.self),
            errors: String(decoding: result.standardError, as: UTF8.self))
    }

    private func write(_ name: String, _ bytes: [UInt8]) throws {
        try Files.writeAtomically("\(folder)/\(name)", bytes, mode: 0o600)
    }

    static let broken = [
        "pcm.!default {\n    type plug\n    slave {\n        pcm “hw:2,0”\n    }\n}\n",
        "pcm.!default {\n    type plug\n    slave {\n        pcm \"hw:2,0\"\n}\n",
    ]

    @Test(
        "a mistake in a user's asoundrc is named with file and line by devices and doctor",
        arguments: broken)
    func aMistakeInAUser(
        text: String
    ) async throws {
        try write(".asoundrc", Array(text.utf8))
        try write("m.toml", Array("[audio.capture]\ndevice = \"default\"\n".utf8))
        for line in ["$martlet devices", "$martlet doctor --no-service --config $settings"] {
            let ended = try await shell(line)
            let place = "\(folder)/.asoundrc, line "
            #expect(unwrapped(ended.output).contains(place), "\(line): \(ended.output)")
            #expect(!ended.output.contains("group 'audio'"))
        }
    }

    @Test("a template that does not fit on a full disk is no success")
    func aTemplateThatAFull()
        async throws
    {
        let full = try await shell("$martlet config template > /dev/full")
        #expect(full.exit == .exited(1))
        #expect(full.errors.contains("disk full"))
        #expect(try await shell("$martlet config template > /dev/null").exit == .exited(0))
    }

    @Test("errors other than wrong usage are reported without the usage")
    func whatIsNoMistakeOf()
        async throws
    {
        try write("m.toml", [0x5B, 0x6C, 0x5D, 0x0A, 0xE4, 0x0A])
        for (line, words) in [
            ("$martlet config check --config /nonexistent.toml", "/nonexistent.toml"),
            ("$martlet config check --config $settings", "m.toml:2:1: "),
            ("$martlet config show --config $settings", "m.toml:2:1: "),
            ("$martlet simulate --scenario nope", "bad-day, budget"),
            ("$martlet talk < /dev/null", "not a terminal"),
            ("$martlet setup --config $settings < /dev/null", "no terminal"),
            ("$martlet devices --meter --input voice.mp3", "ffmpeg -i voice.mp3"),
        ] {
            let ended = try await shell(line)
            #expect(ended.exit == .exited(1), "\(line)")
            #expect(ended.errors.contains(words), "\(line): \(ended.errors)")
            #expect(!ended.errors.contains("Usage:"), "\(line)")
        }
        let port = try await shell("$martlet simulate --port 99999")
        #expect(port.exit == .exited(64))
        #expect(port.errors.contains("0 to 65535"))
    }

    @Test("a recording that could not be saved is refused before it begins")
    func aRecordingIsRefusedBefore() async throws {
        try write("take.wav", [1, 2, 3])
        for (target, words) in [
            ("take.wav", "exists already"), ("nowhere/x.wav", "cannot be written"),
            (".", "exists already"),
        ] {
            let ended = try await shell("$martlet devices --input null --record 3600 \(target)")
            #expect(ended.exit == .exited(1), "\(target)")
            #expect(ended.errors.contains(words), "\(target): \(ended.errors)")
        }
        #expect(try Files.read("\(folder)/take.wav", limitBytes: 9) == [1, 2, 3])
        let kept = try await shell(
            "$martlet devices --input null --record 0.2 --overwrite take.wav")
        #expect(kept.exit == .exited(0), "\(kept.errors)")
        #expect(try Files.read("\(folder)/take.wav", limitBytes: 1 << 20).count > 44)
        #expect(try Files.list(folder).filter { $0.hasPrefix("take") } == ["take.wav"])
    }

    @Test("settings that a start refuses do not pass the check, and no tool can be called by hand")
    func whatAStartRefuses() async throws {
        let text = """
            [button]
            line = "GPIO17"
            [[tool.gpio]]
            name = "lamp"
            description = "the lamp"
            line = "GPIO17"
            """
        try write("m.toml", Array(text.utf8))
        let call = "call switch_output '{\"output\":\"lamp\",\"action\":\"on\"}'"
        for verb in ["config check", "tools check", "tools \(call)"] {
            let ended = try await shell("$martlet \(verb) --config $settings")
            #expect(ended.exit == .exited(1), "\(verb): \(ended.output)")
            for place in ["m.toml:2:8", "m.toml:3:1", "is used twice"] {
                #expect(ended.errors.contains(place), "\(verb): \(ended.errors)")
            }
        }
    }

    @Test("a file without a sample cannot be played, and the error says so")
    func aFileWithoutASample() async throws {
        // RIFF, format of 16 kHz mono, and no samples.
        var header = Array("RIFF".utf8)
        header += [36, 0, 0, 0]
        header += Array("WAVEfmt ".utf8)
        header += [16, 0, 0, 0, 1, 0, 1, 0, 0x80, 0x3E, 0, 0, 0, 0x7D, 0, 0, 2, 0, 16, 0]
        header += Array("data".utf8)
        header += [0, 0, 0, 0]
        try write("empty.wav", header)
        for voice in ["speech", "earcon", "music", "alarm"] {
            let ended = try await shell(
                "$martlet devices --play empty.wav --as \(voice) --output null")
            #expect(ended.exit == .exited(1), "\(voice)")
            #expect(ended.errors.contains("'empty.wav' has no samples"), "\(ended.errors)")
        }
    }

    @Test("the list of tools shows the arguments with which each can be called")
    func theListOfTools() async throws {
        let text = """
            [tools]
            builtin = []
            [[tool.gpio]]
            name = "lamp"
            description = "the lamp"
            file = "\(folder)/lamp"
            """
        try write("m.toml", Array(text.utf8))
        let ended = try await shell("$martlet tools list --config $settings")
        #expect(ended.exit == .exited(0), "\(ended.errors)")
        #expect(ended.output.contains("arguments: output"), "\(ended.output)")
        #expect(ended.output.contains("action = \"on\""), "\(ended.output)")
    }

    @Test("the simulator prints how it is reached, also by the SDK")
    func theSimulatorSaysHow() async throws {
        func said(_ more: String) async throws -> String {
            try await shell(
                "timeout --preserve-status -s INT 5 $martlet simulate --port 0 \(more)"
            ).output
        }
        let plain = try await said("")
        #expect(plain.contains("martlet talk --url ws://127.0.0.1:"), "\(plain)")
        #expect(plain.contains("google-genai speaks wss only: serve it with --tls"), "\(plain)")
        let secured = try await said("--tls t")
        #expect(secured.contains("--ca t/authority.pem"), "\(secured)")
        #expect(secured.contains("export SSL_CERT_FILE=t/authority.pem"), "\(secured)")
        #expect(secured.contains("\"base_url\": \"https://127.0.0.1:"), "\(secured)")
    }

    @Test("a meter in a pipe gives plain lines")
    func aMeterInAPipe() async throws {
        let ended = try await shell(
            "timeout --preserve-status -s INT 3 $martlet devices --meter --input null")
        #expect(ended.output.contains("dBFS"), "\(ended.output) \(ended.errors)")
        #expect(!ended.output.contains("\r") && !ended.output.contains("\u{1B}"))
    }

    @Test("a loopback that finds nothing draws what it heard, and an ended one has no result")
    func aLoopThatFindsNothing()
        async throws
    {
        let devices = "--input null --output null"
        let silent = try await shell("$martlet devices --loopback-test --plot p.svg \(devices)")
        #expect(silent.exit == .exited(1))
        #expect(silent.errors.contains("chirp 3 of 3"))
        #expect(silent.errors.contains("no chirp was found"))
        let drawing = String(
            decoding: try Files.read("\(folder)/p.svg", limitBytes: 1 << 20), as: UTF8.self)
        #expect(drawing.contains("no chirp was found") && drawing.contains("share of full scale"))
        let ended = try await shell(
            "timeout --preserve-status -s INT 1 $martlet devices --loopback-test \(devices)")
        #expect(ended.exit != .exited(0))
    }

    @Test("the doctor reports on every setting that is set")
    func theDoctorIsSilentAbout()
        async throws
    {
        // No card, no chip, no light, no folder: like a desktop computer.
        let text = """
            [audio.capture]
            device = "null"
            [audio.playback]
            device = "null"
            [button]
            line = "GPIO17"
            [led]
            kind = "class"
            name = "nosuch"
            [sounds]
            directory = "/nonexistent"
            [tools]
            state_directory = "/proc/martlet"
            [[tool.gpio]]
            name = "lamp"
            description = "the lamp"
            line = "gpiochip0:17"
            [[tool.command]]
            name = "dim"
            description = "Dims."
            argv = ["/nonexistent/dim"]
            """
        try write("m.toml", Array(text.utf8))
        let ended = try await shell("$martlet doctor --no-service --config $settings")
        #expect(ended.exit == .exited(1))
        for words in [
            "microphone: ", "loudspeaker: ", "is used already: by button.line", "button.line: ",
            "led.name: the kernel has no light 'nosuch'", "output lamp: ",
            "sounds: sounds.directory '/nonexistent' is not a folder",
            "state folder: '/proc/martlet'",
            "there is no program '/nonexistent/dim'", "key: ",
        ] {
            #expect(unwrapped(ended.output).contains(words), "\(words): \(ended.output)")
        }
    }

    /// What the doctor says, each finding's parts in one line.
    private func unwrapped(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
