import Testing

@testable import Assistant

@Suite("the conversation when something is missing")
struct ConversationTroubleTests {
    @Test("a press while offline sounds at once, and its words are kept for the session")
    func pressOffline() {
        let world = ConversationWorld(.hold)
        #expect(world.state == .offline)
        world.press(1_000)
        #expect(world.actions.contains(.sound(.offline)))
        #expect(world.actions.contains(.connect))
        #expect(world.state == .listening)
        world.samples()
        world.release(2_000)
        world.segmentEnded()
        #expect(world.state == .thinking)
        world.ready(4_000, resumed: false)
        #expect(world.deadline == 19_000)
        #expect(world.wire == [.begin, .audio(first: 0, count: 320), .end])
        #expect(world.audio(5_000))
    }

    @Test("words kept too long are dropped, with a sound, also while the button is held")
    func patienceEnds() {
        for isHeld in [true, false] {
            let world = ConversationWorld(.hold)
            world.press(1_000)
            world.samples()
            if !isHeld {
                world.release(2_000)
                world.segmentEnded()
            }
            #expect(world.deadline == 11_000)
            world.forget()
            world.deadline(11_000)
            #expect(world.wire == [.discard])
            #expect(world.sounds == [.sameTrouble], "the press was reported in words")
            #expect(world.actions.contains(.closeMicrophone(at: .milliseconds(11_000))) == isHeld)
            #expect(world.state == .offline)
            #expect(world.samples() == [])
            world.release(12_000)
            world.segmentEnded()
            #expect(world.wire == [.discard])
            #expect(world.deadline == nil)
        }
    }

    @Test("the reason for having no session is reported once, also when there never was one")
    func reasonOfOutage() {
        let world = ConversationWorld(.hold)
        func told() -> [String] {
            world.timeline.compactMap { if case .offline(let text) = $0 { text } else { nil } }
        }
        world.offline(100, "unknown authority")
        world.offline(600, "unknown authority")
        #expect(told() == ["unknown authority"])
        world.offline(1_600, "no such host")
        #expect(told() == ["unknown authority", "no such host"])
        world.ready(3_000)
        world.offline(4_000, "no such host")
        #expect(told() == ["unknown authority", "no such host", "no such host"])
    }

    @Test("a sleeping session is no fault, and a press wakes it without a sound")
    func asleep() {
        let world = ConversationWorld.online(.hold)
        world.perform(world.machine.sessionAsleep())
        #expect(world.state == .idle)
        world.forget()
        world.press(1_000)
        #expect(world.actions.contains(.connect))
        #expect(!world.actions.contains(.sound(.offline)))
        world.samples()
        world.ready(1_100)
        world.release(1_500)
        world.segmentEnded()
        #expect(world.wire.last == .end)
    }

    @Test("a connection lost in a turn is no reason to stop listening")
    func offlineWhileListening() {
        let world = ConversationWorld.online(.hold)
        world.press(1_000)
        world.samples()
        world.offline(1_100)
        #expect(world.state == .listening)
        world.samples()
        world.ready(2_000)
        world.release(3_000)
        world.segmentEnded()
        #expect(world.wire.last == .end)
        #expect(world.state == .thinking)
    }

    @Test("a reply whose connection is lost is played as far as it arrived")
    func offlineWhileSpeaking() {
        let world = ConversationWorld.online(.hold)
        world.turnAnswered(0, 500, audio: 600)
        world.offline(700)
        #expect(world.state == .speaking)
        #expect(world.actions.contains(.endReply))
        world.drained(900)
        #expect(world.state == .offline)
    }

    @Test("a reply that never comes ends with a sound")
    func thinkingTimesOut() {
        let world = ConversationWorld.online(.hold)
        world.turn(0, 500)
        #expect(world.deadline == 15_500)
        world.deadline(15_500)
        #expect(world.actions.contains(.sound(.error)))
        #expect(world.state == .idle)
        #expect(world.audio(16_000), "late is better than never")
        #expect(world.state == .speaking)
    }

    @Test("a reply that stops before its end is given up")
    func replyStops() {
        let world = ConversationWorld.online(.hold)
        world.turnAnswered(0, 500, audio: 600)
        world.audio(620)
        #expect(world.deadline == 15_800, "15 s after both parts are played")
        world.drained(1_000)
        world.deadline(15_800)
        #expect(world.state == .idle)
    }

    @Test("a speaker that never finishes does not block the conversation")
    func speakerStalls() {
        let world = ConversationWorld.online(.hold)
        world.turnAnswered(0, 500, audio: 600)
        world.turnComplete()
        world.deadline(15_700)
        #expect(world.state == .idle)
    }

    @Test("mute closes a turn, refuses presses with a sound, and leaves a reply alone")
    func mute() {
        let world = ConversationWorld.online(.hold)
        world.press(0)
        world.samples()
        world.perform(world.machine.muteToggled(at: .milliseconds(400)))
        #expect(world.actions.contains(.closeMicrophone(at: .milliseconds(400))))
        world.segmentEnded()
        #expect(world.wire.last == .end)
        #expect(world.audio(500))
        #expect(world.state == .speaking)
        world.turnComplete()
        world.drained(600)
        #expect(world.state == .muted)
        world.forget()
        world.press(700)
        #expect(world.actions == [.sound(.muted)])
        world.perform(world.machine.muteToggled(at: .milliseconds(800)))
        #expect(world.state == .idle)
    }

    @Test("a lost microphone ends the turn; without one a press only plays a sound")
    func microphoneLost() {
        let world = ConversationWorld.online(.hold)
        world.press(0)
        world.samples()
        world.perform(world.machine.microphoneLost("unplugged", at: .milliseconds(300)))
        #expect(world.wire == [.begin, .audio(first: 0, count: 320), .end])
        #expect(world.state == .thinking)
        world.turnComplete()
        world.forget()
        world.press(400)
        #expect(world.actions == [.sound(.noMicrophone)])
        world.perform(world.machine.microphoneBack("48000 Hz"))
        world.press(500)
        #expect(world.state == .listening)
    }

    @Test("samples whose count starts again are not taken for a pre-roll")
    func samplesCountedAnew() {
        let world = ConversationWorld.online(.hold)
        world.press(0)
        world.samples(from: 1_000_000)
        world.perform(world.machine.microphoneLost("unplugged", at: .milliseconds(300)))
        world.perform(world.machine.microphoneBack("48000 Hz"))
        world.press(500)
        #expect(world.samples(from: 1_000_000) == [], "sent before the device was lost")
        #expect(
            world.samples(from: 0) == [.beginWords, .sendAudio([Int16](repeating: 0, count: 320))])
    }

    @Test("a reply ends without a speaker too")
    func speakerLost() {
        let world = ConversationWorld.online(.hold)
        world.turnAnswered(0, 500, audio: 600)
        world.perform(world.machine.speakerLost("unplugged"))
        #expect(world.state == .speaking)
        world.forget()
        world.turnComplete()
        #expect(world.state == .idle)
        #expect(world.actions.contains(.flushSpeaker), "a speaker that returns plays nothing old")
    }

    @Test("a refusing service drops the held words, and is asked again at every press")
    func refused() {
        let world = ConversationWorld(.hold)
        world.press(0)
        world.samples()
        world.refused(100)
        #expect(world.sounds.last == .refused)
        #expect(world.wire.last == .discard)
        #expect(world.state == .offline)
        world.release(200)
        world.segmentEnded()
        world.forget()
        world.press(300)
        #expect(world.actions.contains(.connect), "it may have been mended")
        #expect(world.sounds.isEmpty, "the attempt will tell")
        world.refused(400)
        #expect(world.sounds == [.sameTrouble])
        #expect(world.state == .offline)
    }

    @Test("the press that finds a key keeps its words, even if released before the key is read")
    func lateKey() {
        for isHeld in [true, false] {
            let world = ConversationWorld(.hold)
            world.refused(100, because: .noKey)
            world.forget()
            world.press(1_000)
            #expect(world.actions.contains(.connect))
            world.samples()
            if !isHeld {
                world.release(1_500)
                world.segmentEnded()
            }
            world.ready(2_000, resumed: false)
            if isHeld {
                world.samples()
                world.release(5_000)
                world.segmentEnded()
            }
            #expect(world.wire.first == .begin)
            #expect(world.wire.last == .end)
            #expect(!world.wire.contains(.discard))
            #expect(world.sounds.isEmpty, "nothing is wrong any more")
            #expect(world.audio(5_500))
        }
    }

    @Test("after a refusal a press or a message asks again, but not every noise")
    func refusedVoice() {
        let world = ConversationWorld(.handsFree)
        world.refused(0)
        world.forget()
        world.speech(100)
        #expect(world.actions.isEmpty)
        world.perform(world.machine.listenRequested(at: .milliseconds(200)))
        #expect(world.actions.contains(.connect))
    }

    @Test("a wait without a session always ends, and reports why there is none")
    func waitWithoutSession() throws {
        let world = ConversationWorld.online(.hold)
        world.turn(0, 500)
        world.calls(["1"], 600)
        world.perform(world.machine.sessionAsleep())
        world.finished("1", 700)
        world.forget()
        world.deadline(try #require(world.deadline))
        #expect(world.state == .idle)
        #expect(world.sounds == [.offline])
    }

    @Test("a stop silences a reply and all of it that is still to come")
    func stop() {
        let world = ConversationWorld.online(.hold)
        world.turnAnswered(0, 500, audio: 600)
        world.perform(world.machine.stopRequested(at: .milliseconds(700)))
        #expect(world.actions.contains(.flushSpeaker))
        #expect(world.state == .idle)
        #expect(!world.audio(710))
        world.turnComplete()
        world.turn(1_000, 1_500)
        #expect(world.audio(1_600))
    }

    @Test("a stop also applies to words that are sent again after a lost connection")
    func stopThenOffline() {
        let world = ConversationWorld.online(.hold)
        world.turn(0, 500)
        world.perform(world.machine.stopRequested(at: .milliseconds(700)))
        world.offline(800)
        world.ready(1_000)
        #expect(!world.audio(1_200))
        world.turn(2_000, 2_500)
        world.interrupted(2_510)
        #expect(world.audio(2_600))
    }
}
