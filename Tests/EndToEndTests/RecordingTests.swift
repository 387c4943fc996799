import Assistant
import Linux
import Opus
import Simulation
import Testing

@Suite("Opt-in recordings", .timeLimit(.minutes(5)))
struct RecordingTests {
    @Test(
        "a turn is kept as two recordings that can be decoded, and only their owner can read them")
    func turn() async throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-recording")
        defer { try? Files.removeTree(folder) }
        let reply = Noise.samples(24_000, seed: 1)
        let appliance = try await Appliance.started(
            scenario: .saying(reply),
            more: "[recording]\nenabled = true\ndirectory = \"\(folder)/kept\"")
        try await appliance.timeline.wait { $0 == .online(resumed: false) }
        appliance.press()
        await appliance.microphone.say(Noise.samples(16_000, seed: 2))
        appliance.release()
        try await appliance.timeline.wait { $0 == .replyPlayed }
        _ = try await appliance.stopped()
        let names = try Files.list("\(folder)/kept")
        for (kind, seconds) in [("words", 1.0...60), ("reply", 0.9...1.1)] {
            let name = try #require(names.first { $0.hasSuffix("-\(kind).opus") })
            #expect(!Files.isReadableByOthers("\(folder)/kept/\(name)"))
            let bytes = try Files.read("\(folder)/kept/\(name)", limitBytes: 1 << 20)
            let samples = try OggOpusReader.decode(bytes, rate: 16_000)
            #expect(seconds.contains(Double(samples.count) / 16_000), "\(kind)")
        }
    }
}
