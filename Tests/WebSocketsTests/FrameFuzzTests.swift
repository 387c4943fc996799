import TestInputs
import TestSockets
import Testing

@testable import WebSockets

/// Frames that no server should send: whatever they contain, the connection ends once, and the
/// program goes on.
@Suite(.timeLimit(.minutes(5)))
struct FrameFuzzTests {
    /// Numbers with which arithmetic goes wrong.
    private static let lengths: [UInt64] = [
        0, 1, 2, 124, 125, 126, 127, 128, 65_534, 65_535, 65_536, 1 << 24, (1 << 24) + 1, 1 << 31,
        (1 << 31) - 1, 1 << 32, 1 << 53, (1 << 63) - 1, 1 << 63, .max,
    ]

    /// The head of a frame (RFC 6455, section 5.2) in each form of a length.
    private static func head(_ first: UInt8, length: UInt64, isMasked: Bool, width: Int) -> [UInt8]
    {
        let mask: UInt8 = isMasked ? 0x80 : 0
        let wide = (0..<8).reversed().map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
        switch width {
        case 0: return [first, mask | UInt8(truncatingIfNeeded: length & 0x7F)]
        case 1: return [first, mask | 126] + wide.suffix(2)
        default: return [first, mask | 127] + wide
        }
    }

    private static func frames(_ generator: inout SeededGenerator) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 1...6, using: &generator) {
            let opcode: UInt8 = [0, 1, 2, 8, 9, 10].randomElement(using: &generator) ?? 1
            let first =
                Int.random(in: 0..<4, using: &generator) == 0
                ? UInt8.random(in: 0...255, using: &generator)
                : opcode | (Bool.random(using: &generator) ? 0x80 : 0)
            let length = lengths.randomElement(using: &generator) ?? 0
            bytes += head(
                first, length: length, isMasked: Int.random(in: 0..<8, using: &generator) == 0,
                width: Int.random(in: 0...2, using: &generator))
            let count = Int(min(length, UInt64(Int.random(in: 0...300, using: &generator))))
            bytes += (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
        }
        return bytes
    }

    /// A connection to a server that upgrades correctly, then sends these bytes and ends.
    private func events(_ bytes: [UInt8], on test: TestLoop, by server: Int) async throws
        -> [String]
    {
        let relay = try RawServer { line in
            guard let far = line.connect(port: server) else { return }
            far.write(line.readHead())
            line.write(far.readHead())
            line.write(bytes)
            line.endOfWriting()
            while !line.read().isEmpty {}
        }
        let log = EventLog()
        _ = try await test.connect("ws://127.0.0.1:\(relay.port)/", log: log)
        return await log.untilEnd()
    }

    @Test(
        "whatever frames arrive, a connection ends once", arguments: 1...200 as ClosedRange<UInt64>)
    func whateverFramesComeAConnection(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let test = try TestLoop()
        let server = try await test.listen { _, _ in }
        let bytes = Self.frames(&generator)
        let events = try await events(bytes, on: test, by: server.port)
        #expect(events.first == "opened")
        #expect(events.count { $0.hasPrefix("closed") } == 1, "\(bytes) \(events)")
        #expect(!events.contains { $0.hasPrefix("failed") })
    }

    @Test(
        "a close with any code is reported, and its reason as text",
        arguments: [
            0, 1, 999, 1000, 1004, 1005, 1006, 1015, 1016, 2999, 3000, 4999, 5000, 65_535,
        ])
    func aCloseWithAnyCode(code: UInt16) async throws {
        let test = try TestLoop()
        let server = try await test.listen { _, _ in }
        let high = UInt8(code >> 8)
        let low = UInt8(code & 0xFF)
        // Cut in the middle of a character.
        let reason: [UInt8] = Array("über".utf8.dropLast(3)) + [0xC3]
        let frame = [0x88, UInt8(2 + reason.count), high, low] + reason
        let events = try await events(frame, on: test, by: server.port)
        #expect(events.count { $0.hasPrefix("closed") } == 1, "\(events)")
        // A close frame's code has two bytes or is absent.
        for body: [UInt8] in [[], [high]] {
            let short = try await self.events(
                [0x88, UInt8(body.count)] + body, on: test, by: server.port)
            #expect(short.count { $0.hasPrefix("closed") } == 1, "\(short)")
        }
    }

    @Test("a message over the limit costs its connection and no more memory than the limit")
    func aMessageOverTheLimit()
        async throws
    {
        let test = try TestLoop()
        let server = try await test.listen { _, _ in }
        let size = Channel.messageLimitBytes + 1
        let frame =
            Self.head(0x82, length: UInt64(size), isMasked: false, width: 2)
            + [UInt8](repeating: 1, count: size)
        let events = try await events(frame, on: test, by: server.port)
        #expect(events.filter { $0 != "drained" }.count == 2, "nothing of it was delivered")
        #expect(events.last?.hasPrefix("closed 1009") == true, "\(events.last ?? "")")
    }
}
