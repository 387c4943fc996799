import Testing
import VoiceSession

@testable import Assistant

@Suite("spoken lines about missing things")
struct SpokenLineTests {
    /// A press and its release, far enough apart to be meant; returns the sounds that followed.
    private func press(_ world: ConversationWorld, _ time: Int) -> [Earcon] {
        world.forget()
        world.press(time)
        world.samples()
        world.release(time + 500)
        world.segmentEnded()
        return world.sounds
    }

    @Test("a missing key is reported at the start, and only once for any number of presses")
    func missingKey() {
        let world = ConversationWorld(.hold)
        world.refused(10, because: .noKey)
        #expect(world.sounds == [.noKey])
        #expect(world.state == .offline)
        for time in [1_000, 2_000, 60_000] {
            #expect(press(world, time).isEmpty, "the key may exist by now")
            #expect(world.actions.contains(.connect))
            world.refused(time + 600, because: .noKey)
            #expect(world.sounds == [.sameTrouble])
        }
        _ = press(world, 610_010)
        world.refused(610_600, because: .noKey)
        #expect(world.sounds == [.noKey], "another user may be asking by then")
    }

    @Test("while there is no key the light shows what was spoken once")
    func light() {
        let world = ConversationWorld(.hold)
        world.refused(10, because: .noKey)
        _ = press(world, 1_000)
        world.refused(1_600, because: .noKey)
        world.forget()
        world.refused(1_700, because: .noKey)
        #expect(world.actions.allSatisfy { if case .show = $0 { false } else { true } })
        world.ready(2_000, resumed: false)
        guard case .show(let indication) = world.actions.last else {
            Issue.record("nothing is shown: \(world.actions)")
            return
        }
        #expect(!indication.hasTrouble && !indication.isOffline)
    }

    @Test("a fault that was mended and returns is reported again")
    func again() {
        let world = ConversationWorld(.hold)
        world.refused(10, because: .budget)
        world.ready(20)
        world.forget()
        world.refused(30, because: .budget)
        #expect(world.sounds == [.budget])
    }

    @Test("a second kind of fault is reported after the first")
    func other() {
        let world = ConversationWorld(.hold)
        world.offline(10)
        #expect(press(world, 1_000) == [.offline])
        #expect(press(world, 2_000) == [.sameTrouble])
        world.forget()
        world.refused(3_000)
        #expect(world.sounds == [.refused])
    }

    @Test("no network is reported at a press, not at the start, where it may still be coming up")
    func missingNetwork() {
        let world = ConversationWorld(.hold)
        world.offline(10, isNetworkMissing: true)
        world.offline(1_000, isNetworkMissing: true)
        #expect(world.sounds.isEmpty)
        #expect(press(world, 2_000) == [.noNetwork])
        #expect(press(world, 3_000) == [.sameTrouble])
    }

    @Test("a user who has had a session is not told to set the network up")
    func networkLost() {
        let world = ConversationWorld.online(.hold)
        world.offline(10, isNetworkMissing: true)
        #expect(press(world, 1_000) == [.offline])
    }

    @Test("a missing microphone is reported once, and again after it had returned")
    func missingMicrophone() {
        let world = ConversationWorld.online(.hold)
        world.perform(world.machine.microphoneLost("unplugged", at: .milliseconds(0)))
        #expect(press(world, 1_000) == [.noMicrophone])
        #expect(press(world, 2_000) == [.sameTrouble])
        world.perform(world.machine.microphoneBack("48000 Hz"))
        world.perform(world.machine.microphoneLost("unplugged", at: .milliseconds(3_000)))
        #expect(press(world, 4_000) == [.noMicrophone])
    }

    @Test("a line that no loudspeaker could play is played when there is one")
    func withoutSpeaker() {
        let world = ConversationWorld(.hold)
        world.perform(world.machine.speakerLost("unplugged"))
        world.refused(10, because: .noKey)
        world.perform(world.machine.speakerBack("48000 Hz"))
        _ = press(world, 1_000)
        world.refused(1_600, because: .noKey)
        #expect(world.sounds == [.noKey])
    }

    @Test("muting is reported by the same short sound at every press")
    func muted() {
        let world = ConversationWorld.online(.hold)
        world.perform(world.machine.muteToggled(at: 0))
        for time in [1_000, 2_000] { #expect(press(world, time) == [.muted]) }
    }

    @Test("the reason why the session ended selects the line")
    func reasons() {
        let lines: [(FailureReason, String)] = [
            (.noKey, "noKey"), (.budget, "budget"), (.credential, "refused"),
            (.model, "refused"), (.billing, "refused"),
        ]
        for (reason, line) in lines {
            let world = AssistantWorld(.hold)
            world.session(.failed(SessionFailure(reason: reason, text: "no")))
            #expect(world.told.contains { "\($0)".contains(line) }, "\(reason): \(world.told)")
        }
    }
}
