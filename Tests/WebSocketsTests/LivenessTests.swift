import Glibc
import Linux
import TestSockets
import Testing

@testable import WebSockets

@Suite(.timeLimit(.minutes(5)))
struct LivenessTests {
    /// A ping a second; libwebsockets may read it during the whole life of the program.
    private nonisolated(unsafe) static let eagerPolicy = LineLiveness.makePolicy(
        pingSeconds: 1, hangupSeconds: 91)

    @Test("the kernel is set to detect a dead connection in seconds, as soon as the socket is open")
    func socketOptions() async throws {
        let test = try TestLoop()
        let server = try await test.listen { _, _ in }
        let log = EventLog()
        let client = try await test.connect("ws://127.0.0.1:\(server.port)/", log: log)
        var events = log.stream.makeAsyncIterator()
        _ = await events.next()
        let values = try await test.on { _ -> [Int32] in
            let socket = try #require(client.channel.descriptor)
            return [
                (SOL_SOCKET, SO_KEEPALIVE), (Int32(IPPROTO_TCP), TCP_USER_TIMEOUT),
                (Int32(IPPROTO_TCP), TCP_KEEPIDLE), (Int32(IPPROTO_TCP), TCP_KEEPINTVL),
                (Int32(IPPROTO_TCP), TCP_KEEPCNT),
            ].map { level, option in
                var value: Int32 = -1
                var length = socklen_t(MemoryLayout<Int32>.size)
                getsockopt(socket, level, option, &value, &length)
                return value
            }
        }
        #expect(values == [1, 10_000, 10, 3, 3])
    }

    @Test("pings are frequent, and a pong that is 30 seconds late ends nothing")
    func policy() {
        #expect(LineLiveness.pingSeconds <= 30)
        #expect(LineLiveness.hangupSeconds >= 120)
        #expect(LineLiveness.hangupSeconds - LineLiveness.pingSeconds >= 30 * 3)
    }

    @Test("a server that leaves a ping unanswered keeps its client until the hang-up time")
    func unansweredPing() async throws {
        let test = try TestLoop()
        let connections = Shared<[ServerConnection]>([])
        let server = try await test.listen { connection, event in
            if case .opened = event { connections.withLock { $0.append(connection) } }
        }
        let (pings, continuation) = AsyncStream<Void>.makeStream()
        // Lets the upgrade through, then nothing from the client, so that no pong comes either.
        let relay = try RawServer { line in
            guard let far = line.connect(port: server.port) else { return }
            far.write(line.readHead())
            line.join(far) { frame in
                let ping: UInt8 = 0x89
                if frame.first == ping { continuation.yield() }
                return false
            }
        }
        let log = EventLog()
        let client = try await test.on { loop in
            let client = WebSocketClient(loop: loop, livenessPolicy: Self.eagerPolicy)
            let url = try WebSocketURL("ws://127.0.0.1:\(relay.port)/")
            client.open(WebSocketRequest(url: url), onEvent: log.handler)
            return client
        }
        var events = log.texts().makeAsyncIterator()
        _ = await events.next()
        var iterator = pings.makeAsyncIterator()
        await iterator.next()
        // A message is a sign of life too: after it the next ping comes as after a pong.
        try await test.on { _ in
            for connection in connections.withLock({ $0 }) {
                connection.send(bytes: Array("still here".utf8), kind: .text)
            }
        }
        #expect(await events.next() == "text still here")
        await iterator.next()
        try await test.on { _ in client.abort() }
        #expect(await events.next() == "closed 1006 ")
    }
}
