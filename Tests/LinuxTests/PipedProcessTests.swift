import Synchronization
import Testing

@testable import Linux

/// Programs on pipes, and their reported events.
@Suite("programs behind pipes", .timeLimit(.minutes(5)))
struct PipedProcessTests {
    private func start(
        _ script: String, queueLimitBytes: Int = 1 << 20
    ) throws -> (PipedProcess, AsyncStream<PipedProcess.Event>.Iterator) {
        let (events, teller) = AsyncStream<PipedProcess.Event>.makeStream()
        var command = Command(
            arguments: ["/bin/sh", "-c", script], environment: ["PATH": "/usr/bin:/bin"],
            outputLimitBytes: 0)
        command.confinement = Confinement()
        let process = try PipedProcess(command, queueLimitBytes: queueLimitBytes) {
            teller.yield($0)
        }
        return (process, events.makeAsyncIterator())
    }

    @Test("written data comes back, and closing the input ends a program that reads")
    func echoes() async throws {
        var (process, events) = try start("exec cat")
        #expect(process.write(Array("hello\n".utf8)))
        #expect(await events.next() == .output(Array("hello\n".utf8)))
        process.take(6)
        process.end(grace: .seconds(10))
        #expect(await events.next() == .ended(.exited(0)))
    }

    @Test("errors and output are reported apart, and the end is reported last")
    func streams() async throws {
        var (process, events) = try start("echo no >&2; read _; echo yes; exit 3")
        #expect(await events.next() == .error(Array("no\n".utf8)))
        #expect(process.write(Array("go\n".utf8)))
        #expect(await events.next() == .output(Array("yes\n".utf8)))
        while let event = await events.next() {
            if case .ended(let exit) = event {
                #expect(exit == .exited(3))
                break
            }
        }
    }

    @Test("a program that ignores its input's end and SIGTERM is killed with its children")
    func stubborn() async throws {
        var (process, events) = try start(
            "trap '' TERM; tail -f /dev/null & echo up; while :; do wait; done")
        #expect(await events.next() == .output(Array("up\n".utf8)))
        process.end(grace: .milliseconds(50))
        #expect(await events.next() == .ended(.signalled(9)))
    }

    @Test("a program that writes endlessly waits for its owner, and can be ended meanwhile")
    func flood() async throws {
        var (process, events) = try start("exec cat /dev/zero")
        var count = 0
        while count < PipedProcess.unreadLimit, case .output(let bytes)? = await events.next() {
            count += bytes.count
        }
        // No more arrives before some of it was taken.
        process.take(count)
        guard case .output(let more)? = await events.next() else {
            Issue.record("it stalls")
            return
        }
        process.take(more.count)
        process.end(grace: .milliseconds(20))
        while let event = await events.next() {
            if case .ended(let exit) = event {
                #expect(exit == .signalled(15))
                break
            }
        }
    }

    @Test("unread input is refused beyond a limit")
    func fullInput() async throws {
        var (process, events) = try start("exec tail -f /dev/null", queueLimitBytes: 1 << 20)
        let piece = [UInt8](repeating: 0x61, count: 1 << 19)
        var taken = 0
        while taken < 100, process.write(piece) { taken += 1 }
        #expect(taken < 10)
        process.end(grace: .milliseconds(20))
        #expect(await events.next() == .ended(.signalled(15)))
    }

    @Test("writing to a program that has ended does no harm")
    func writesToTheDead() async throws {
        var (process, events) = try start(
            "exec 0<&-; echo up; echo ready >&2; exec timeout 0.3 tail -f /dev/null")
        #expect(await events.next() == .output(Array("up\n".utf8)))
        #expect(process.write(Array("hello\n".utf8)))
        while let event = await events.next() {
            if case .ended(let exit) = event {
                #expect(exit == .exited(124))
                break
            }
        }
        _ = process.write(Array("hello\n".utf8))
    }

    @Test("a program that cannot be started is reported")
    func missing() async throws {
        let (events, teller) = AsyncStream<PipedProcess.Event>.makeStream()
        var command = Command(
            arguments: ["/no/such/program"], environment: [:], outputLimitBytes: 0)
        command.confinement = Confinement()
        let process = try PipedProcess(command, queueLimitBytes: 100) { teller.yield($0) }
        var iterator = events.makeAsyncIterator()
        guard case .failed(let error)? = await iterator.next() else {
            Issue.record("it was started")
            return
        }
        #expect(error.description.contains("/no/such/program"))
        process.end(grace: .zero)
    }
}
