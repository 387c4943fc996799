import Assistant
import Simulation
import Testing

@Suite("Playback is what the service sent, bit for bit", .timeLimit(.minutes(5)))
struct PlaybackTests {
    /// Speaks a turn of 400 ms with the button held.
    private func speak(to appliance: Appliance) async {
        appliance.press()
        await appliance.microphone.say(Noise.samples(20 * 320, seed: 1))
        await appliance.microphone.say([Int16](repeating: 0, count: 1920))
        appliance.release()
    }

    @Test("a reply that arrives far faster than it is played is played whole")
    func longReply() async throws {
        let reply = Noise.samples(24_000 * 3, seed: 2)
        var scenario = Scenario.saying(reply)
        scenario.speed = 100
        let appliance = try await Appliance.started(scenario: scenario)
        try await appliance.timeline.wait { $0 == .online(resumed: false) }
        await speak(to: appliance)
        try await appliance.timeline.wait { $0 == .replyPlayed }
        let played = try await appliance.stopped()
        #expect(played.sounds == reply)
    }

    @Test("after an interruption by the button not one sample of the old reply follows")
    func interruptedByButton() async throws {
        let story = Noise.samples(24_000 * 20, seed: 3)
        let next = Noise.samples(9600, seed: 4)
        let appliance = try await Appliance.started(scenario: .saying(story, next))
        try await appliance.timeline.wait { $0 == .online(resumed: false) }
        await speak(to: appliance)
        try await appliance.timeline.wait { if case .firstSound = $0 { true } else { false } }
        await speak(to: appliance)
        try await appliance.timeline.wait { if case .silence = $0 { true } else { false } }
        try await appliance.timeline.wait { $0 == .replyPlayed }
        try expectCut(story, then: next, in: try await appliance.stopped())
    }

    @Test("after an interruption by the voice not one sample of the old reply follows")
    func interruptedByVoice() async throws {
        let story = Noise.samples(24_000 * 20, seed: 5)
        let next = Noise.samples(9600, seed: 6)
        let appliance = try await Appliance.started(
            scenario: .saying(story, next), mode: "hands-free")
        try await appliance.timeline.wait { $0 == .online(resumed: false) }
        await appliance.microphone.say(Noise.samples(20 * 320, seed: 1))
        try await appliance.timeline.wait { if case .firstSound = $0 { true } else { false } }
        await appliance.microphone.say(Noise.samples(20 * 320, seed: 2))
        try await appliance.timeline.wait { if case .silence = $0 { true } else { false } }
        try await appliance.timeline.wait { $0 == .replyPlayed }
        try expectCut(story, then: next, in: try await appliance.stopped())
    }

    /// Checks that the speaker got a beginning of `old`, then all of `next`, and else silence.
    private func expectCut(_ old: [Int16], then next: [Int16], in played: [Int16]) throws {
        let sounds = played.sounds
        let kept = zip(sounds, old).prefix { $0 == $1 }.count
        #expect(kept > 0 && kept < old.count)
        #expect(Array(sounds[kept...]) == next)
    }
}
