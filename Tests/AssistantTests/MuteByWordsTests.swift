import Testing
import VoiceSession

@testable import Assistant

@Suite("muting by words")
struct MuteByWordsTests {
    private func muted(_ mode: TurnMode) -> ConversationWorld {
        let world = ConversationWorld.online(mode)
        world.perform(world.machine.muteRequested(at: .milliseconds(500)))
        #expect(world.state == .muted)
        return world
    }

    @Test("the next press opens the microphone and listens", arguments: TurnMode.allCases)
    func press(_ mode: TurnMode) {
        let world = muted(mode)
        world.press(1_000)
        #expect(world.state == .listening)
    }

    @Test("the time limit unmutes it, unless it was muted by hand since")
    func time() {
        let world = muted(.hold)
        world.perform(world.machine.muteEnded(at: .milliseconds(5_000)))
        #expect(world.state == .idle)
        world.perform(world.machine.muteToggled(at: .milliseconds(3_000)))
        world.perform(world.machine.muteEnded(at: .milliseconds(5_000)))
        #expect(world.state == .muted)
        world.press(5_000)
        #expect(world.state == .muted, "a press does not end a mute by hand")
    }

    @Test("the switch takes precedence")
    func hardMute() {
        let world = muted(.hold)
        world.perform(world.machine.muteSwitched(true, at: .milliseconds(600)))
        world.press(1_000)
        world.perform(world.machine.muteEnded(at: .milliseconds(5_000)))
        #expect(world.state == .muted)
        let other = ConversationWorld.online(.hold)
        other.perform(other.machine.muteSwitched(true, at: .milliseconds(600)))
        other.perform(other.machine.muteRequested(at: .milliseconds(700)))
        other.perform(other.machine.muteSwitched(false, at: .milliseconds(800)))
        #expect(other.state == .idle, "an existing mute does not become one by words")
    }

    @Test("a press right after muting hears nothing of what was said before it")
    func preRollAfterMute() {
        for waited in [0, 100, 299, 300, 5_000] {
            let world = AssistantWorld.started(.hold)
            world.assistant.assumeIsolated { $0.setMute(true, at: 0) }
            world.assistant.assumeIsolated { $0.setMute(false, at: .milliseconds(1_000)) }
            world.button(true, at: 1_000 + waited)
            let opened = world.told.compactMap {
                if case .open(_, let preRoll) = $0 { preRoll } else { nil }
            }
            #expect(opened == [min(300, waited)])
        }
    }

    @Test("speech that began while muted is heard from the moment of unmuting")
    func onsetWhileMuted() {
        let world = AssistantWorld.started(.handsFree)
        world.assistant.assumeIsolated { $0.setMute(true, at: 0) }
        world.at(1_000)
        world.assistant.assumeIsolated { $0.setMute(false, at: .milliseconds(1_000)) }
        world.microphone(.speechStarted(sample: 15_200, at: .milliseconds(950)))
        #expect(world.told.contains(.open(at: .milliseconds(1_000), preRoll: 0)))
        #expect(!world.told.contains { if case .openAtSpeech = $0 { true } else { false } })
    }

    @Test(
        "a mute kept from before a restart ends by a press if words set it, never by itself",
        arguments: TurnMode.allCases)
    func whatAnEarlierLifeHas(
        mode: TurnMode
    ) {
        for isByWords in [true, false] {
            var machine = ConversationMachine(
                settings: ConversationSettings(mode: mode), rates: .usual)
            // Before anything runs, as after a restart.
            var actions = isByWords ? machine.muteRequested(at: 0) : machine.muteToggled(at: 0)
            actions += machine.start()
            actions += machine.sessionReady(resumed: true, at: 0)
            let opens = actions.contains { action in
                switch action {
                case .openMicrophone, .openMicrophoneAtSpeech: true
                default: false
                }
            }
            #expect(!opens)
            #expect(machine.state == .muted)
            _ = machine.buttonPressed(at: .milliseconds(1_000))
            #expect((machine.state == .listening) == isByWords)
        }
    }
}
