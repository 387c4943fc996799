import Testing

@testable import Assistant

@Suite("hands-free turns")
struct HandsFreeTests {
    @Test("an onset opens the gate in the past, the end of speech pauses the stream")
    func voiceTurn() {
        let world = ConversationWorld.online(.handsFree)
        world.speech(1_000)
        #expect(world.actions.contains(.openMicrophoneAtSpeech(sample: 16_000)))
        #expect(world.state == .listening)
        world.samples()
        world.speechEnd(2_000, known: 2_600)
        #expect(world.state == .thinking)
        world.samples()
        world.segmentEnded()
        #expect(
            world.wire == [
                .audio(first: 0, count: 320), .audio(first: 320, count: 320), .streamEnd,
            ])
        world.audio(2_700)
        world.started(2_720)
        #expect(world.timeline.contains(.firstSound(milliseconds: 720, after: .speech)))
        world.turnComplete()
        world.drained(3_000)
        #expect(world.state == .idle)
        world.speech(4_000)
        #expect(world.state == .listening, "the conversation goes on")
    }

    @Test("words that arrive two seconds late from the microphone are sent")
    func lateSamples() {
        let world = ConversationWorld.online(.handsFree)
        world.speech(1_000)
        world.speechEnd(2_000, known: 2_600)
        world.deadline(4_600)
        world.samples()
        world.segmentEnded()
        #expect(world.wire == [.audio(first: 0, count: 320), .streamEnd])
        #expect(world.state == .thinking)
        #expect(world.sounds.isEmpty)
    }

    @Test("words that never arrive from the microphone are reported with a sound")
    func lostSamples() {
        let world = ConversationWorld.online(.handsFree)
        world.speech(1_000)
        world.speechEnd(2_000, known: 2_600)
        world.deadline(5_600)
        #expect(world.state == .idle)
        #expect(world.sounds == [.error])
        #expect(world.wire.isEmpty)
    }

    @Test("a noise that the service does not answer ends the turn quietly and soon")
    func noise() {
        let world = ConversationWorld.online(.handsFree)
        world.speech(1_000)
        world.samples()
        world.speechEnd(1_100, known: 1_700)
        world.segmentEnded()
        #expect(world.deadline == 6_700)
        world.deadline(6_700)
        #expect(world.state == .idle)
        #expect(!world.actions.contains(.sound(.error)))
    }

    @Test("words that the service transcribed are awaited for the whole time")
    func confirmedWords() {
        let world = ConversationWorld.online(.handsFree)
        world.speech(1_000)
        world.samples()
        world.perform(world.machine.wordsHeard(at: .milliseconds(1_500)))
        world.speechEnd(1_600, known: 2_000)
        world.segmentEnded()
        #expect(world.deadline == 17_000)
    }

    @Test("a voice interrupts the reply, and the stale rest of it is not heard")
    func voiceBargeIn() {
        let world = ConversationWorld.online(.handsFree)
        answer(world)
        world.forget()
        world.speech(3_000)
        #expect(world.actions.first == .holdSpeaker)
        #expect(world.state == .listening)
        world.samples()
        world.interrupted(3_100)
        #expect(world.actions.contains(.flushSpeaker))
        world.turnComplete()
        #expect(world.state == .listening)
        world.speechEnd(4_000, known: 4_600)
        world.segmentEnded()
        #expect(world.audio(4_700))
    }

    @Test("where the device hears itself, a voice does not interrupt")
    func halfDuplex() {
        let world = ConversationWorld.online(.handsFree) { $0.voiceInterrupts = false }
        answer(world)
        world.forget()
        world.speech(3_000)
        #expect(world.actions.isEmpty)
        #expect(world.state == .speaking)
    }

    @Test("the service's own interruption silences the speaker and waits for the next reply")
    func serverInterrupts() {
        let world = ConversationWorld.online(.handsFree) { $0.voiceInterrupts = false }
        answer(world)
        world.forget()
        world.interrupted(3_000)
        #expect(world.actions.first == .flushSpeaker)
        #expect(world.state == .thinking)
        world.silent(3_012)
        #expect(world.timeline.contains(.silence(milliseconds: 12, after: .server)))
        world.turnComplete()
        #expect(world.state == .thinking)
        #expect(world.audio(3_500))
    }

    @Test("a reply that begins before the gate closes is heard, and the gate still closes")
    func earlyReply() {
        let world = ConversationWorld.online(.handsFree)
        world.speech(1_000)
        world.samples()
        #expect(world.audio(2_000))
        #expect(world.state == .speaking)
        world.speechEnd(1_700, known: 2_300)
        world.segmentEnded()
        #expect(world.wire.last == .streamEnd)
        world.turnComplete()
        world.drained(3_000)
        #expect(world.state == .idle)
    }

    @Test("the button holds the gate open, whatever the detector hears")
    func buttonHoldsGate() {
        let world = ConversationWorld.online(.handsFree)
        world.press(1_000)
        world.samples()
        world.speech(1_200)
        world.speechEnd(1_400, known: 2_000)
        #expect(world.state == .listening)
        world.release(3_000)
        world.segmentEnded()
        #expect(world.wire == [.audio(first: 0, count: 320), .streamEnd])
    }

    @Test("a short press silences the reply without hindering the next")
    func shortPressStops() {
        let world = ConversationWorld.online(.handsFree)
        answer(world)
        world.press(3_000)
        world.samples()
        world.release(3_080)
        world.segmentEnded()
        #expect(world.state == .idle)
        #expect(!world.audio(3_100))
        world.generationComplete()
        world.turnComplete()
        world.speech(5_000)
        world.samples()
        world.speechEnd(5_500, known: 6_000)
        world.segmentEnded()
        #expect(world.audio(6_200))
    }

    @Test("while muted, no speech opens the gate")
    func muted() {
        let world = ConversationWorld.online(.handsFree)
        world.perform(world.machine.muteToggled(at: 0))
        world.forget()
        world.speech(1_000)
        #expect(world.actions.isEmpty)
    }

    private func answer(_ world: ConversationWorld) {
        world.speech(1_000)
        world.samples()
        world.speechEnd(1_500, known: 2_000)
        world.segmentEnded()
        #expect(world.audio(2_100))
        world.started(2_110)
    }
}
