import Testing
import VoiceSession

@testable import Live

@Suite("a conversation that the user ends")
struct FarewellTests {
    @Test("after the last words the connection is closed, and the next word opens another")
    func farewell() {
        let world = SessionWorld.ready { $0.idleTimeout = nil }
        world.converse("h")
        world.endConversation()
        world.wait(2_900)
        #expect(world.closed == 0)
        world.wait(200)
        #expect(world.closed == 1)
        world.lose(1000)
        #expect(world.events.contains { if case .asleep = $0 { true } else { false } })
        world.forget()
        world.say(.activityStart, SessionWorld.sound(9))
        #expect(world.opened == 1)
        world.accept()
        // This conversation was not ended by the user.
        world.converse("i")
        world.wait(60_000)
        #expect(world.closed == 0)
    }

    @Test("a user who goes on speaking is not cut off")
    func secondThought() {
        let world = SessionWorld.ready { $0.idleTimeout = nil }
        world.converse("h")
        world.endConversation()
        world.wait(1_000)
        world.converse("i")
        world.wait(60_000)
        #expect(world.closed == 0)
    }
}
