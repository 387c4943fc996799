import Testing

@testable import Assistant

@Suite("what a press means")
struct PressMeaningTests {
    /// A world that plays an answer from 2 s on.
    private func speaking(_ mode: TurnMode) -> ConversationWorld {
        let world = ConversationWorld.online(mode)
        world.press(1_000)
        world.samples()
        if mode == .tap {
            world.release(1_050)
            world.press(1_500)
        }
        world.release(1_600)
        world.segmentEnded()
        world.audio(2_000)
        world.started(2_000)
        world.forget()
        return world
    }

    @Test("holding stops the answer and listens at once")
    func holdInterrupts() {
        let world = speaking(.hold)
        world.press(3_000)
        #expect(world.actions.first == .flushSpeaker)
        #expect(world.state == .listening)
    }

    @Test("a tap stops the answer, and the next one listens")
    func tapStops() {
        let world = speaking(.tap)
        world.press(3_000)
        #expect(world.actions.first == .flushSpeaker)
        #expect(world.state == .idle)
        #expect(!world.audio(3_020), "the rest of it is not heard")
        world.release(3_100)
        world.press(4_000)
        #expect(world.state == .listening)
    }

    @Test("a tap while the answer is awaited gives it up")
    func tapWhileThinking() {
        let world = ConversationWorld.online(.tap)
        world.press(1_000)
        world.samples()
        world.press(2_000)
        world.segmentEnded()
        #expect(world.state == .thinking)
        world.press(3_000)
        #expect(world.state == .idle)
        #expect(!world.audio(3_100))
    }

    @Test("a muted device's answer can be stopped, without a sound about muting")
    func mutedStop() {
        let world = speaking(.hold)
        world.perform(world.machine.muteToggled(at: .milliseconds(2_500)))
        world.press(3_000)
        #expect(world.actions.contains(.flushSpeaker))
        #expect(!world.actions.contains(.sound(.muted)))
        world.press(4_000)
        #expect(world.actions.contains(.sound(.muted)))
    }

    @Test(
        "a user who presses in vain while waiting hears why, and then the answer",
        arguments: [TurnMode.hold, .handsFree], [Earcon.muted, .noMicrophone])
    func refusedWhileThinking(_ mode: TurnMode, _ reason: Earcon) {
        let world = ConversationWorld.online(mode)
        world.press(1_000)
        world.samples()
        world.release(1_600)
        world.segmentEnded()
        if reason == .muted {
            world.perform(world.machine.muteToggled(at: .milliseconds(1_700)))
        } else {
            world.perform(world.machine.microphoneLost("unplugged", at: .milliseconds(1_700)))
        }
        world.press(2_000)
        world.release(2_500)
        #expect(world.actions.contains(.sound(reason)))
        #expect(world.state == .thinking)
        #expect(world.audio(3_000), "the words before are answered nevertheless")
    }

    @Test("an alarm comes first", arguments: TurnMode.allCases)
    func alarm(_ mode: TurnMode) {
        let world = ConversationWorld.online(mode)
        world.perform(world.machine.alarmRang())
        #expect(shown(world)?.isRinging == true)
        world.press(1_000)
        world.release(1_100)
        #expect(world.actions.contains(.dismissAlarm))
        #expect(world.state == .idle)
        #expect(shown(world)?.isRinging == false)
        world.press(2_000)
        #expect(world.state == .listening)
        #expect(world.actions.filter { $0 == .dismissAlarm }.count == 1)
    }

    @Test("an alarm that ended by itself takes no press")
    func alarmEnded() {
        let world = ConversationWorld.online(.hold)
        world.perform(world.machine.alarmRang())
        world.perform(world.machine.alarmEnded())
        world.press(1_000)
        #expect(world.state == .listening)
    }

    @Test("a request for silence dismisses the alarm too")
    func stopDismisses() {
        let world = ConversationWorld.online(.handsFree)
        world.perform(world.machine.alarmRang())
        world.perform(world.machine.stopRequested(at: .milliseconds(1_000)))
        #expect(world.actions.contains(.dismissAlarm))
    }

    @Test("a touch does everything but open a turn")
    func touch() {
        let world = speaking(.hold)
        #expect(world.touch(3_000) == .stopped)
        #expect(world.state == .idle)
        #expect(world.touch(3_500) == .nothing)
        #expect(world.state == .idle)
        world.perform(world.machine.alarmRang())
        #expect(world.touch(4_000) == .dismissed)
        let tap = ConversationWorld.online(.tap)
        tap.press(1_000)
        tap.samples()
        #expect(tap.touch(2_000) == .stopped)
        #expect(tap.actions.contains(.closeMicrophone(at: .milliseconds(2_000))))
    }

    private func shown(_ world: ConversationWorld) -> Indication? {
        world.actions.compactMap { if case .show(let now) = $0 { now } else { nil } }.last
    }
}

@Suite("the mute switch")
struct MuteSwitchTests {
    private func world() -> ConversationWorld {
        let world = ConversationWorld.online(.hold)
        world.perform(world.machine.muteSwitched(true, at: .milliseconds(500)))
        return world
    }

    @Test("no word, press or tool unmutes what the switch has muted")
    func noOverride() {
        let world = world()
        #expect(world.state == .muted)
        for time in [1_000, 1_100, 1_200] {
            world.perform(world.machine.muteToggled(at: .milliseconds(time)))
            world.press(time + 10)
            world.release(time + 20)
            #expect(world.state == .muted)
        }
        #expect(!world.actions.contains { if case .openMicrophone = $0 { true } else { false } })
        #expect(world.timeline.contains(.muted(true)))
        #expect(!world.timeline.contains(.muted(false)))
        world.perform(world.machine.muteSwitched(false, at: .milliseconds(2_000)))
        #expect(world.state == .idle)
    }

    @Test("it ends the open turn with the words so far")
    func endsTurn() {
        let world = ConversationWorld.online(.hold)
        world.press(1_000)
        world.samples()
        world.perform(world.machine.muteSwitched(true, at: .milliseconds(1_500)))
        world.segmentEnded()
        #expect(world.actions.contains(.closeMicrophone(at: .milliseconds(1_500))))
        #expect(world.wire.last == .end)
    }

    @Test("a mute by words stays when the switch is turned back")
    func bothMutes() {
        let world = ConversationWorld.online(.hold)
        world.perform(world.machine.muteToggled(at: .milliseconds(100)))
        world.perform(world.machine.muteSwitched(true, at: .milliseconds(200)))
        world.perform(world.machine.muteSwitched(false, at: .milliseconds(300)))
        #expect(world.state == .muted)
        #expect(world.timeline.filter { $0 == .muted(true) }.count == 1)
    }
}
