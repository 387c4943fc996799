import ModelTypes
import Testing
import VoiceSession

@testable import Live

@Suite("Known problems of connections")
struct KnownConnectionTests {
    @Test("a connection lost before the first handle: the next session gets the history")
    func beforeFirstHandle() {
        let world = SessionWorld.ready()
        world.talk()
        world.receive(#"{"serverContent": {"inputTranscription": {"text": "I am Ada."}}}"#)
        world.speak()
        world.turnComplete()
        world.lose()
        world.wait(0)
        world.accept()
        #expect(world.setups.map(\.handle) == [nil])
        #expect(world.setups.first?.history == [Content(role: .user, text: "I am Ada.")])
        #expect(!world.isReplyDue)
    }

    @Test("a session that fails as soon as it is resumed is resumed twice, not for ever")
    func failsAfterResuming() {
        let world = SessionWorld.ready()
        world.converse("h")
        world.wait(20_000)
        world.lose()
        var handles: [String?] = []
        for _ in 0..<3 {
            world.wait(60_000)
            world.accept()
            handles.append(world.setups.last?.handle)
            world.wait(500)
            world.lose(1011, "Internal error encountered.")
        }
        #expect(handles == ["h", "h", nil])
    }

    @Test("a handle may be used again whenever we ended the connection, or it lasted")
    func handleThatHolds() {
        let world = SessionWorld.ready { $0.idleTimeout = 60_000_000_000 }
        world.converse("h")
        for _ in 0..<4 {
            world.wait(60_000)
            world.lose(1000)
            world.say(.activityStart, SessionWorld.sound(1))
            world.accept()
            #expect(world.setups.last?.handle == "h")
            world.wait(11_000)
            world.lose()
            world.wait(60_000)
            world.accept()
            #expect(world.setups.last?.handle == "h")
            world.say(.activityEnd)
            world.speak()
            world.turnComplete()
        }
    }

    @Test("a connection that is always cut at the same age is left before that age")
    func cutByProxy() {
        let world = SessionWorld.ready()
        world.converse("h")
        world.wait(until: 150_000)
        world.lose()
        world.wait(0)
        world.accept()
        world.wait(149_000)
        #expect(world.notices.isEmpty)
        world.lose()
        #expect(world.notices.contains { $0.contains("after 149 s") })
        world.wait(0)
        world.accept()
        world.forget()
        world.wait(139_000)
        #expect(world.closed == 1)
    }

    @Test("connections that are lost at random ages teach nothing")
    func lostAtRandom() {
        let world = SessionWorld.ready()
        for age in [Int64(40_000), 90_000, 2_000, 3_000, 200_000] {
            world.wait(age)
            world.lose()
            world.wait(60_000)
            world.accept()
        }
        #expect(world.notices.isEmpty)
    }

    @Test("handles that were not asked for are not used")
    func unaskedHandles() {
        let world = SessionWorld.ready { $0.isResumable = false }
        world.converse("h")
        world.lose()
        world.wait(0)
        world.accept()
        #expect(world.setups.map(\.handle) == [nil])
        #expect(world.readies == [false])
        #expect(world.kept.isEmpty)
    }

    @Test("every model's connection is left before the age at which cuts were seen")
    func knownLimits() {
        for name in ModelProfile.names {
            let limit = name.hasPrefix("gemini-3.8") ? 58 * 60 : 590
            #expect(ModelProfile(of: name).connectionSeconds < limit - 30, "\(name)")
        }
    }
}
