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

    @Test("a thread's stack is too small for a huge page, which would be 2 MiB of memory")
    func stack() throws {
        let sizes = Mutex<[UInt]>([])
        let thread = try OwnedThread(name: "small", priority: .normal) {
            var local = 0
            let address = withUnsafePointer(to: &local) { UInt(bitPattern: $0) }
            let maps = (try? Files.read("/proc/self/maps", limitBytes: 1 << 22)) ?? []
            for line in String(decoding: maps, as: UTF8.self).split(separator: "\n") {
                let ends = line.prefix { $0 != " " }.split(separator: "-")
                    .compactMap { UInt($0, radix: 16) }
                if ends.count == 2, ends[0] <= address, address < ends[1] {
                    sizes.withLock { $0.append(ends[1] - ends[0]) }
                }
            }
        }
        thread.join()
        let sizesSeen = sizes.withLock { $0 }
        #expect(sizesSeen.count == 1)
        #expect(sizesSeen.allSatisfy { $0 < 2 << 20 }, "\(sizesSeen)")
    }

    @Test("a real-time thread has its priority, or reports that it has not")
    func realTime() throws {
        let policy = Atomic<Int32>(-1)
        let thread = try OwnedThread(name: "real-time", priority: .realTime(5)) {
            policy.store(sched_getscheduler(0), ordering: .releasing)
        }
        thread.join()
        #expect(policy.load(ordering: .acquiring) == (thread.isRealTime ? SCHED_FIFO : SCHED_OTHER))
    }

    @Test("a thread without permission for real time still runs")
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

    @Test("a thread takes and gives back its priority, and its children have none")
    func priorityOfThoseItStarts() throws {
        let seen = Mutex<[Int32]>([])
        let taken = Atomic<Bool>(false)
        let given = Atomic<Bool>(false)
        let thread = try OwnedThread(name: "parent", priority: .normal) {
            taken.store(ThreadPriority.realTime(5).take(), ordering: .releasing)
            seen.withLock { $0.append(sched_getscheduler(0)) }
            // Like a sound plugin: a thread that sets no priority.
            var child = pthread_t()
            let policy = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
            defer { policy.deallocate() }
            policy.pointee = -1
            pthread_create(
                &child, nil,
                { argument in
                    argument?.assumingMemoryBound(to: Int32.self).pointee = sched_getscheduler(0)
                    return nil
                }, policy)
            pthread_join(child, nil)
            seen.withLock { $0.append(policy.pointee) }
            given.store(ThreadPriority.normal.take(), ordering: .releasing)
            seen.withLock { $0.append(sched_getscheduler(0)) }
        }
        thread.join()
        let isGranted = taken.load(ordering: .acquiring)
        let ofChildren: Int32 = 0x4000_0000  // SCHED_RESET_ON_FORK
        let raised = isGranted ? SCHED_FIFO | ofChildren : SCHED_OTHER
        #expect(given.load(ordering: .acquiring) == true)
        #expect(
            seen.withLock { $0 } == [raised, SCHED_OTHER, SCHED_OTHER | ofChildren],
            "granted: \(isGranted)")
    }

    @Test("a priority that does not exist is an error")
    func badPriority() {
        #expect(throws: SystemError(call: "pthread_create SCHED_FIFO bad", code: EINVAL)) {
            _ = try OwnedThread(name: "bad", priority: .realTime(1_000)) {}
        }
    }

    @Test("a thread whose owner was released runs to its end")
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
