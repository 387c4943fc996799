import Glibc
import Linux
import Testing

@Suite("Programs in the background")
struct SpawnedProcessTests {
    private let limit = Duration.seconds(60)

    private func shell(_ script: String) -> Command {
        Command(
            arguments: ["/bin/sh", "-c", script], environment: ["PATH": "/usr/bin:/bin"],
            outputLimitBytes: 0)
    }

    @Test("lines are read as they arrive, then the exit")
    func lines() throws {
        let process = try SpawnedProcess(
            shell("echo one; printf 'two\\n\\nrest'; exit 3"), output: .lines)
        #expect(process.readLine(timeout: limit) == "one")
        #expect(process.readLine(timeout: limit) == "two")
        #expect(process.readLine(timeout: limit) == "")
        #expect(process.readLine(timeout: limit) == "rest")
        #expect(process.readLine(timeout: limit) == nil)
        #expect(process.wait(timeout: limit) == .exited(3))
        #expect(process.wait(timeout: limit) == .exited(3))
    }

    @Test("a line that has not arrived is nil, and is read later")
    func lateLine() throws {
        let folder = try TemporaryFolder()
        var command = shell("printf half; while ! [ -e go ]; do :; done; echo whole")
        command.workingDirectory = folder.path
        let process = try SpawnedProcess(command, output: .lines)
        #expect(process.readLine(timeout: .milliseconds(1)) == nil)
        try Files.writeAtomically("\(folder.path)/go", [], mode: 0o600)
        #expect(process.readLine(timeout: limit) == "halfwhole")
    }

    @Test("an endless line is read in pieces")
    func endlessLine() throws {
        let process = try SpawnedProcess(shell("exec tr '\\0' x < /dev/zero"), output: .lines)
        let piece = try #require(process.readLine(timeout: limit))
        #expect(piece.utf8.count >= 64 * 1024)
        #expect(piece.utf8.count < 1024 * 1024)
        #expect(process.terminate(grace: limit) == .signalled(SIGTERM))
    }

    @Test("both streams go into a file")
    func file() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/log"
        let process = try SpawnedProcess(
            shell("echo said; echo complained >&2"), output: .file(path))
        #expect(process.wait(timeout: limit) == .exited(0))
        let text = String(decoding: try Files.read(path, limitBytes: 1_000), as: UTF8.self)
        #expect(text == "said\ncomplained\n")
    }

    @Test("waiting for a running program times out, then it is ended")
    func terminate() throws {
        let process = try SpawnedProcess(shell("exec tail -f /dev/null"), output: .discarded)
        #expect(process.wait(timeout: .zero) == nil)
        #expect(process.terminate(grace: limit) == .signalled(SIGTERM))
        // Another process may have the number by now; this must not reach it.
        process.send(.kill)
    }

    @Test("a program that ignores SIGTERM is killed")
    func kill() throws {
        let process = try SpawnedProcess(
            shell("trap '' TERM; echo ready; while :; do tail -f /dev/null; done"), output: .lines)
        #expect(process.readLine(timeout: limit) == "ready")
        #expect(process.terminate(grace: .milliseconds(20)) == .signalled(SIGKILL))
    }

    @Test("the group is killed when the process object is released")
    func released() async throws {
        let numbers: [Int32]
        do {
            let process = try SpawnedProcess(
                shell("tail -f /dev/null & echo $!; wait"), output: .lines)
            let child = try #require(process.readLine(timeout: limit).flatMap { Int32($0) })
            numbers = [process.processID, child]
        }
        #expect(await eventually { numbers.allSatisfy(isGone) })
    }

    @Test("a program that cannot start is an error")
    func cannotStart() {
        let command = Command(arguments: ["/no"], environment: [:], outputLimitBytes: 0)
        #expect(throws: SystemError(call: "posix_spawn /no", code: ENOENT)) {
            _ = try SpawnedProcess(command, output: .discarded)
        }
        #expect(throws: SystemError(call: "open /no/log", code: ENOENT)) {
            _ = try SpawnedProcess(shell("true"), output: .file("/no/log"))
        }
        #if DEBUG
        #expect(throws: SystemError(call: "pidfd_open", code: ENFILE)) {
            try SystemError.$forced.withValue(["pidfd_open": ENFILE]) {
                _ = try SpawnedProcess(shell("tail -f /dev/null"), output: .discarded)
            }
        }
        #endif
    }
}
