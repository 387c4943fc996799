import Configuration
import Daemon
import Linux
import TestInputs
import Testing
import WireCodec

@testable import Setup

/// A folder with settings, and a set-up that runs over it in a pretended world.
private final class Home {
    let folder: String
    let sounds = PretendSounds()
    let lines = PretendLines()
    let farEnds = PretendFarEnds()
    let daemon: PretendDaemon
    let terminal: PretendTerminal

    init(
        _ answers: PretendTerminal.Answers, isInstalled: Bool = true, isRunning: Bool = true
    ) throws {
        folder = try Files.makeTemporaryDirectory(prefix: "martlet-setup-test")
        daemon = PretendDaemon(isInstalled: isInstalled, isRunning: isRunning)
        terminal = PretendTerminal(answers)
        try write("m.toml", "[tools]\nsecrets_dir = \"\(folder)/secrets\"\n")
    }

    deinit { try? Files.removeTree(folder) }

    func write(_ name: String, _ text: String) throws {
        let path = "\(folder)/\(name)"
        try Files.makeDirectory(FileTransaction.folder(of: path), mode: 0o755)
        try Files.writeAtomically(path, Array(text.utf8), mode: 0o644)
    }

    /// Whether the unit loads an encrypted credential, too.
    var seals = false

    /// A unit whose credentials lie in the folder.
    private var unit: ServiceUnit {
        let sealed = "LoadCredentialEncrypted=gemini-api-key-sealed:\(folder)/sealed/key\n"
        return ServiceUnit([
            "[Service]\nLoadCredential=gemini-api-key:\(folder)/credstore/key\n"
                + (seals ? sealed : "")
        ])
    }

    func run(hasUnit: Bool = true) throws -> SetupEnding {
        let store = DiskStore(
            overlay: "\(folder)/conf.d", key: KeyPlace(hasUnit ? unit : nil, folder: folder),
            owner: nil
        ) { [folder] in
            let overlay = "\(folder)/conf.d"
            let names = ((try? Files.list(overlay)) ?? []).filter { $0.hasSuffix(".toml") }
            return try (["\(folder)/m.toml"] + names.map { "\(overlay)/\($0)" }).map {
                SettingsText(
                    name: $0,
                    text: String(decoding: try Files.read($0, limitBytes: 1 << 20), as: UTF8.self))
            }
        }
        return try SetupRun(
            SetupWorld(
                terminal: terminal, sounds: sounds, lines: lines, farEnds: farEnds, daemon: daemon,
                store: store)
        ).run()
    }

    /// All files with what they hold, without the one that was there.
    func files(in place: String = "") throws -> [String: String] {
        var found: [String: String] = [:]
        for name in try Files.list("\(folder)/\(place)") {
            let path = place.isEmpty ? name : "\(place)/\(name)"
            if Files.isDirectory("\(folder)/\(path)") {
                try found.merge(files(in: path)) { $1 }
            } else if path != "m.toml" {
                let bytes = try Files.read("\(folder)/\(path)", limitBytes: 1 << 20)
                found[path] = String(decoding: bytes, as: UTF8.self)
            }
        }
        return found
    }
}

@Suite("Set-up, from its first question to its end", .timeLimit(.minutes(5)))
struct SetupRunTests {
    /// Answers for a whole set-up; what is not listed is Enter.
    private static let whole: [(question: String, answer: String)] = [
        ("The key", PretendTerminal.typedKey), ("How?", "1"), ("How do you talk?", "2"),
        ("What is it on?", "1"), ("Switch GPIO4?", "n"), ("Switch GPIO22?", "y"),
        ("Did a light blink?", "y"), ("Is it lit now?", "n"), ("Which?", "1"),
        ("The user", "martlet"), ("The password", PretendTerminal.typedPassword),
    ]

    @Test("all steps are found, shown and written, and the daemon is started with them")
    func whole() throws {
        let home = try Home(.list(Self.whole))
        #expect(try home.run() == .written)
        let files = try home.files()
        let written = try #require(files["conf.d/90-setup.toml"])
        let settings = try SettingsFile.settings(
            from: [("90-setup.toml", written)], kinds: ToolKinds([]))
        #expect(settings[Keys.capture.device] == "plughw:CARD=Headset,DEV=0")
        #expect(settings[Keys.playback.device] == "plughw:CARD=Headset,DEV=0")
        #expect(settings[Keys.button.line] == "GPIO17" && settings[Keys.button.activeLow])
        #expect(settings[Keys.conversation.mode] == "tap")
        #expect(settings[Keys.light.line] == "GPIO22" && settings[Keys.light.activeLow])
        #expect(settings[Keys.mqtt.host] == "192.0.2.7")
        #expect(settings[Keys.mqtt.password] == "{secret:mqtt-password}")
        #expect(files["credstore/key"] == PretendTerminal.typedKey + "\n")
        #expect(files["secrets/mqtt-password"] == PretendTerminal.typedPassword + "\n")
        for path in ["credstore/key", "secrets/mqtt-password"] {
            #expect(!Files.isReadableByOthers("\(home.folder)/\(path)"), "\(path)")
        }
        #expect(home.terminal.shown.contains(written))
        #expect(home.terminal.shown.contains("pipewire (process 7) holds card Busy"))
        #expect(home.terminal.shown.contains("turn 1: button"))
        #expect(home.daemon.isRunning && home.daemon.stops == 1 && home.daemon.starts == 1)
        // The line of the button is held by it, and the heater's belongs to a tool.
        #expect(home.lines.driven == ["GPIO22"])
    }

    @Test("where systemd encrypts, the key is stored so, and nothing of it is left elsewhere")
    func sealed() throws {
        // A machine that cannot has no such keys.
        guard ServiceUser.isRoot, try KeyPlace.sealing(Secret("probe")) != nil else { return }
        let home = try Home(.list([("The key", PretendTerminal.typedKey)]))
        home.seals = true
        #expect(try home.run() == .written)
        let files = try home.files()
        #expect(files["credstore/key"] == nil)
        #expect(files["sealed/key"]?.contains(PretendTerminal.typedKey) == false)
        #expect(!Files.isReadableByOthers("\(home.folder)/sealed/key"))
        #expect(home.terminal.shown.contains("encrypted by systemd for this machine"))
        #expect(
            SealedCredential.open(
                "\(home.folder)/sealed/key", name: "gemini-api-key-sealed",
                into: "\(home.folder)/opened"))
        #expect(try home.files()["opened"] == PretendTerminal.typedKey)
        #expect(try !Files.list("/run").contains { $0.hasPrefix("martlet-setup") })
    }

    @Test("a second run begins with what is there, and Enter alone changes nothing")
    func again() throws {
        let home = try Home(.list(Self.whole))
        #expect(try home.run() == .written)
        let before = try home.files()
        let rerun = try Home(.list([]))
        for (path, text) in before { try rerun.write(path, text) }
        try rerun.write("credstore/key", PretendTerminal.typedKey)
        let kept = try rerun.files()
        #expect(try rerun.run() == .declined)
        #expect(try rerun.files() == kept)
        #expect(rerun.daemon.stops == 0 && rerun.daemon.starts == 0)
        #expect(rerun.terminal.shown.contains("line GPIO17, mode tap"))
    }

    @Test("a file that is there keeps what else stands in it, and its text is put aside")
    func merged() throws {
        let home = try Home(
            .list([("Set it up? [y/S/b/q]", "n"), ("The key", PretendTerminal.typedKey)]))
        let old = "# mine\n[live]\nvoice = \"Kore\"\n[mqtt]\nhost = \"old\"\n"
        try home.write("conf.d/90-setup.toml", old)
        try home.write("conf.d/95-set.toml", "[conversation]\nmode = \"hold\"\n")
        home.lines.presses = false
        #expect(try home.run() == .written)
        let files = try home.files()
        #expect(files["conf.d/90-setup.toml.before"] == old)
        let settings = try SettingsFile.settings(
            from: [("x", files["conf.d/90-setup.toml"] ?? "")], kinds: ToolKinds([]))
        #expect(settings[Keys.live.voice] == "Kore")
        #expect(settings[Keys.capture.device] == "plughw:CARD=Headset,DEV=0")
        #expect(settings[Keys.mqtt.host] == "old")
    }

    @Test("what `config set` says of the same counts, which is said with the command that ends it")
    func shadowed() throws {
        let home = try Home(.list(Self.whole))
        try home.write("conf.d/95-set.toml", "[conversation]\nmode = \"hold\"\n")
        #expect(try home.run() == .written)
        #expect(
            home.terminal.shown.contains("`martlet config set conversation.mode --default`"))
    }

    @Test("a file with tools is left alone, and that is said before any question")
    func tools() throws {
        let home = try Home(.list([]))
        try home.write("conf.d/90-setup.toml", "[[button]]\nname = \"b\"\nline = \"GPIO6\"\n")
        #expect(throws: ConfigurationErrors.self) { try home.run() }
        #expect(home.terminal.shown.isEmpty)
    }

    @Test("whatever is answered, all is written or nothing, and nothing stays stopped or driven")
    func anything() throws {
        var written = 0
        for seed in UInt64(0)..<400 {
            var random = SeededGenerator(seed: seed)
            let end: SetupEnd = Bool.random(using: &random) ? .interrupted : .inputEnded
            let limit = Int.random(in: 0...60, using: &random)
            let home = try Home(
                .random(random, limit: limit, end: end), isRunning: seed % 4 != 0)
            home.sounds.isEmpty = seed % 5 == 0
            home.sounds.excess = seed % 3 == 0 ? 60 : 0
            home.farEnds.isUnreachable = seed % 7 == 0
            let wasRunning = home.daemon.isRunning
            let ending = try home.run(hasUnit: seed % 2 == 0)
            let files = try home.files()
            if ending == .written {
                written += 1
                let text = try #require(files["conf.d/90-setup.toml"], "\(seed)")
                let (_, mistakes) = SettingsFile.salvaged(from: [("x", text)], kinds: ToolKinds([]))
                #expect(mistakes.isEmpty, "\(seed): \(mistakes)")
                let needsPassword = text.contains("{secret:")
                #expect(needsPassword == (files["secrets/mqtt-password"] != nil), "\(seed)")
            } else {
                #expect(files.isEmpty, "\(seed): \(files.keys)")
            }
            #expect(home.daemon.isRunning == (wasRunning || ending == .written), "\(seed)")
            #expect(home.lines.depth == 0 && home.lines.levels.isEmpty, "\(seed)")
            for secret in [PretendTerminal.typedKey, PretendTerminal.typedPassword] {
                #expect(!home.terminal.shown.contains(secret), "\(seed)")
            }
        }
        #expect(written > 5)
    }

    @Test("a disk that takes the key but not the settings ends with neither, and says so")
    func fullDisk() throws {
        let home = try Home(.list(Self.whole))
        // A file in the place of the folder, for which no right helps.
        try home.write("conf.d", "")
        try home.write("credstore/key", "the old key\n")
        guard case .failed(let reason) = try home.run() else {
            Issue.record("it was written")
            return
        }
        #expect(reason.contains("conf.d"))
        let files = try home.files()
        #expect(files["credstore/key"] == "the old key\n")
        #expect(files["secrets/mqtt-password"] == nil)
        #expect(home.daemon.isRunning)
    }

    @Test("without a card, a line and a network each step says so and leaves its settings")
    func nothingThere() throws {
        let home = try Home(
            .list([
                ("The key", PretendTerminal.typedKey), ("How?", "1"), ("Watch them?", "n"),
                ("The line", ""),
            ]), isRunning: false)
        home.sounds.isEmpty = true
        home.farEnds.isUnreachable = true
        home.farEnds.found = []
        #expect(try home.run() == .written)
        let shown = home.terminal.shown
        #expect(shown.contains("No sound card is there"))
        #expect(shown.contains("the key is not checked"))
        #expect(shown.contains("No broker announces itself"))
        let text = try #require(try home.files()["conf.d/90-setup.toml"])
        #expect(!text.contains("device") && !text.contains("line"))
    }

    @Test("a line that something outside holds is not driven without a word of its own")
    func heldLine() throws {
        let home = try Home(
            .list([
                ("Set it up?", "s"), ("Set it up?", "s"), ("Set it up?", "s"),
                ("What is it on?", "1"),
                ("The line, if", "GPIO17"), ("Set it up? [Y", "y"),
            ]))
        try home.write(
            "conf.d/91.toml", "[button]\nsource = \"none\"\n[conversation]\nmode = \"hands-free\"\n"
        )
        _ = try home.run()
        #expect(home.terminal.shown.contains("Something outside holds GPIO17 high"))
        #expect(home.lines.driven.isEmpty)
    }
}
