import Linux
import TestEchoDoor
import Testing
import WebRTC

@Suite(
    "A canceller in a shared object of its own",
    .enabled(if: FakeDoor.isPossible, Comment(rawValue: FakeDoor.absence)))
struct WebRTCCancellerTests {
    private func reason(_ path: String) -> String {
        do {
            _ = try WebRTCCanceller(path: path)
            return "it was loaded"
        } catch {
            return "\(error)"
        }
    }

    @Test("it is loaded, identifies itself, and processes frames")
    func loads() async throws {
        let fake = try await FakeDoor()
        let canceller = try WebRTCCanceller(path: fake.path)
        #expect(canceller.library == "a fake 1.0")
        #expect(canceller.delaySamples == 128)
        var frame = [Int16](repeating: 1000, count: WebRTCCanceller.frameSamples)
        let reference = [Int16](repeating: 300, count: WebRTCCanceller.frameSamples)
        #expect(canceller.process(reference: reference, microphone: &frame) == 0)
        #expect(frame.allSatisfy { $0 == 0 })
        frame[0] = -1
        #expect(canceller.process(reference: reference, microphone: &frame) == -3)
    }

    @Test("each is released before the next one")
    func releases() async throws {
        let fake = try await FakeDoor()
        let silence = [Int16](repeating: 0, count: WebRTCCanceller.frameSamples)
        for _ in 0..<3 {
            let canceller = try WebRTCCanceller(path: fake.path)
            var frame = silence
            #expect(canceller.process(reference: silence, microphone: &frame) == 0)
        }
    }

    @Test("without a library, the missing file is named")
    func absent() {
        #expect(reason("/nowhere/martlet-webrtc.so") == "/nowhere/martlet-webrtc.so does not exist")
    }

    @Test("a file that is no shared object, or lacks a library, is refused with a reason")
    func broken() async throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-door")
        defer { try? Files.removeTree(folder) }
        let path = "\(folder)/text.so"
        try Files.writeAtomically(path, Array("no program".utf8), mode: 0o644)
        #expect(reason(path).contains("text.so"))
        #expect(reason(folder) != "it was loaded")
        var promise = FakeDoor.Promise()
        promise.make = "missing_function"
        promise.declares = "extern struct martlet_echo *missing_function(void);"
        let fake = try await FakeDoor(promise)
        #expect(reason(fake.path).contains("missing_function"))
    }

    @Test("an interface of another version, or a missing one, is not used")
    func other() async throws {
        var newer = FakeDoor.Promise()
        newer.version = "99"
        let version = try await FakeDoor(newer)
        #expect(reason(version.path).contains("has version 99, and this program needs 1"))
        var none = FakeDoor.Promise()
        none.door = "some_other_function"
        let other = try await FakeDoor(none)
        #expect(reason(other.path).contains("is not a canceller for Martlet"))
    }

    @Test(
        "an interface that this program could not use is refused",
        arguments: ["frame", "delay", "process"])
    func promises(what: String) async throws {
        var promise = FakeDoor.Promise()
        switch what {
        case "frame": promise.frame = "480"
        case "delay": promise.delay = "100000"
        default: promise.process = "0"
        }
        let fake = try await FakeDoor(promise)
        #expect(reason(fake.path).contains("has properties that this program cannot use"))
    }

    @Test("a library that makes no canceller is named")
    func refused() async throws {
        var promise = FakeDoor.Promise()
        promise.make = "fail"
        let fake = try await FakeDoor(promise)
        #expect(throws: WebRTCError.refused(library: "a fake 1.0")) {
            _ = try WebRTCCanceller(path: fake.path)
        }
    }

    // Noise that swells like syllables, 5 ms later and 10 dB weaker in a microphone with noise of
    // its own; the last 3 of 8 s.
    @Test(
        "the real one, where installed, takes 20 dB out of an echo and leaves a clean voice alone",
        .enabled(if: Self.realPath != nil, "packaging/webrtc.sh FILE; MARTLET_PLUGIN=FILE"))
    func real() throws {
        let path = try #require(Self.realPath)
        let (before, after) = try Self.powers(path, isEcho: true)
        #expect(after < before / 100)
        let (said, left) = try Self.powers(path, isEcho: false)
        #expect(left > said / 2)
    }

    private static let realPath: String? = [
        Environment.get("MARTLET_PLUGIN"), WebRTCCanceller.usualPath,
    ].compactMap { $0 }.first { Files.exists($0) }

    /// The power of the microphone's sound, and of the rest after cancellation; the sound is the
    /// loudspeaker's, or another voice.
    private static func powers(_ path: String, isEcho: Bool) throws -> (Double, Double) {
        let canceller = try WebRTCCanceller(path: path)
        let count = WebRTCCanceller.frameSamples
        var state: UInt32 = 12
        func noise(_ amplitude: Double) -> Double {
            state = state &* 1_664_525 &+ 1_013_904_223
            return amplitude * (Double(state >> 8) / Double(1 << 23) - 1)
        }
        let played = (0..<(800 * count)).map { index in
            let phase = Double(index % 4000) / 4000
            return noise(12_000 * 4 * phase * (1 - phase))
        }
        var powers = (0.0, 0.0)
        for frame in 0..<800 {
            let start = frame * count
            var heard = (0..<count).map { offset -> Int16 in
                let index = start + offset - 80
                return Int16(noise(20) + (index < 0 ? 0 : 0.3 * played[index]))
            }
            let reference = (0..<count).map { isEcho ? Int16(played[start + $0]) : 0 }
            func power() -> Double { heard.reduce(0) { $0 + Double($1) * Double($1) } }
            let before = power()
            #expect(canceller.process(reference: reference, microphone: &heard) == 0)
            guard frame >= 500 else { continue }
            powers.0 += before
            powers.1 += power()
        }
        return powers
    }
}
