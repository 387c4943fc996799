import Assistant
import Simulation
import Testing

@Suite("The service hears what the microphone captured, bit for bit", .timeLimit(.minutes(5)))
struct MicrophoneTests {
    /// 20 ms in samples: the amount read at once from a microphone that keeps no time.
    private static let period = 320
    /// How exactly a press is placed in its stream: the samples that wait in the pipe, and those
    /// read at once.
    private static let tolerance = 4 * period
    /// Silence after the words, until all of them have been read.
    private static let pause = [Int16](repeating: 0, count: 6 * period)
    /// Longer than the pre-roll, so that all of it has samples.
    private static let quiet = [Int16](repeating: 0, count: 25 * period)
    private static let preRoll = 16 * 300

    @Test("hold: from the pre-roll before the press to the release")
    func hold() async throws {
        let reply = Noise.samples(4800, seed: 5)
        let appliance = try await Appliance.started(scenario: .saying(reply))
        try await appliance.timeline.wait { $0 == .online(resumed: false) }
        // The press is late: the first 100 ms of the words are pre-roll.
        let early = Noise.samples(5 * Self.period, seed: 1)
        let late = Noise.samples(40 * Self.period, seed: 2)
        await appliance.microphone.say(Self.quiet)
        appliance.press(at: await appliance.microphone.say(early))
        await appliance.microphone.say(late)
        await appliance.microphone.say(Self.pause)
        appliance.release()
        let heard = try await appliance.service.first(\.words)
        let start = try #require(heard.start(of: [early, late]))
        #expect(start + early.count <= Self.preRoll + Self.tolerance)
        try await appliance.timeline.wait { $0 == .replyPlayed }
        let played = try await appliance.stopped()
        #expect(played.sounds == reply)
    }

    @Test("tap: from the pre-roll before the first press to the second")
    func tap() async throws {
        let appliance = try await Appliance.started(
            scenario: .saying(Noise.samples(2400, seed: 5)), mode: "tap")
        try await appliance.timeline.wait { $0 == .online(resumed: false) }
        let words = Noise.samples(50 * Self.period, seed: 3)
        appliance.press(at: await appliance.microphone.say(Self.quiet))
        appliance.release()
        await appliance.microphone.say(words)
        await appliance.microphone.say(Self.pause)
        appliance.press()
        appliance.release()
        let heard = try await appliance.service.first(\.words)
        // The press comes first, so that the pre-roll is silence.
        let start = try #require(heard.start(of: [words]))
        #expect(start >= Self.preRoll - Self.tolerance)
        try await appliance.timeline.wait { $0 == .replyPlayed }
        _ = try await appliance.stopped()
    }

    @Test("hands-free: from the pre-roll before the speech to its end, turn after turn")
    func handsFree() async throws {
        let replies = [Noise.samples(2400, seed: 5), Noise.samples(2400, seed: 6)]
        let appliance = try await Appliance.started(
            scenario: .saying(replies[0], replies[1]), mode: "hands-free")
        try await appliance.timeline.wait { $0 == .online(resumed: false) }
        for (turn, seed) in [UInt32(7), 8].enumerated() {
            let words = Noise.samples(50 * Self.period, seed: seed)
            await appliance.microphone.say(Self.quiet)
            await appliance.microphone.say(words)
            try await appliance.service.wait(count: turn + 1) { $0.words != nil }
            let heard = try #require(appliance.service.all.compactMap(\.words).last)
            let start = try #require(heard.start(of: [words]))
            #expect(start >= Self.preRoll - Self.period)
            try await appliance.timeline.wait(count: turn + 1) { $0 == .replyPlayed }
        }
        let played = try await appliance.stopped()
        #expect(played.sounds == replies[0] + replies[1])
    }

    @Test("a connection that breaks in mid-turn loses no word")
    func brokenLine() async throws {
        let appliance = try await Appliance.started(
            scenario: .saying(Noise.samples(2400, seed: 5)))
        try await appliance.timeline.wait { $0 == .online(resumed: false) }
        let words = [11, 12, 13].map { Noise.samples(30 * Self.period, seed: $0) }
        appliance.press()
        await appliance.microphone.say(words[0])
        try await appliance.server.dropAll()
        await appliance.microphone.say(words[1])
        try await appliance.timeline.wait(count: 2) { if case .online = $0 { true } else { false } }
        await appliance.microphone.say(words[2])
        await appliance.microphone.say(Self.pause)
        appliance.release()
        let heard = try await appliance.service.first(\.words)
        #expect(heard.start(of: words) != nil)
        try await appliance.timeline.wait { $0 == .replyPlayed }
        _ = try await appliance.stopped()
    }
}

extension ServerEvent {
    /// The samples of an activity that has ended.
    var words: [Int16]? { if case .wordsEnded(let samples) = self { samples } else { nil } }
}
