import Glibc
import Linux
import Synchronization
import Testing

@Suite("Signals")
struct SignalsTests {
    @Test("a blocked signal is read from the descriptor, once")
    func blockedSignal() throws {
        let outcome = Mutex<[Signal?]>([])
        // On a thread of its own, so that the runner's threads keep their masks.
        let thread = try OwnedThread(name: "signals", priority: .normal) {
            guard let signals = try? Signals(blocking: [.user1, .user2]) else { return }
            let before = signals.next()
            raise(SIGUSR2)
            raise(SIGUSR1)
            let taken = [before, signals.next(), signals.next(), signals.next()]
            outcome.withLock { $0 = taken }
        }
        thread.join()
        #expect(outcome.withLock { $0 } == [nil, .user1, .user2, nil])
    }

    @Test("a broken pipe is a write error and does not end the program")
    func brokenPipe() throws {
        let thread = try OwnedThread(name: "signals", priority: .normal) {
            _ = try? Signals(blocking: [.user1])
        }
        thread.join()
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        close(ends[0])
        let writer = FileDescriptor(adopting: ends[1])
        #expect(throws: SystemError(call: "write", code: EPIPE)) { try writer.write([1]) }
    }

    @Test("the numbers are the system's")
    func numbers() {
        #expect(Signal.hangUp.rawValue == SIGHUP)
        #expect(Signal.interrupt.rawValue == SIGINT)
        #expect(Signal.kill.rawValue == SIGKILL)
        #expect(Signal.user1.rawValue == SIGUSR1)
        #expect(Signal.user2.rawValue == SIGUSR2)
        #expect(Signal.terminate.rawValue == SIGTERM)
    }
}
