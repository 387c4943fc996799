import Glibc
import Synchronization
import Testing

@testable import Linux

/// Programs with fewer rights than ours; each test with a name space and without.
@Suite("Confined programs", .timeLimit(.minutes(5)))
struct ConfinementTests {
    private let never = Duration.seconds(60)
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        chmod(folder.path, 0o777)
    }

    /// A shell command in the test's folder.
    private func shell(
        _ script: String, _ hold: Hold, _ adjust: (inout Confinement) -> Void = { _ in }
    ) -> Command {
        var command = Command(
            arguments: ["/bin/sh", "-c", script], environment: ["PATH": "/usr/bin:/bin"],
            workingDirectory: folder.path, outputLimitBytes: 4_096)
        var confinement = Confinement()
        hold.choose(for: &confinement)
        adjust(&confinement)
        command.confinement = confinement
        return command
    }

    private func run(_ command: Command, deadline: Duration? = nil) async throws -> CommandResult {
        try await ChildProcess.run(
            command, deadline: deadline ?? never, grace: .milliseconds(50))
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test("output, errors, the status and a signal come back", arguments: Hold.allCases)
    func exits(hold: Hold) async throws {
        let said = try await run(shell("echo a; echo b >&2; exit 7", hold))
        #expect(said.exit == .exited(7))
        #expect(text(said.standardOutput) == "a\n")
        #expect(text(said.standardError) == "b\n")
        let killed = try await run(shell("kill -SEGV $$", hold))
        #expect(killed.exit == .signalled(SIGSEGV))
    }

    @Test("a program that cannot be started is an error that says why", arguments: Hold.allCases)
    func cannotStart(hold: Hold) async throws {
        var command = shell("", hold)
        command.arguments = ["/no/such/program"]
        await #expect(throws: SystemError(call: "execve /no/such/program", code: ENOENT)) {
            try await run(command)
        }
        command.arguments = ["no-such-name"]
        await #expect(throws: SystemError(call: "execve no-such-name", code: ENOENT)) {
            try await run(command)
        }
        command.arguments = ["true"]
        #expect(try await run(command).exit == .exited(0))
        command.workingDirectory = "/no/such/folder"
        await #expect(throws: SystemError(call: "chdir /no/such/folder", code: ENOENT)) {
            try await run(command)
        }
    }

    @Test(
        "it has no capability, cannot gain one, and no descriptor of ours",
        arguments: Hold.allCases)
    func privileges(hold: Hold) async throws {
        let stray = open("/dev/null", O_RDONLY)
        defer { close(stray) }
        let script = "grep -E '^(Cap|NoNewPrivs)' /proc/self/status; ls /proc/self/fd"
        let result = try await run(shell(script, hold))
        let lines = text(result.standardOutput).split(separator: "\n")
        let values = lines.filter { $0.hasPrefix("Cap") && !$0.hasPrefix("CapBnd") }
        #expect(values.count == 4)
        #expect(values.allSatisfy { $0.hasSuffix("0000000000000000") }, "\(values)")
        #expect(lines.contains("NoNewPrivs:\t1"))
        #expect(lines.filter { Int($0) != nil } == ["0", "1", "2", "3"])
        if Confinement.isRoot {
            #expect(lines.contains("CapBnd:\t0000000000000000"))
        }
    }

    @Test("the limits are those that were set", arguments: Hold.allCases)
    func limits(hold: Hold) async throws {
        let command = shell("cat /proc/self/limits", hold) { limits in
            limits.cpuSeconds = 3
            limits.memoryBytes = 64 << 20
            limits.openFiles = 20
            limits.fileBytes = 1 << 20
        }
        let limits = text(try await run(command).standardOutput).split(separator: "\n")
        for (name, value) in [
            ("Max cpu time", "3"), ("Max data size", "67108864"), ("Max open files", "20"),
            ("Max file size", "1048576"), ("Max core file size", "0"),
        ] {
            let line = limits.first { $0.hasPrefix(name) }?.dropFirst(name.count)
            #expect(line?.split(separator: " ").first.map(String.init) == value, "\(name)")
        }
    }

    @Test(
        "it can write in its folder and where it may, and nowhere else", arguments: Hold.allCases)
    func writing(hold: Hold) async throws {
        try #require(Confinement.landlockVersion > 0, "this kernel has no Landlock")
        let other = try TemporaryFolder()
        let allowed = try TemporaryFolder()
        let script = """
            echo a > mine && echo b > \(allowed.path)/b && echo c > /dev/null || exit 1
            echo d > \(other.path)/d; mv mine \(other.path)/mine; rm -r \(other.path); exit 3
            """
        let result = try await run(
            shell(script, hold) { $0.writable = [allowed.path] })
        #expect(result.exit == .exited(3))
        #expect(Files.exists("\(folder.path)/mine"))
        #expect(Files.exists("\(allowed.path)/b"))
        #expect(try Files.list(other.path).isEmpty)
    }

    @Test("a file beyond the size limit ends the program", arguments: Hold.allCases)
    func longFile(hold: Hold) async throws {
        let result = try await run(
            shell("exec head -c 10000000000 /dev/zero > long", hold) {
                $0.fileBytes = 1 << 20
            })
        #expect(result.exit == .signalled(SIGXFSZ))
        var status = stat()
        #expect(stat("\(folder.path)/long", &status) == 0 && status.st_size == 1 << 20)
    }

    @Test(
        "a process that left the group and the session ends with the program, at its end",
        arguments: Hold.allCases)
    func escapedAtTheEnd(hold: Hold) async throws {
        let script =
            "setsid setsid sh -c 'tail -f /dev/null & > away; wait' & while ! [ -e away ]; do :; done"
        #expect(try await run(shell(script, hold)).exit == .exited(0))
        #expect(await eventually { !runs(in: folder.path) })
    }

    @Test(
        "a process that ignores SIGTERM and left the session ends at the deadline",
        arguments: Hold.allCases)
    func escapedAtTheDeadline(hold: Hold) async throws {
        let script =
            "trap '' TERM; setsid sh -c 'trap \"\" TERM; tail -f /dev/null' & tail -f /dev/null"
        let result = try await run(
            shell(script, hold), deadline: .milliseconds(200))
        #expect(result.exit == .timedOut)
        #expect(!runs(in: folder.path))
    }

    @Test("a fork bomb ends at its deadline, and leaves nothing", arguments: Hold.allCases)
    func forkBomb(hold: Hold) async throws {
        // The kernel does not limit root's processes.
        let nobody = Confinement.isRoot ? Confinement.user(named: "nobody") : nil
        let command = shell(
            "bomb() { bomb | bomb & }; bomb; tail -f /dev/null", hold
        ) {
            $0.user = nobody
            $0.processes = 40
        }
        let result = try await run(command, deadline: .milliseconds(300))
        #expect(result.exit == .timedOut || result.exit == .exited(2))
        #expect(!runs(in: folder.path))
    }

    @Test("under another user it has only that user's groups")
    func user() async throws {
        guard Confinement.isRoot, let nobody = Confinement.user(named: "nobody") else { return }
        let result = try await run(shell("id", Hold.both) { $0.user = nobody })
        #expect(
            text(result.standardOutput)
                == "uid=65534(nobody) gid=65534(nogroup) groups=65534(nogroup)\n")
    }

    @Test("in its name space it sees only its own processes; without one it cannot signal ours")
    func signalling() async throws {
        try #require(Confinement.landlockVersion > 0, "this kernel has no Landlock")
        let hidden = try await run(shell("echo $$", Hold.both))
        #expect(text(hidden.standardOutput) == "2\n")
        guard Confinement.landlockVersion >= 6 else { return }
        let result = try await run(shell("kill -CONT \(getpid())", Hold.landlock))
        #expect(result.exit == .exited(1))
    }

    @Test(
        "cancelling the task ends the program and whatever left its session",
        arguments: Hold.allCases)
    func cancellation(hold: Hold) async throws {
        let command = shell(
            "setsid tail -f /dev/null & > ready; tail -f /dev/null", hold)
        let task = Task { try await run(command) }
        #expect(await eventually { Files.exists("\(folder.path)/ready") })
        task.cancel()
        #expect(try await task.value.exit == .cancelled)
        #expect(!runs(in: folder.path))
    }

    @Test(
        "it outlives the thread that started it, and ends with its owner", arguments: Hold.allCases)
    func startingThread(hold: Hold) async throws {
        let command = shell("echo up; exec tail -f /dev/null", hold)
        let started = Mutex<SpawnedProcess?>(nil)
        let thread = try OwnedThread(name: "starter", priority: .normal) {
            let process = try? SpawnedProcess(command, output: .lines)
            started.withLock { $0 = process }
        }
        thread.join()
        let process = try #require(started.withLock { $0 })
        #expect(process.readLine(timeout: never) == "up")
        #expect(process.wait(timeout: .milliseconds(50)) == nil)
        #expect(process.terminate(grace: never) == .signalled(SIGTERM))
        #expect(!runs(in: folder.path))
    }

    /// Whether a running process works in a folder.
    private func runs(in folder: String) -> Bool {
        let processes = (try? Files.list("/proc").filter { Int32($0) != nil }) ?? []
        return processes.contains { process in
            var target = [CChar](repeating: 0, count: 512)
            let count = readlink("/proc/\(process)/cwd", &target, target.count)
            guard count > 0 else { return false }
            // For a process with its own mounts a chroot shows more of the path.
            return text(target.prefix(count).map { UInt8(bitPattern: $0) }).hasSuffix(folder)
                && !isGone(Int32(process) ?? 0)
        }
    }
}
