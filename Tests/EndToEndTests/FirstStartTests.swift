import Assistant
import Configuration
import Daemon
import Linux
import Simulation
import Sounds
import Testing

@Suite("A device that is not set up", .timeLimit(.minutes(5)))
struct FirstStartTests {
    @Test("a missing key is reported once, and a press connects when the key exists")
    func noKey() async throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-first-start")
        defer { try? Files.removeTree(folder) }
        var settings = Settings()
        settings[Keys.live.keyFile] = "\(folder)/key"
        let reply = Noise.samples(4800, seed: 12)
        let appliance = try await Appliance.started(
            scenario: .saying(reply), credential: try Credentials.daemon(settings), sounds: true)
        let text = try await appliance.timeline.first { event in
            if case .refused(let text) = event { text } else { nil }
        }
        #expect(text.contains("\(folder)/key"))
        appliance.press()
        appliance.release()
        try await appliance.timeline.wait(count: 2) {
            if case .refused = $0 { true } else { false }
        }
        #expect(await appliance.application.pulse() != nil, "it stays up")

        try Files.writeAtomically("\(folder)/key", Array("test-key".utf8), mode: 0o600)
        appliance.press()
        appliance.release()
        try await appliance.timeline.wait { $0 == .online(resumed: false) }
        appliance.press()
        await appliance.microphone.say(Noise.samples(20 * 320, seed: 1))
        await appliance.microphone.say([Int16](repeating: 0, count: 1920))
        appliance.release()
        try await appliance.timeline.wait { $0 == .replyPlayed }
        let played = try await appliance.stopped().sounds

        let library = try SoundLibrary(rate: 24_000)
        let line = library[.noKey].sounds
        // The short sounds of the presses come after it.
        let start = Array(line[..<2400])
        let found = played.indices.dropLast(start.count).count { index in
            played[index] == start[0] && Array(played[index..<(index + start.count)]) == start
        }
        #expect(found == 1, "the line was spoken \(found) times")
    }
}
