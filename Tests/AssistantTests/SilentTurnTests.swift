import ModelTypes
import Testing
import Tools
import VoiceSession

@testable import Assistant

@Suite("a turn without audible output")
struct SilentTurnTests {
    @Test("a turn in which the model was silent ends with a sound of the device")
    func noAudio() {
        let world = ConversationWorld.online(.hold)
        world.turn(0, 500)
        world.turnComplete()
        #expect(world.sounds == [.error])
        #expect(world.state == .idle)
    }

    @Test("an answer of nothing but silence is reported by a sound once it was played")
    func silence() {
        let world = ConversationWorld.online(.hold)
        world.turn(0, 500)
        world.audio(600, isAudible: false)
        world.audio(700, isAudible: false)
        world.turnComplete()
        #expect(world.sounds.isEmpty)
        world.drained(900)
        #expect(world.sounds == [.error])
        world.forget()
        world.turnAnswered(2_000, 2_500, audio: 2_600)
        world.audio(2_700, isAudible: false)
        world.turnComplete()
        world.drained(2_900)
        #expect(world.sounds.isEmpty, "some of it was heard")
    }

    @Test("an answer that the service cuts before anything of it was heard is still awaited")
    func cutUnheard() {
        let world = ConversationWorld.online(.hold)
        world.turn(0, 500)
        world.audio(600)
        world.interrupted(610)
        world.turnComplete()
        #expect(world.state == .idle)
        #expect(world.sounds == [.error])
        world.forget()
        world.turnAnswered(2_000, 2_500, audio: 2_600)
        world.started(2_620)
        world.interrupted(2_700)
        world.turnComplete()
        #expect(world.sounds.isEmpty, "its beginning was heard")
    }

    @Test("a function's success is reported as done, its failure as failed")
    func functions() {
        for (end, sound) in [(ToolEnd.done, Earcon.done), (.failed, .error)] {
            let world = ConversationWorld.online(.hold)
            world.turn(0, 500)
            world.calls(["1"], 600)
            world.finished("1", 700, end)
            world.turnComplete()
            #expect(world.sounds == [sound])
            world.forget()
            world.turn(1_000, 1_500)
            world.turnComplete()
            #expect(world.sounds == [.error], "that was another request")
        }
    }

    @Test("a result that the model does not mention is reported when it arrives")
    func silentResult() {
        let world = ConversationWorld.online(.hold)
        world.turn(0, 500)
        world.calls(["1"], 600)
        world.turnComplete()
        #expect(world.state == .thinking)
        world.finished("1", 900, .doneSilently)
        #expect(world.state == .idle)
        #expect(world.sounds == [.done])
    }

    @Test("a tap without speech ends with a sound")
    func nobodySpoke() throws {
        let world = ConversationWorld.online(.tap)
        world.press(0)
        world.samples()
        world.deadline(try #require(world.deadline))
        #expect(world.state == .idle)
        #expect(world.sounds == [.error])
    }

    @Test("words that the microphone did not deliver are reported as lost")
    func nothingCaptured() {
        let world = ConversationWorld.online(.hold)
        world.press(0)
        world.release(1_000)
        world.segmentEnded()
        #expect(world.state == .idle)
        #expect(world.sounds == [.error])
        world.forget()
        world.press(2_000)
        world.release(2_050)
        world.segmentEnded()
        #expect(world.sounds.isEmpty, "an accidental press asks for nothing")
    }

    @Test("a noise gets no sound, nor does a model that may leave words unanswered")
    func reasons() {
        let world = ConversationWorld.online(.handsFree) { $0.mayStaySilent = true }
        for isHeard in [false, true] {
            world.speech(1_000)
            world.samples()
            if isHeard { world.perform(world.machine.wordsHeard(at: .milliseconds(1_100))) }
            world.speechEnd(1_200, known: 1_700)
            world.segmentEnded()
            world.turnComplete()
            #expect(world.state == .idle)
            #expect(world.sounds.isEmpty)
        }
        world.speech(3_000)
        world.samples()
        world.speechEnd(3_200, known: 3_700)
        world.segmentEnded()
        world.perform(world.machine.answerShown(at: .milliseconds(3_800)))
        world.turnComplete()
        #expect(world.sounds == [.error], "it did answer, inaudibly")
    }

    @Test(
        "a written answer is shown, announced by a sound, and not repeated",
        arguments: [false, true])
    func written(hasSound: Bool) {
        let world = AssistantWorld.started(.hold)
        world.button(true, at: 1_000)
        world.microphone(.samples([1, 2, 3], first: 0))
        world.button(false, at: 2_000)
        world.microphone(.segmentEnded(sample: 3))
        world.session(.text("It is", of: world.answer))
        world.session(.text(" on.", of: world.answer))
        if hasSound { world.session(.audio([4_000], of: world.answer)) }
        world.session(.turnComplete(world.answer))
        world.speaker(.drained(at: .milliseconds(2_500)))
        #expect(world.timeline.contains(.said("It is on.")) == !hasSound)
        #expect(world.told.contains(.earcon(.error)) == !hasSound)
        #expect(world.current == .idle)
    }

    @Test("no wait ends without a sound or a reason, in any order of events")
    func anyOrder() {
        var silentEnds = 0
        var audibleEnds = 0
        for seed in UInt64(1)...2_000 {
            let life = RandomConversation(seed: seed)
            life.live(60)
            silentEnds += life.silentEnds
            audibleEnds += life.audibleEnds
            if let first = life.violations.first {
                Issue.record("seed \(seed): \(first)")
                return
            }
        }
        #expect(silentEnds > 100 && audibleEnds > 1_000)
    }

    @Test("from any state the conversation comes to rest once the world is calm")
    func everyWaitEnds() {
        // The longest turn, the wait for its answer, and the time to play what had arrived of it.
        let longest = 120_000 + 15_000 + 15_000 + 60 * 400
        for seed in UInt64(1)...2_000 {
            let life = RandomConversation(seed: seed)
            life.live(Int(seed % 60))
            let taken = life.calmDown()
            if let first = life.violations.first {
                Issue.record("seed \(seed): \(first)")
                return
            }
            #expect((taken ?? .max) <= longest, "seed \(seed)")
        }
    }
}
