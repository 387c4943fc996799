import Assistant
import Linux
import Panel
import Synchronization
import Testing
import WebSockets

@testable import Daemon

@Suite("Light drivers")
struct LightDriverTests {
    private let red = LightFrame(
        pixels: [Colour(red: 255, green: 0, blue: 0)], brightness: 100)

    @Test("pixels on an SPI device get the bytes of their frame")
    func spi() throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-light")
        defer { try? Files.removeTree(folder) }
        let pipe = try Files.makePipe("\(folder)/spi", mode: 0o600)
        let driver = try SPIPixels(device: "\(folder)/spi")
        try driver.show(red)
        #expect(
            try pipe.read(limit: 100) == [0, 0, 0, 0, 0xFF, 0, 0, 255, 0, 0, 0, 0, 0])
    }

    @Test("three kernel LEDs are the parts of one colour, with its brightness")
    func threeLights() throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-light")
        defer { try? Files.removeTree(folder) }
        for name in ["r", "g", "b"] {
            try Files.makeDirectory("\(folder)/\(name)", mode: 0o700)
            for file in ["max_brightness", "brightness"] {
                try Files.writeAtomically(
                    "\(folder)/\(name)/\(file)", Array("255".utf8), mode: 0o600)
            }
        }
        let driver = try ClassLight(names: ["r", "g", "b"], folder: folder)
        try driver.show(
            LightFrame(pixels: [Colour(red: 200, green: 100, blue: 0)], brightness: 50))
        let levels = try ["r", "g", "b"].map { name in
            String(
                decoding: try Files.read("\(folder)/\(name)/brightness", limitBytes: 9),
                as: UTF8.self)
        }
        #expect(levels == ["100", "50", "0"])
    }

    /// A light that records what it shows, and fails while the test wants that.
    private final class Paper: LightDriver, Sendable {
        struct Failure: Error {}

        let frames = Mutex<[LightFrame]>([])
        let fails = Mutex(false)

        func show(_ frame: LightFrame) throws {
            if fails.withLock({ $0 }) { throw Failure() }
            frames.withLock { $0.append(frame) }
        }
    }

    private func onLoop<Value: Sendable>(
        _ loop: EventLoop, _ body: @escaping @Sendable () -> Value
    ) async -> Value {
        await withCheckedContinuation { done in loop.perform { done.resume(returning: body()) } }
    }

    @Test("a state is drawn once; a failing light is reopened and shows the newest state")
    func statusLight() async throws {
        let loop = try EventLoop()
        defer { loop.stop() }
        let (paper, opened) = (Paper(), Openings())
        let light = StatusLight(
            loop: loop, log: Log(level: .error),
            machine: LightMachine(
                patterns: try LightPatterns.all(on: .switched) { $0 == .timer ? "steady" : "" },
                kind: .switched, brightness: LightBrightness(percent: 100), state: .idle, at: 0)
        ) {
            opened.count.withLock { $0 += 1 }
            return paper
        }
        func show(_ state: ConversationState, ringing: Bool = false) async {
            await onLoop(loop) {
                light.show(
                    Indication(
                        state: state, isMuted: false, isOffline: false, hasTrouble: false,
                        isRinging: ringing))
            }
        }
        await show(.idle)
        await show(.listening)
        await show(.listening, ringing: true)
        #expect(paper.frames.withLock { $0.map(\.isDark) } == [true, false], "both are steady")
        paper.fails.withLock { $0 = true }
        await show(.idle)
        paper.fails.withLock { $0 = false }
        await show(.listening)
        #expect(opened.count.withLock { $0 } == 1, "it is not retried at every change")
        while paper.frames.withLock({ $0.count }) < 3 { await Task.yield() }
        #expect(paper.frames.withLock { $0.last?.isDark } == false)
        #expect(opened.count.withLock { $0 } == 2)
        await onLoop(loop) { light.turnOff() }
        #expect(paper.frames.withLock { $0.last?.isDark } == true)
    }

    private final class Openings: Sendable {
        let count = Mutex(0)
    }

    @Test("a missing light is reported once, retried ever less often, and reported as back")
    func absence() {
        var absence = Absence()
        let first = absence.worked()
        #expect(!first)
        var (time, waits): (Int64, [Int64]) = (0, [])
        for round in 0..<8 {
            let (next, news) = absence.failed("gone", at: time)
            #expect((news == nil) == (round > 0))
            waits.append((next - time) / 1_000_000_000)
            time = next
        }
        #expect(waits == [1, 2, 4, 8, 16, 30, 30, 30])
        let other = absence.failed("not permitted", at: 0).news
        #expect(other == "not permitted", "that is news")
        let isBack = absence.worked()
        #expect(isBack)
        let again = absence.failed("gone", at: 0).next
        #expect(again == 1_000_000_000)
    }
}
