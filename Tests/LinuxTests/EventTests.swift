import Glibc
import Synchronization
import Testing

@testable import Linux

@Suite("Wake-ups and timers")
struct EventTests {
    @Test("a signal is seen once, however often it was sent")
    func signalOnce() throws {
        let event = try EventFD()
        #expect(!event.wait(timeoutMilliseconds: 0))
        event.signal()
        event.signal()
        #expect(event.wait(timeoutMilliseconds: 0))
        #expect(!event.wait(timeoutMilliseconds: 0))
        event.signal()
        event.drain()
        #expect(!event.wait(timeoutMilliseconds: 0))
    }

    @Test("a signal wakes another thread")
    func wakesThread() throws {
        let (ask, answer) = (try EventFD(), try EventFD())
        let thread = try OwnedThread(name: "waiter", priority: .normal) {
            if ask.wait(timeoutMilliseconds: 60_000) { answer.signal() }
        }
        ask.signal()
        #expect(answer.wait(timeoutMilliseconds: 60_000))
        thread.join()
    }

    @Test("a timer in the past is readable at once, a disarmed or later one is not")
    func timer() throws {
        let timer = try TimerFD()
        timer.arm(at: MonotonicClock.now() - 1)
        #expect(timer.drain())
        #expect(!timer.drain())
        timer.arm(at: 0)
        #expect(timer.drain())
        timer.arm(at: MonotonicClock.now())
        timer.disarm()
        #expect(!timer.drain())
        timer.arm(at: MonotonicClock.now(plus: .seconds(3_600)))
        #expect(!timer.drain())
    }

    @Test("a repeating timer fires until it is disarmed, and once for missed periods")
    func repeatedTimer() throws {
        let timer = try TimerFD()
        let first = MonotonicClock.now(plus: .milliseconds(2))
        timer.arm(at: first, every: 3_000_000)
        for number in 0..<5 {
            while !timer.drain() { #expect(MonotonicClock.now() - first < 60_000_000_000) }
            #expect(MonotonicClock.now() >= first + Int64(number) * 3_000_000)
        }
        MonotonicClock.block(until: MonotonicClock.now(plus: .milliseconds(20)))
        #expect(timer.drain())
        timer.disarm()
        MonotonicClock.block(until: MonotonicClock.now(plus: .milliseconds(10)))
        #expect(!timer.drain())
    }

    @Test("a set is readable while one of its members is")
    func readableSet() throws {
        let (first, second) = (try EventFD(), try EventFD())
        let set = try ReadableSet(watching: [first.descriptor, second.descriptor])
        #expect(!isReadable(set.descriptor))
        second.signal()
        #expect(isReadable(set.descriptor))
        second.drain()
        #expect(!isReadable(set.descriptor))
    }

    @Test("a full pipe is not ready, one with room is, and a long write never blocks")
    func pipeWithRoom() throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-pipe")
        defer { try? Files.removeTree(folder) }
        let pipe = try Files.makePipe("\(folder)/pipe", mode: 0o600)
        #expect(StandardStream.isReady(pipe.rawValue, forBytes: 4096))
        #expect(!StandardStream.isReady(pipe.rawValue, forBytes: 4097))
        let piece = ArraySlice<UInt8>(repeating: 0x41, count: 4096)
        while StandardStream.isReady(pipe.rawValue, forBytes: piece.count) {
            #expect(try pipe.write(piece) == piece.count)
        }
        #expect(!StandardStream.isReady(pipe.rawValue, forBytes: 1))
        _ = try pipe.read(limit: 1 << 20)
        #expect(StandardStream.isReady(pipe.rawValue, forBytes: 4096))
    }

    @Test("a set of a closed descriptor is an error")
    func closedMember() {
        #expect(throws: SystemError(call: "epoll_ctl", code: EBADF)) {
            _ = try ReadableSet(watching: [-1])
        }
    }

    private func isReadable(_ descriptor: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, 0) == 1
    }
}
