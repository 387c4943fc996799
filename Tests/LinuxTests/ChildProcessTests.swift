import Glibc
import Testing

@testable import Linux

@Suite("Child processes")
struct ChildProcessTests {
    /// Longer than anything here takes; a test that needs it has failed.
    private let never = Duration.seconds(60)

    private func shell(_ script: String, outputLimitBytes: Int = 64 * 1024) -> Command {
        Command(
            arguments: ["/bin/sh", "-c", script], environment: ["PATH": "/usr/bin:/bin"],
            outputLimitBytes: outputLimitBytes)
    }

    private func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self)
    }

    @Test("both streams and the status come back")
    func bothStreams() async throws {
        let result = try await ChildProcess.run(
            shell("echo said; echo complained >&2; exit 7"), deadline: never, grace: never)
        #expect(result.exit == .exited(7))
        #expect(text(result.standardOutput) == "said\n")
        #expect(text(result.standardError) == "complained\n")
        #expect(!result.outputTruncated)
    }

    @Test("arguments reach the program as they are, without a shell")
    func argumentsAreNotInterpreted() async throws {
        let odd = ["", "a b", "$(id)", "; rm -rf /", "*", "\"'\\", "ü\n"]
        let command = Command(
            arguments: ["printf", "%s|"] + odd, environment: [:], outputLimitBytes: 1_000)
        let result = try await ChildProcess.run(command, deadline: never, grace: never)
        #expect(text(result.standardOutput) == odd.map { "\($0)|" }.joined())
    }

    @Test("the environment is exactly the one given")
    func environmentIsExact() async throws {
        let command = Command(
            arguments: ["env"], environment: ["ONE": "1", "TWO": "a=b"], outputLimitBytes: 1_000)
        let result = try await ChildProcess.run(command, deadline: never, grace: never)
        let lines = text(result.standardOutput).split(separator: "\n").sorted()
        #expect(lines == ["ONE=1", "TWO=a=b"])
    }

    @Test("the program starts in its working directory")
    func workingDirectory() async throws {
        var command = shell("pwd -P")
        command.workingDirectory = "/usr"
        let result = try await ChildProcess.run(command, deadline: never, grace: never)
        #expect(text(result.standardOutput) == "/usr\n")
    }

    @Test("a program that is missing, not executable or without its folder is an error")
    func cannotStart() async {
        await #expect(throws: SystemError(call: "posix_spawn /no/such/program", code: ENOENT)) {
            try await run(["/no/such/program"])
        }
        await #expect(throws: SystemError(call: "posix_spawn no-such-name-anywhere", code: ENOENT))
        {
            try await run(["no-such-name-anywhere"])
        }
        await #expect(throws: SystemError(call: "posix_spawn /etc/passwd", code: EACCES)) {
            try await run(["/etc/passwd"])
        }
        await #expect(throws: SystemError(call: "posix_spawn true", code: ENOENT)) {
            try await run(["true"], in: "/no/such/folder")
        }
    }

    @Test("standard input is empty, so a program that reads does not hang")
    func standardInputIsEmpty() async throws {
        let result = try await ChildProcess.run(shell("cat"), deadline: never, grace: never)
        #expect(result.exit == .exited(0))
        #expect(result.standardOutput.isEmpty)
    }

    @Test("no descriptor of ours is inherited")
    func noDescriptorInherited() async throws {
        // Not marked close-on-exec, as a C library might leave it.
        let stray = open("/dev/null", O_RDONLY)
        defer { close(stray) }
        let result = try await ChildProcess.run(
            Command(arguments: ["ls", "/proc/self/fd"], environment: [:], outputLimitBytes: 1_000),
            deadline: never, grace: never)
        // The fourth is the folder that ls itself reads.
        #expect(text(result.standardOutput) == "0\n1\n2\n3\n")
    }

    @Test("the program starts with every signal at its default and none blocked")
    func signalsAreReset() async throws {
        let result = try await ChildProcess.run(
            Command(
                arguments: ["grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"], environment: [:],
                outputLimitBytes: 1_000), deadline: never, grace: never)
        let masks = text(result.standardOutput).split(whereSeparator: \.isWhitespace)
            .compactMap { UInt64($0, radix: 16) }
        // The highest two are the C library's own, which it ignores on behalf of every program.
        #expect(masks.map { $0 & 0x7fff_ffff } == [0, 0])
    }

    @Test("a program that ends by a signal says which")
    func endsBySignal() async throws {
        let result = try await ChildProcess.run(
            shell("kill -SEGV $$"), deadline: never, grace: never)
        #expect(result.exit == .signalled(SIGSEGV))
    }

    @Test("a program that hangs is ended at its deadline")
    func hangs() async throws {
        let result = try await ChildProcess.run(
            shell("exec tail -f /dev/null"), deadline: .milliseconds(50), grace: never)
        #expect(result.exit == .timedOut)
    }

    @Test("a program that ignores SIGTERM is killed after its grace, with its children")
    func ignoresTermination() async throws {
        let script = "trap '' TERM; tail -f /dev/null & echo $!; echo $! > ready; wait"
        let result = try await cancelled(script, grace: .milliseconds(50))
        #expect(result.exit == .cancelled)
        let child = try #require(Int32(text(result.standardOutput).dropLast()))
        #expect(await eventually { isGone(child) })
    }

    @Test("a program that exits cleanly on SIGTERM can say its last words")
    func endsInOrder() async throws {
        let script = "trap 'echo bye; exit 0' TERM; > ready; while :; do :; done"
        let result = try await cancelled(script, grace: never)
        #expect(result.exit == .cancelled)
        #expect(text(result.standardOutput) == "bye\n")
    }

    @Test("endless output is cut at the limit and ended at the deadline")
    func endlessOutput() async throws {
        let result = try await ChildProcess.run(
            shell("exec yes", outputLimitBytes: 1_000), deadline: .milliseconds(200), grace: never)
        #expect(result.exit == .timedOut)
        #expect(result.standardOutput.count <= 1_000)
    }

    @Test("more output than the limit does not keep a program from ending")
    func longOutput() async throws {
        let megabyte = shell("head -c 1000000 /dev/zero; head -c 10 /dev/zero >&2")
        let result = try await ChildProcess.run(megabyte, deadline: never, grace: never)
        #expect(result.exit == .exited(0))
        #expect(result.outputTruncated)
        #expect(result.standardOutput.count == 64 * 1024)
        #expect(result.standardError.count == 10)
    }

    @Test("output of exactly the limit is whole")
    func exactOutput() async throws {
        let result = try await ChildProcess.run(
            shell("head -c 1000 /dev/zero", outputLimitBytes: 1_000), deadline: never, grace: never)
        #expect(result.standardOutput.count == 1_000)
        #expect(!result.outputTruncated)
    }

    @Test("the call ends with the program, though a child holds its output; the child is killed")
    func childrenAreKilled() async throws {
        let result = try await ChildProcess.run(
            shell("tail -f /dev/null & echo $!"), deadline: never, grace: never)
        #expect(result.exit == .exited(0))
        let child = try #require(Int32(text(result.standardOutput).dropLast()))
        #expect(await eventually { isGone(child) })
    }

    @Test("a child that left the group does not hold the call up")
    func escapedChild() async throws {
        let folder = try TemporaryFolder()
        var command = shell(
            "setsid sh -c 'echo $$ > new; mv new escaped; exec tail -f /dev/null' & "
                + "while ! [ -e escaped ]; do :; done")
        command.workingDirectory = folder.path
        let result = try await ChildProcess.run(command, deadline: never, grace: never)
        #expect(result.exit == .exited(0))
        let number = text(try Files.read("\(folder.path)/escaped", limitBytes: 100))
        kill(try #require(Int32(number.dropLast())), SIGKILL)
    }

    @Test("cancelling the task ends the program and its children")
    func cancellation() async throws {
        let result = try await cancelled("tail -f /dev/null & echo $!; > ready; wait", grace: never)
        #expect(result.exit == .cancelled)
        let child = try #require(Int32(text(result.standardOutput).dropLast()))
        #expect(await eventually { isGone(child) })
    }

    @Test("a task that is cancelled beforehand ends its program at once")
    func cancelledBefore() async throws {
        let command = shell("exec tail -f /dev/null")
        let never = never
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await ChildProcess.run(command, deadline: never, grace: never)
        }
        task.cancel()
        #expect(try await task.value.exit == .cancelled)
    }

    @Test("no descriptor, thread or zombie is left behind")
    func nothingLeaks() async throws {
        // Other tests run at the same time, so only the resources of children are counted.
        let (runs, noise) = (100, 50)
        let before = try counts()
        for index in 0..<runs {
            let program = index % 2 == 0 ? "true" : "/no/such/program"
            _ = try? await run([program])
        }
        #expect(
            await eventually {
                guard let after = try? counts() else { return false }
                return after.descriptors < before.descriptors + noise
                    && after.threads < before.threads + noise
                    && after.zombies < before.zombies + noise
            })
    }

    @Test("a program beyond the limit is refused, until another has ended")
    func tooMany() async throws {
        let places = ChildPlaces(limit: 1)
        let folder = try TemporaryFolder()
        var command = shell("> ready; exec tail -f /dev/null")
        command.workingDirectory = folder.path
        let first = Task { [command, never] in
            try await ChildProcess.run(command, deadline: never, grace: never, in: places)
        }
        #expect(await eventually { Files.exists("\(folder.path)/ready") })
        await #expect(throws: SystemError(call: "start another child process", code: EAGAIN)) {
            try await ChildProcess.run(shell("true"), deadline: never, grace: never, in: places)
        }
        first.cancel()
        _ = try await first.value
        let next = try await ChildProcess.run(
            shell("true"), deadline: never, grace: never, in: places)
        #expect(next.exit == .exited(0))
    }

    @Test("failing calls at the start are reported, and nothing is started or left")
    func forcedFailures() async throws {
        #if DEBUG
        for call in ["eventfd", "pthread_create"] {
            await #expect(throws: SystemError.self) {
                try await SystemError.$forced.withValue([call: EMFILE]) { try await run(["true"]) }
            }
        }
        #expect(try await run(["true"]).exit == .exited(0))
        #endif
    }

    private func run(_ arguments: [String], in folder: String? = nil) async throws -> CommandResult
    {
        try await ChildProcess.run(
            Command(
                arguments: arguments, environment: [:], workingDirectory: folder,
                outputLimitBytes: 1_000), deadline: never, grace: never)
    }

    /// Runs a script in a folder of its own and cancels it once it has made the file "ready".
    private func cancelled(_ script: String, grace: Duration) async throws -> CommandResult {
        let folder = try TemporaryFolder()
        var command = shell(script)
        command.workingDirectory = folder.path
        let task = Task { [command, never] in
            try await ChildProcess.run(command, deadline: never, grace: grace)
        }
        #expect(await eventually { Files.exists("\(folder.path)/ready") })
        task.cancel()
        return try await task.value
    }

    private func counts() throws -> (descriptors: Int, threads: Int, zombies: Int) {
        (
            try Files.list("/proc/self/fd").filter { isOfChild(descriptor: $0) }.count,
            try Files.list("/proc/self/task").filter { threadName($0) == "child" }.count,
            childStates().filter { $0 == "Z" }.count
        )
    }

    /// Whether a descriptor of ours is a pipe or a pidfd.
    private func isOfChild(descriptor: String) -> Bool {
        var target = [CChar](repeating: 0, count: 64)
        let count = readlink("/proc/self/fd/\(descriptor)", &target, target.count)
        let text = String(
            decoding: target.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return text.hasPrefix("pipe:") || text.hasPrefix("anon_inode:[pidfd]")
    }

    private func threadName(_ number: String) -> String {
        let bytes = try? Files.read("/proc/self/task/\(number)/comm", limitBytes: 32)
        return text((bytes ?? []).filter { $0 > 0x20 })
    }

    /// The states of our direct children: "S" sleeping, "Z" ended and not reaped.
    private func childStates() -> [String] {
        let processes = (try? Files.list("/proc").filter { Int32($0) != nil }) ?? []
        return processes.compactMap { process in
            guard let fields = processFields(process), fields.count > 1 else { return nil }
            return fields[1] == String(getpid()) ? fields[0] : nil
        }
    }
}
