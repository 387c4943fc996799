import Testing
import VoiceSession

@testable import Assistant

@Suite("remote requests", .timeLimit(.minutes(5)))
struct RequestTests {
    private func listen(_ world: AssistantWorld, at milliseconds: Int = 1_000) {
        world.at(milliseconds)
        world.assistant.assumeIsolated { $0.listen(at: .milliseconds(milliseconds)) }
    }

    @Test(
        "requested listening starts with a sound, and ends with the words",
        arguments: TurnMode.allCases)
    func listens(mode: TurnMode) {
        let world = AssistantWorld.started(mode)
        listen(world)
        #expect(world.current == .listening)
        #expect(world.told.contains(.earcon(.listening)))
        world.microphone(.speechStarted(sample: 100, at: .milliseconds(1_500)))
        world.microphone(.samples([1, 2, 3], first: 0))
        world.microphone(.speechEnded(sample: 200, at: .milliseconds(2_500)))
        world.microphone(.segmentEnded(sample: 3))
        #expect(world.current == .thinking)
        #expect(world.timeline.contains(.turnClosed(1, .sent)))
        world.session(.audio([4], of: world.answer))
        #expect(world.told.contains(.play([4])))
    }

    @Test("when nobody speaks the microphone is closed again", arguments: TurnMode.allCases)
    func silence(mode: TurnMode) {
        let world = AssistantWorld.started(mode)
        listen(world)
        world.at(9_500)
        #expect(world.current == .idle)
        #expect(world.timeline.contains(.notice("nobody spoke")))
    }

    @Test("the session awaits an answer only where speech was heard", arguments: TurnMode.allCases)
    func theSessionAwaitsAnAnswer(mode: TurnMode) {
        for isSpoken in [true, false] {
            let world = AssistantWorld.started(mode)
            listen(world)
            if isSpoken { world.microphone(.speechStarted(sample: 100, at: .milliseconds(1_500))) }
            world.microphone(.samples([1, 2, 3], first: 0))
            if isSpoken { world.microphone(.speechEnded(sample: 200, at: .milliseconds(2_500))) }
            world.at(9_500)
            world.microphone(.segmentEnded(sample: 3))
            let end = world.told.firstIndex { $0 == .endActivity || $0 == .endAudioStream }
            let word = world.told.firstIndex(of: .expectNoReply)
            #expect(end != nil)
            #expect((word != nil) == !isSpoken)
            if let word, let end { #expect(word < end) }
        }
    }

    @Test("no remote request opens a muted microphone, however it was muted")
    func muted() {
        for mute: @Sendable (isolated VoiceAssistant) -> Void in [
            { $0.mute(at: 0) }, { $0.setMute(true, at: 0) }, { $0.switchMute(true, at: 0) },
        ] {
            let world = AssistantWorld.started()
            world.assistant.assumeIsolated { mute($0) }
            listen(world)
            #expect(world.current == .muted)
            #expect(world.told.contains(.earcon(.muted)))
        }
    }

    @Test("the button's own turn is not disturbed")
    func duringTurn() {
        let world = AssistantWorld.started()
        world.button(true, at: 500)
        listen(world)
        world.microphone(.speechStarted(sample: 100, at: .milliseconds(1_500)))
        world.microphone(.speechEnded(sample: 200, at: .milliseconds(2_000)))
        #expect(world.current == .listening)
        world.button(false, at: 3_000)
        #expect(world.current == .thinking)
    }

    @Test("a mute by message holds until it is undone, and does not undo the switch")
    func setMute() {
        let world = AssistantWorld.started()
        func set(_ isOn: Bool) {
            world.assistant.assumeIsolated { $0.setMute(isOn, at: .milliseconds(100)) }
        }
        set(true)
        set(true)
        #expect(world.current == .muted)
        // Unlike a mute by words, which a press ends.
        world.button(true, at: 200)
        #expect(world.current == .muted)
        set(false)
        #expect(world.current == .idle)
        world.assistant.assumeIsolated { $0.switchMute(true, at: .milliseconds(300)) }
        set(false)
        #expect(world.current == .muted)
    }

    @Test("literal speech is requested literally")
    func literally() {
        let world = AssistantWorld.started()
        world.assistant.assumeIsolated {
            $0.announce("Essen ist fertig", .literally, patience: .milliseconds(1_000))
        }
        let texts = world.told.compactMap { if case .text(let text) = $0 { text } else { nil } }
        #expect(texts.count == 1)
        #expect(texts.first?.contains("word for word") == true)
        #expect(texts.first?.contains("Essen ist fertig") == true)
    }
}
