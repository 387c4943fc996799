import Testing
import VoiceSession

@testable import Live

@Suite("Rotation: leaving a connection before the service ends it")
struct RotationTests {
    @Test("goAway while idle is followed at once, without a message to the user")
    func quiet() {
        let world = SessionWorld.ready()
        world.converse("h")
        world.forget()
        world.goAway(seconds: 50)
        world.lose(1000)
        world.accept()
        #expect(world.setups.map(\.handle) == ["h"])
        #expect(!world.isOffline)
        #expect(world.readies == [true])
    }

    @Test("goAway in a turn waits for the turn's end and for a handle that covers it")
    func inTurn() {
        let world = SessionWorld.ready()
        world.converse("old")
        world.talk()
        world.goAway(seconds: 50)
        #expect(world.closed == 0)
        world.receive(#"{"sessionResumptionUpdate": {"resumable": false}}"#)
        world.speak()
        world.generated()
        world.turnComplete()
        #expect(world.closed == 0)
        world.giveHandle("new")
        #expect(world.closed == 1)
    }

    @Test("goAway while a function runs waits for its answer and the turn")
    func inCall() {
        let world = SessionWorld.ready()
        // A connection that has served a turn: one whose end is announced at once is kept until
        // shortly before it, whatever is sent on it (PaceTests).
        world.converse("old")
        world.talk()
        world.callSwitch("c1")
        world.goAway(seconds: 50)
        world.wait(20_000)
        #expect(world.closed == 0)
        world.answer("c1")
        world.speak()
        world.turnComplete()
        world.giveHandle("h")
        #expect(world.closed == 1)
    }

    @Test("goAway is not followed between an interruption and the answer to the interruption")
    func interrupted() {
        let world = SessionWorld.ready()
        world.converse("old")
        // An outage delayed both turns, so that the service hears them at once.
        world.talk()
        world.talk()
        world.goAway(seconds: 50)
        world.speak()
        world.receive(#"{"serverContent": {"interrupted": true}}"#)
        #expect(world.closed == 0)
        world.turnComplete()
        #expect(world.closed == 0)
        world.speak()
        world.generated()
        world.turnComplete()
        world.giveHandle("new")
        #expect(world.closed == 1)
    }

    @Test("a handle that arrives a moment after the turn is waited for, but not for ever")
    func lateHandle() {
        let world = SessionWorld.ready()
        world.converse("old")
        world.talk()
        world.goAway(seconds: 50)
        world.speak()
        world.generated()
        world.turnComplete()
        #expect(world.closed == 0)
        world.giveHandle("new")
        #expect(world.closed == 1)
        world.lose(1000)
        world.accept()
        #expect(world.setups.last?.handle == "new")
        world.forget()
        world.converse()
        world.goAway(seconds: 50)
        #expect(world.closed == 0)
        world.wait(SessionMachine.handlePatience / 1_000_000)
        #expect(world.closed == 1)
    }

    @Test("at the latest it leaves with a second to spare, without waiting for a message")
    func deadlineAlone() {
        let world = SessionWorld.ready()
        world.talk()
        world.speak()
        world.goAway(seconds: 5)
        world.wait(3_999)
        #expect(world.closed == 0)
        world.wait(1)
        #expect(world.closed == 1)
    }

    @Test("by its own clock a connection is left before the known limits, while idle")
    func age() {
        let world = SessionWorld.ready { $0.connectionAge = 540_000_000_000 }
        world.converse("h")
        world.wait(until: 539_999)
        #expect(world.closed == 0)
        world.wait(until: 540_000)
        #expect(world.closed == 1)
    }

    @Test("a turn that goes on past the age is not cut until the patience ends")
    func ageInTurn() {
        let world = SessionWorld.ready { $0.connectionAge = 540_000_000_000 }
        world.say(.activityStart)
        world.wait(until: 600_000)
        #expect(world.closed == 0)
        world.wait(until: 540_000 + SessionMachine.rotationPatience / 1_000_000)
        #expect(world.closed == 1)
    }

    @Test("an idle connection is closed, and the next word opens another and is not lost")
    func idle() {
        let world = SessionWorld.ready { $0.idleTimeout = 60_000_000_000 }
        world.converse("h")
        world.wait(60_000)
        #expect(world.closed == 1)
        world.lose(1000)
        #expect(world.events.contains { if case .asleep = $0 { true } else { false } })
        world.forget()
        world.say(.activityStart, SessionWorld.sound(9))
        #expect(world.opened == 1)
        world.accept()
        #expect(world.setups.last?.handle == "h")
        #expect(world.sent == [.activityStart, SessionWorld.sound(9)])
    }

    @Test("a word that arrives while an idle connection is being closed is not lost")
    func idleRace() {
        let world = SessionWorld.ready { $0.idleTimeout = 60_000_000_000 }
        world.wait(60_000)
        world.say(.activityStart, SessionWorld.sound(9))
        world.lose(1000)
        #expect(world.opened == 1)
        world.accept()
        #expect(world.sent == [.activityStart, SessionWorld.sound(9)])
    }
}
