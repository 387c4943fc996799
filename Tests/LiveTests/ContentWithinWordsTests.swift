import ModelTypes
import Testing
import VoiceSession

@testable import Live

/// The service closes a connection (1007) for client content within an activity; the report of a
/// lost connection's results is such content.
@Suite("Client content waits for the end of an activity")
struct ContentWithinWordsTests {
    /// A new connection, while a call of the previous one is still running.
    private func callLost() -> SessionWorld {
        let world = SessionWorld.ready()
        world.talk()
        world.callSwitch("c1")
        world.lose()
        world.wait(0)
        world.accept()
        return world
    }

    private func expectAccountAfterWords(_ world: SessionWorld) {
        #expect(world.contents == 0)
        world.say(.activityEnd)
        #expect(world.contents == 0)
        world.speak()
        #expect(world.contents == 0)
        world.turnComplete()
        #expect(world.contents == 1)
    }

    @Test(
        "nothing sent within an activity ends it",
        arguments: [
            .text("x"), .video(mimeType: "image/png", data: [1]),
            .contextUpdate(instruction: "x", tools: nil),
        ] as [UplinkItem])
    func within(item: UplinkItem) {
        let world = callLost()
        world.say(.activityStart, SessionWorld.sound(2), item)
        world.forget()
        // A text is answered before the activity ends.
        world.turnComplete()
        world.answer("c1")
        expectAccountAfterWords(world)
    }

    @Test("a session resumed within an activity is still within it")
    func held() {
        let world = callLost()
        world.say(.activityStart, SessionWorld.sound(2))
        world.receive(
            #"{"sessionResumptionUpdate": {"newHandle": "h", "resumable": true, "lastConsumedClientMessageIndex": "99"}}"#
        )
        world.lose()
        world.wait(5_000)
        world.accept()
        world.forget()
        world.say(.contextUpdate(instruction: "x", tools: nil))
        world.answer("c1")
        expectAccountAfterWords(world)
    }

    @Test("an activity that is sent again from its beginning is not open before")
    func repeated() {
        let world = callLost()
        world.say(.activityStart, SessionWorld.sound(2))
        world.lose()
        world.answer("c1")
        world.forget()
        world.wait(5_000)
        world.accept()
        #expect(world.contents == 1)
        #expect(world.sent.dropFirst() == [.activityStart, SessionWorld.sound(2)])
    }

    @Test("an activity whose sound was dropped loses its marks too, and keeps its text")
    func marksAroundText() {
        let world = SessionWorld { $0.replaySeconds = 1 }
        let second = UplinkItem.audio([Int16](repeating: 3, count: SessionRates.live.input))
        world.say(.activityStart, SessionWorld.sound(1), .text("x"), .activityEnd)
        world.say(.activityStart, second)
        world.connect()
        world.accept()
        #expect(world.sent == [.text("x"), .activityStart, second])
    }

    @Test("the end of an activity whose start a handle has is sent, though its sound was dropped")
    func endOfHeldActivity() {
        var log = UplinkLog(replaySeconds: 1)
        let second = UplinkItem.audio([Int16](repeating: 3, count: SessionRates.live.input))
        for item in [.activityStart, SessionWorld.sound(1)] {
            _ = log.append(item)
            _ = log.nextUnsent()
        }
        log.hold(upTo: 2)
        log.rewind()
        #expect(log.isWithinSentWords)
        for item in [.activityEnd, .activityStart, second] { _ = log.append(item) }
        let first = log.nextUnsent()?.item
        #expect(first == .activityEnd)
        #expect(!log.isWithinSentWords)
        let rest = (0..<3).map { _ in log.nextUnsent()?.item }
        #expect(rest == [.activityStart, second, nil])
        #expect(log.isWithinSentWords)
    }
}

extension SessionWorld {
    /// How much client content was sent since the last `forget`.
    fileprivate var contents: Int {
        sent.filter { if case .content = $0 { true } else { false } }.count
    }
}
