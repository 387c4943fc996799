import Configuration
import Linux
import Simulation
import Synchronization
import Testing

/// `martlet setup` on a terminal of its own, which script(1) makes; its echo is on.
private final class Sitting: Sendable {
    private struct State: Sendable {
        var shown = ""
        /// How far of it was answered.
        var answered = 0
        var answers: [(question: String, answer: String)]
    }

    private let state: Mutex<State>
    /// What was shown, each time that more was.
    private let looks = Collector<String>()
    private let ends = Collector<ProcessExit>()
    private let process = Mutex<PipedProcess?>(nil)

    /// Runs a shell's line with the program as $0 and the settings' file as $1; a question is
    /// answered by the first entry whose words it has, else by Enter.
    init(_ line: String, settings: String, answers: [(question: String, answer: String)]) throws {
        state = Mutex(State(answers: answers))
        let quoted = "\(try DaemonProcess.program()) \(settings)"
        var environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "SHELL": "/bin/sh"]
        environment.merge(DaemonProcess.sanitizers) { $1 }
        let process = try PipedProcess(
            Command(
                arguments: [
                    "script", "--quiet", "--return", "--flush", "--command",
                    "exec sh -c '\(line)' \(quoted)", "/dev/null",
                ], environment: environment, outputLimitBytes: 0), queueLimitBytes: 1 << 16
        ) { [weak self] event in
            self?.take(event)
        }
        self.process.withLock { $0 = process }
        // What was asked before we knew whom to answer.
        answer()
    }

    private func take(_ event: PipedProcess.Event) {
        switch event {
        case .output(let bytes), .error(let bytes):
            state.withLock { $0.shown += String(decoding: bytes, as: UTF8.self) }
            if case .output = event { process.withLock { $0 }?.take(bytes.count) }
            looks.add(shown)
            answer()
        case .ended(let exit): ends.add(exit)
        case .failed(let error):
            state.withLock { $0.shown += "\(error)" }
            ends.add(.exited(-1))
        }
    }

    /// Types an answer where a question stands at the end of what is shown.
    private func answer() {
        guard let process = process.withLock({ $0 }) else { return }
        let typed = state.withLock { state -> String? in
            guard state.shown.utf8.count > state.answered,
                let last = state.shown.split(
                    omittingEmptySubsequences: false, whereSeparator: \.isNewline
                ).last,
                last.hasSuffix("] ") || last.hasSuffix("): ")
            else { return nil }
            state.answered = state.shown.utf8.count
            guard let place = state.answers.firstIndex(where: { last.contains($0.question) })
            else { return "\n" }
            return state.answers.remove(at: place).answer
        }
        if let typed { _ = process.write(Array(typed.utf8)) }
    }

    var shown: String { state.withLock { $0.shown } }

    /// Waits until a question was asked.
    func hasAsked(_ words: String) async throws {
        _ = try await looks.first { $0.contains(words) ? true : nil }
    }

    /// How it ended.
    func end() async throws -> ProcessExit { try await ends.first { $0 } }
}

@Suite("Set-up on a terminal", .timeLimit(.minutes(5)))
final class SetUpTests {
    private let folder: String

    init() throws { folder = try Files.makeTemporaryDirectory(prefix: "martlet-setup") }

    deinit { try? Files.removeTree(folder) }

    private var settings: String { "\(folder)/martlet.toml" }

    private func write(port: Int) throws {
        let text = """
            [live]
            url = "ws://127.0.0.1:\(port)"
            [audio]
            real_time_priority = 0
            lock_memory = false

            """
        try Files.writeAtomically(settings, Array(text.utf8), mode: 0o644)
    }

    /// Devices without a card, a line by its name, no light and no broker.
    private static let answers: [(question: String, answer: String)] = [
        ("The key", "test-key\n"), ("Play short sounds", "n\n"), ("The microphone:", "null\n"),
        ("The loudspeaker:", "null\n"), ("Take them anyway?", "y\n"), ("How?", "2\n"),
        ("The line, such as", "GPIO17\n"), ("Write it anyway?", "y\n"),
        ("How do you talk?", "2\n"), ("What is it on?", "3\n"),
    ]

    @Test("key, sound, button and light are asked, checked, shown and written")
    func whole() async throws {
        let server = try LiveServer(scenario: Scenario(turns: [])) { _ in }
        try write(port: try await server.start())
        let sitting = try Sitting(
            "exec $0 setup --config $1", settings: settings, answers: Self.answers)
        #expect(try await sitting.end() == .exited(0), "\(sitting.shown)")
        server.stop()
        #expect(sitting.shown.contains("The key works: gemini-"), "\(sitting.shown)")
        #expect(!sitting.shown.contains("test-key"), "\(sitting.shown)")
        let path = "\(folder)/conf.d/90-setup.toml"
        let text = String(decoding: try Files.read(path, limitBytes: 1 << 16), as: UTF8.self)
        let written = try SettingsFile.settings(from: [(path, text)], kinds: ToolKinds([]))
        #expect(written[Keys.capture.device] == "null" && written[Keys.playback.device] == "null")
        #expect(written[Keys.button.line] == "GPIO17" && written[Keys.conversation.mode] == "tap")
        #expect(written[Keys.light.line].isEmpty)
        let key = written[Keys.live.keyFile]
        #expect(key == "\(folder)/gemini-api-key")
        #expect(try Files.read(key, limitBytes: 100) == Array("test-key\n".utf8))
        #expect(!Files.isReadableByOthers(key))

        // The second run begins with it, and Enter alone leaves it.
        let second = try Sitting("exec $0 setup --config $1", settings: settings, answers: [])
        #expect(try await second.end() == .exited(0), "\(second.shown)")
        #expect(second.shown.contains("line GPIO17, mode tap"), "\(second.shown)")
        #expect(second.shown.contains("Nothing was written"), "\(second.shown)")
        #expect(try Files.read(path, limitBytes: 1 << 16) == Array(text.utf8))
        #expect(try Files.list("\(folder)/conf.d") == ["90-setup.toml"])
    }

    @Test("a key that the service refuses is not kept, and is nowhere to be read")
    func wrongKey() async throws {
        let server = try LiveServer(scenario: Scenario(turns: [])) { _ in }
        try write(port: try await server.start())
        let sitting = try Sitting(
            "exec $0 setup --config $1", settings: settings,
            answers: [
                ("The key", "another-key\n"), ("The key", "two words\n"),
                ("Keep it anyway?", "n\n"), ("[Y/s/b/q]", "y\n"), ("[Y/s/b/q]", "q\n"),
            ])
        #expect(try await sitting.end() == .exited(0), "\(sitting.shown)")
        server.stop()
        #expect(sitting.shown.contains("The service refuses it"), "\(sitting.shown)")
        #expect(sitting.shown.contains("has a blank inside"), "\(sitting.shown)")
        #expect(!sitting.shown.contains("another-key") && !sitting.shown.contains("two words"))
        #expect(try Files.list(folder) == ["martlet.toml"])
    }

    static let interruptions = ["\u{3}", "\u{4}"]

    @Test(
        "Ctrl-C and Ctrl-D at the hidden question end it with nothing written and the echo on",
        arguments: interruptions)
    func interrupted(key: String) async throws {
        try write(port: 9)
        let sitting = try Sitting(
            "trap : INT; $0 setup --config $1; echo status $?; stty -a", settings: settings,
            answers: [("The key", key)])
        #expect(try await sitting.end() == .exited(0), "\(sitting.shown)")
        #expect(sitting.shown.contains("nothing was written"), "\(sitting.shown)")
        #expect(sitting.shown.contains("status 1"), "\(sitting.shown)")
        #expect(sitting.shown.contains(" echo "), "\(sitting.shown)")
        #expect(sitting.shown.contains("susp = ^Z"), "\(sitting.shown)")
        #expect(try Files.list(folder) == ["martlet.toml"])
    }

    @Test("a signal from elsewhere in the middle of the hidden question ends it in the same way")
    func terminated() async throws {
        try write(port: 9)
        let killer = "\(folder)/answered"
        let pipe = try Files.makePipe(killer, mode: 0o600)
        let sitting = try Sitting(
            "(read x <\(killer); kill -TERM $(cat \(folder)/pid)) & "
                + "sh -c \"echo \\$\\$ >\(folder)/pid; exec $0 setup --config $1\"; "
                + "echo status $?; stty -a", settings: settings,
            answers: [("The key", "")])
        try await sitting.hasAsked("The key")
        try pipe.writeAll(Array("go\n".utf8))
        #expect(try await sitting.end() == .exited(0), "\(sitting.shown)")
        #expect(sitting.shown.contains("status 1"), "\(sitting.shown)")
        #expect(sitting.shown.contains(" echo "), "\(sitting.shown)")
        #expect(try !Files.list(folder).contains("conf.d"))
    }

    @Test("the daemon's own settings want root, and the command is given")
    func notRoot() async throws {
        guard ServiceUser.isRoot else { return }
        let user = "setpriv --reuid nobody --clear-groups"
        let sitting = try Sitting(
            "\(user) test -x $0 || exit 77; exec \(user) $0 setup", settings: settings, answers: [])
        let exit = try await sitting.end()
        // A folder into which that user may not look holds the program.
        if exit == .exited(77) { return }
        #expect(exit == .exited(1), "\(sitting.shown)")
        #expect(sitting.shown.contains("sudo martlet setup"), "\(sitting.shown)")
    }
}
