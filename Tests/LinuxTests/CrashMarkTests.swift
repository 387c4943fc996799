import Glibc
import Linux
import Testing

@Suite("The count of crashes")
struct CrashMarkTests {
    @Test("a signal from its own fault counts, one from another process does not")
    func aFaultOfTheProgram() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/crashes"
        // The handler passes the signal on to the previous action: ignoring it, so that the test
        // goes on.
        for number in [SIGTRAP, SIGFPE] { signal(number, SIG_IGN) }
        do {
            let mark = try CrashMark(path)
            let child = try SpawnedProcess(
                Command(
                    arguments: ["/bin/sh", "-c", "kill -FPE \(getpid())"],
                    environment: ["PATH": "/usr/bin:/bin"], outputLimitBytes: 0), output: .lines)
            _ = child.wait(timeout: .seconds(60))
            // The signal may arrive after its sender's end, and its handler then passes it on.
            let deadline = MonotonicClock.now() + 60_000_000_000
            while !isIgnored(SIGFPE), MonotonicClock.now() < deadline { sched_yield() }
            #expect(isIgnored(SIGFPE))
            #expect(mark.count == 0)
        }
        let mark = try CrashMark(path)
        raise(SIGTRAP)
        #expect(mark.count == 1)
        #expect(try CrashMark(path).count == 1)
        mark.clear()
        #expect(mark.count == 0)
    }

    private func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        sigaction(number, nil, &action)
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
