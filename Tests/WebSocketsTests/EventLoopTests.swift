import Glibc
import Linux
import Synchronization
import Testing

@testable import WebSockets

@Suite(.timeLimit(.minutes(5)))
struct EventLoopTests {
    /// An actor that runs on a loop.
    actor Pinned {
        let loop: EventLoop
        var count = 0

        init(loop: EventLoop) { self.loop = loop }

        nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

        func increase() -> Bool {
            count += 1
            return loop.isCurrent
        }
    }

    @Test("an actor pinned to the loop runs on its thread, and a callback may enter it directly")
    func pinnedActor() async throws {
        let test = try TestLoop()
        let actor = Pinned(loop: test.loop)
        #expect(await actor.increase())
        #expect(!test.loop.isCurrent)
        let seen = try await test.on { _ in actor.assumeIsolated { $0.increase() } }
        #expect(seen)
        #expect(await actor.count == 2)
    }

    @Test("a lack of descriptors or threads is an error, and nothing is left behind")
    func aKernelThatHas() throws {
        #if DEBUG
        for (call, code) in [("fcntl", EMFILE), ("pthread_create", EAGAIN)] {
            weak var left: LoopOccupancy?
            SystemError.$forced.withValue([call: code]) {
                #expect(throws: (any Error).self) { left = try EventLoop().stays }
            }
            #expect(left == nil)
        }
        _ = try TestLoop()
        #endif
    }

    @Test("a named authority is read at the start, and not on the loop")
    func anAuthorityThatWasNamed() async throws {
        let certificates = try Certificates()
        let identity = try await certificates.make(host: "far.test")
        let file = identity.certificateFile
        let loop = try EventLoop(
            name: "test", names: NameResolver { _ in .success(["127.0.0.1"]) },
            authorities: [file, "/nowhere/authority.pem"])
        let test = TestLoop(loop)
        #expect(try await test.on { $0.clientHosts.keys.compactMap(\.authorityFile) } == [file])
        let server = try await test.listen(identity: identity) { connection, event in
            if case .opened = event { connection.close(code: 1000, reason: "hello") }
        }
        let log = EventLog()
        test.loop.stays.reset()
        _ = try await test.connect("wss://far.test:\(server.port)/", authority: file, log: log)
        #expect(await log.untilEnd().last == "closed 1000 hello")
        print("an authority of its own: \(test.loop.stays)")
        #expect(try await test.on { $0.clientHosts.count } == 2)
        let other = EventLog()
        _ = try await test.connect(
            "wss://far.test:\(server.port)/", authority: "/nowhere/authority.pem", log: other)
        #expect(await other.untilEnd().last?.contains("/nowhere/authority.pem") == true)
    }

    @Test("work from many threads is all done, each thread's in its order")
    func manyProducers() async throws {
        let test = try TestLoop()
        let seen = Shared<[Int: Int]>([:])
        await withTaskGroup(of: Void.self) { group in
            for producer in 0..<8 {
                group.addTask {
                    for number in 0..<2000 {
                        test.loop.perform {
                            let before = seen.withLock { counts in
                                defer { counts[producer] = number }
                                return counts[producer] ?? -1
                            }
                            #expect(before == number - 1)
                        }
                    }
                }
            }
        }
        let counts = try await test.on { _ in seen.withLock { $0 } }
        #expect(counts == Dictionary(uniqueKeysWithValues: (0..<8).map { ($0, 1999) }))
    }

    @Test("timers fire in the order of their deadlines, never early, and not when cancelled")
    func timers() async throws {
        let test = try TestLoop()
        let (stream, continuation) = AsyncStream<Int>.makeStream()
        let start = MonotonicClock.now()
        try await test.on { loop in
            let cancelled = loop.schedule(at: start + 2_000_000) { continuation.yield(99) }
            for (name, milliseconds) in [(3, 9), (1, 1), (2, 5), (0, 0)] as [(Int, Int64)] {
                let deadline = start + milliseconds * 1_000_000
                loop.schedule(at: deadline) {
                    #expect(MonotonicClock.now() >= deadline)
                    continuation.yield(name)
                    if name == 3 { continuation.finish() }
                }
            }
            cancelled.cancel()
        }
        var order: [Int] = []
        for await name in stream { order.append(name) }
        #expect(order == [0, 1, 2, 3])
    }

    @Test("a watched descriptor is reported as readable until the watch is cancelled")
    func watches() async throws {
        let test = try TestLoop()
        let event = try EventFD()
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        let watch = try await test.on { loop in
            try loop.watch(event.descriptor) {
                event.drain()
                continuation.yield()
            }
        }
        var iterator = stream.makeAsyncIterator()
        for _ in 0..<100 {
            event.signal()
            await iterator.next()
        }
        try await test.on { _ in watch.cancel() }
        event.signal()
        // Another descriptor's event comes in the same poll, so the first had its chance.
        let other = try EventFD()
        let second = try await test.on { loop in
            try loop.watch(other.descriptor) {
                other.drain()
                continuation.finish()
            }
        }
        other.signal()
        #expect(await iterator.next() == nil)
        try await test.on { _ in second.cancel() }
    }
}
