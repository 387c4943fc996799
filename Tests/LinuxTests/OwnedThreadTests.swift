import Glibc
import Linux
import Synchronization
import Testing

@Suite("Threads")
struct OwnedThreadTests {
    @Test("the body runs once, under its name, before join returns")
    func runs() throws {
        let names = Mutex<[String]>([])
        let thread = try OwnedThread(name: "fifteen-bytes-x", priority: .normal) {
            let path = "/proc/thread-self/comm"
            let name = (try? Files.read(path, limitBytes: 100)) ?? []
            names.withLock { $0.append(String(decoding: name, as: UTF8.self)) }
        }
        thread.join()
        thread.join()
        #expect(names.withLock { $0 } == ["fifteen-bytes-x\n"])
        #expect(!thread.isRealTime)
    }

    @Test("a real-time thread is scheduled so, or says that it is not")
    func realTime() throws {
        let policy = Atomic<Int32>(-1)
        let thread = try OwnedThread(name: "real-time", priority: .realTime(5)) {
            policy.store(sched_getscheduler(0), ordering: .releasing)
        }
        thread.join()
        #expect(policy.load(ordering: .acquiring) == (thread.isRealTime ? SCHED_FIFO : SCHED_OTHER))
    }

    @Test("a thread without permission for real time runs all the same")
    func refusedRealTime() throws {
        #if DEBUG
        let ran = Atomic<Bool>(false)
        let thread = try SystemError.$forced.withValue(["pthread_create SCHED_FIFO": EPERM]) {
            try OwnedThread(name: "refused", priority: .realTime(5)) {
                ran.store(true, ordering: .releasing)
            }
        }
        thread.join()
        #expect(!thread.isRealTime)
        #expect(ran.load(ordering: .acquiring) == true)
        #endif
    }

    @Test("a priority that does not exist is an error")
    func badPriority() {
        #expect(throws: SystemError(call: "pthread_create SCHED_FIFO bad", code: EINVAL)) {
            _ = try OwnedThread(name: "bad", priority: .realTime(1_000)) {}
        }
    }

    @Test("a thread whose owner is gone runs to its end")
    func outlivesOwner() throws {
        let (start, done) = (try EventFD(), try EventFD())
        do {
            _ = try OwnedThread(name: "orphan", priority: .normal) {
                if start.wait(timeoutMilliseconds: 60_000) { done.signal() }
            }
        }
        start.signal()
        #expect(done.wait(timeoutMilliseconds: 60_000))
    }
}
