import Linux
import TestSockets
import Testing

@testable import WebSockets

/// The loop while a service that it needs does not answer.
@Suite(.timeLimit(.minutes(5)))
struct LoopStayTests {
    /// Timers of a loop, a millisecond apart, until they are stopped.
    private final class Pulse: Sendable {
        private let beats = Shared(0)
        private let isOver = Shared(false)
        var count: Int { beats.withLock { $0 } }

        func start(on loop: EventLoop) {
            loop.schedule(at: MonotonicClock.now() + 1_000_000) { [self] in
                beats.withLock { $0 += 1 }
                if !isOver.withLock({ $0 }) { start(on: loop) }
            }
        }

        func stop() { isOver.withLock { $0 = true } }
    }

    /// The result of a connection in a bad world, and the loop's delays meanwhile.
    private func live(
        _ what: String, names: NameResolver, url: String, environment: [String: String] = [:]
    ) async throws -> [String] {
        let test = try TestLoop(names: names)
        let pulse = Pulse()
        try await test.on { pulse.start(on: $0) }
        test.loop.stays.reset()
        let log = EventLog()
        _ = try await test.connect(
            url, environment: environment, timeoutMilliseconds: 1000, log: log)
        let events = await log.untilEnd()
        pulse.stop()
        print("\(what): \(test.loop.stays)")
        // Ten times the delay of an idle machine, so that a busy one passes; a loop that waits
        // shows a second.
        #expect(pulse.count > 50, "the timers went on")
        #expect(test.loop.stays.longestNanoseconds < 500_000_000)
        #expect(test.loop.stays.longestWaitNanoseconds < 500_000_000)
        return events
    }

    @Test("a name server that never answers delays only its own connection")
    func aNameServerThatNever() async throws {
        let names = ScriptedNames([:])
        try names.silence("far.test")
        let events = try await live(
            "silent name server", names: NameResolver { names.lookup($0) }, url: "wss://far.test/")
        #expect(
            events == [
                "failed cannot find far.test:443: no name server answered within 1000 ms; check "
                    + "the network and its name server"
            ])
        names.answer("far.test")
    }

    @Test("a proxy that accepts and stays silent delays nothing else")
    func aProxyThatTakesThe() async throws {
        let proxy = try RawServer { line in while !line.read().isEmpty {} }
        let names = ScriptedNames(["proxy.test": .success(["127.0.0.1"])])
        let events = try await live(
            "dead proxy", names: NameResolver { names.lookup($0) }, url: "wss://far.test/",
            environment: ["https_proxy": "http://proxy.test:\(proxy.port)"])
        #expect(
            events == [
                "failed \(WebSocketsError.timedOut(host: "far.test:443", milliseconds: 1000))"
            ])
        #expect(names.asked.withLock { $0 } == ["proxy.test"], "far.test is the proxy's to find")
    }

    @Test("a proxy whose name server is silent is named in the error")
    func aProxyWhoseNameServer() async throws {
        let names = ScriptedNames([:])
        try names.silence("proxy.test")
        let events = try await live(
            "proxy without a name server", names: NameResolver { names.lookup($0) },
            url: "ws://far.test/", environment: ["http_proxy": "http://proxy.test:1"])
        #expect(events.first?.hasPrefix("failed cannot find the proxy proxy.test:1: ") == true)
        names.answer("proxy.test")
    }

    @Test("time on the loop and time before it are measured, and the longest kept")
    func aStayAndAWait() async throws {
        let test = try TestLoop()
        let long = Int64(30_000_000)
        test.loop.stays.reset()
        test.loop.perform { MonotonicClock.wait(until: MonotonicClock.now() + long) }
        try await test.on { _ in }
        #expect(test.loop.stays.longestNanoseconds >= long)
        #expect(test.loop.stays.kind == .job)
        #expect(test.loop.stays.longestBlockedNanoseconds == test.loop.stays.longestNanoseconds)
        let before = test.loop.stays.longestNanoseconds
        try await test.on { _ in }
        #expect(test.loop.stays.longestNanoseconds == before)
        #expect("\(test.loop.stays)".contains("by work handed in"))
    }

    @Test("time in which the loop waited does not count as time at work")
    func aStayAtWork() async throws {
        let test = try TestLoop()
        let long = Int64(30_000_000)
        test.loop.stays.reset()
        try await test.on { _ in
            let end = MonotonicClock.now() + long
            while MonotonicClock.now() < end {}
        }
        try await test.on { _ in }
        #expect(test.loop.stays.longestNanoseconds >= long)
        #expect(test.loop.stays.longestBlockedNanoseconds < long)
    }
}

/// Names that are looked up outside the loop.
@Suite(.timeLimit(.minutes(5)))
struct NamedConnectionTests {
    private func echo(_ test: TestLoop) async throws -> WebSocketListener {
        try await test.listen { connection, event in
            if case .opened = event { connection.close(code: 1000, reason: "hello") }
        }
    }

    private func events(_ test: TestLoop, port: Int) async throws -> [String] {
        let log = EventLog()
        _ = try await test.connect("ws://far.test:\(port)/", log: log)
        return await log.untilEnd().filter { $0 != "drained" }
    }

    @Test("an earlier address bridges a name server that does not answer, or cannot be asked")
    func anAddressOfBeforeBridges()
        async throws
    {
        let names = ScriptedNames(["far.test": .success(["127.0.0.1"])])
        let test = try TestLoop(names: NameResolver { names.lookup($0) })
        let server = try await echo(test)
        let good = ["opened", "closed 1000 hello"]
        #expect(try await events(test, port: server.port) == good)
        names.set("far.test", .failure(.unavailable("the network is down")))
        #expect(try await events(test, port: server.port) == good)
        try names.silence("far.test")
        #expect(try await events(test, port: server.port) == good)
        names.answer("far.test")
    }

    @Test("a name server that cannot be asked is reported in the system's words")
    func aNameServerThatCannot() async throws {
        let test = try TestLoop(names: NameResolver { _ in .failure(.unavailable("no route")) })
        let events = try await events(test, port: 1)
        #expect(
            events == [
                "failed cannot find far.test:1: no route; check the network and its name server"
            ])
    }

    @Test("a connection given up while its name is looked up says so, and only that")
    func aConnectionGivenUpWhile()
        async throws
    {
        let names = ScriptedNames(["far.test": .success(["127.0.0.1"])])
        try names.silence("far.test")
        let test = try TestLoop(names: NameResolver { names.lookup($0) })
        let log = EventLog()
        let client = try await test.connect("ws://far.test:1/", log: log)
        try await test.on { _ in client.abort() }
        names.answer("far.test")
        #expect(
            await log.untilEnd() == [
                "failed the connection to far.test:1 was given up before it was open"
            ])
    }

    @Test("a loop that ends while names are looked up ends, and its clients with it")
    func aLoopThatEndsWhile()
        async throws
    {
        let names = ScriptedNames(["far.test": .success(["127.0.0.1"])])
        try names.silence("far.test")
        weak var left: WebSocketClient?
        do {
            let test = try TestLoop(names: NameResolver { names.lookup($0) })
            left = try await test.connect("ws://far.test:1/", log: EventLog())
        }
        names.answer("far.test")
        #expect(left == nil)
    }

    @Test(
        "a time-out of any length is brought into its range",
        arguments: [Int64.min, -1, 0, 1, 999, 1 << 31, 1 << 53, .max])
    func aTimeOutOfAny(milliseconds: Int64) async throws {
        let test = try TestLoop()
        let log = EventLog()
        _ = try await test.connect(
            "ws://127.0.0.1:1/", timeoutMilliseconds: milliseconds, log: log)
        #expect(await log.untilEnd().first?.hasPrefix("failed cannot reach") == true)
    }

    @Test("an upgrade slower than libwebsockets' own time-out succeeds within ours")
    func anUpgradeSlowerThanLibwebsockets()
        async throws
    {
        let test = try TestLoop()
        let server = try await echo(test)
        let relay = try RawServer { line in
            guard let far = line.connect(port: server.port) else { return }
            far.write(line.readHead())
            // libwebsockets would give up after five seconds and check at most once a second.
            MonotonicClock.wait(until: MonotonicClock.now() + 6_500_000_000)
            line.join(far)
        }
        #expect(
            try await events(test, port: relay.port, host: "127.0.0.1") == [
                "opened", "closed 1000 hello",
            ])
    }

    private func events(_ test: TestLoop, port: Int, host: String) async throws -> [String] {
        let log = EventLog()
        _ = try await test.connect("ws://\(host):\(port)/", log: log)
        return await log.untilEnd().filter { $0 != "drained" }
    }

    // Not in the attribute: Swift 6.0 crashes on an interpolation there.
    private static let hopelessAddresses = [
        ("wss://[::1]:9000/?key=secret", "IPv6"),
        ("ws://\(String(repeating: "x", count: 120)).test/?key=secret", "longer"),
        ("ws://a.test/?key=secret\(String(repeating: "x", count: 2000))", "longer"),
    ]

    @Test(
        "an address that libwebsockets has no room for is refused with its reason",
        arguments: hopelessAddresses)
    func anAddressThatLibwebsocketsHas(
        address: String, reason: String
    ) async throws {
        let test = try TestLoop(names: NameResolver { _ in .success(["127.0.0.1"]) })
        let log = EventLog()
        _ = try await test.connect(address, log: log)
        let text = await log.untilEnd().joined()
        #expect(text.contains(reason), "\(text)")
        #expect(!text.contains("secret"))
    }

    @Test(
        "a header that would become two is not sent, nor logged",
        arguments: ["a\r\nX-Evil: 1", "a\n", "\u{0}", "\u{1B}[2J", "a\u{7F}"])
    func aHeaderThatWouldBecome(value: String) async throws {
        let test = try TestLoop()
        let heads = Shared(0)
        let server = try RawServer { _ in heads.withLock { $0 += 1 } }
        let log = EventLog()
        _ = try await test.connect(
            "ws://127.0.0.1:\(server.port)/", headers: [("x-goog-api-key", value)], log: log)
        let events = await log.untilEnd()
        #expect(events == ["failed \(WebSocketsError.badHeader("x-goog-api-key"))"])
        #expect(heads.withLock { $0 } == 0)
    }
}
