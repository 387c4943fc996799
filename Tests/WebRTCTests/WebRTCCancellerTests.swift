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

    @Test("it is loaded, says what it is, and its frames go through")
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

    @Test("each is released, so that the next is the only one")
    func releases() async throws {
        let fake = try await FakeDoor()
        let silence = [Int16](repeating: 0, count: WebRTCCanceller.frameSamples)
        for _ in 0..<3 {
            let canceller = try WebRTCCanceller(path: fake.path)
            var frame = silence
            #expect(canceller.process(reference: silence, microphone: &frame) == 0)
        }
    }

    @Test("where there is none, what is missing is said by its name")
    func absent() {
        #expect(reason("/nowhere/martlet-webrtc.so") == "/nowhere/martlet-webrtc.so is not there")
    }

    @Test("what is no shared object, or wants a library that is missing, is refused with a reason")
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

    @Test("a door of another version, or without one, is not gone through")
    func other() async throws {
        var newer = FakeDoor.Promise()
        newer.version = "99"
        let version = try await FakeDoor(newer)
        #expect(reason(version.path).contains("is of version 99, and this program wants 1"))
        var none = FakeDoor.Promise()
        none.door = "some_other_function"
        let other = try await FakeDoor(none)
        #expect(reason(other.path).contains("is no canceller of Martlet's"))
    }

    @Test("what this program could not use is refused", arguments: ["frame", "delay", "process"])
    func promises(what: String) async throws {
        var promise = FakeDoor.Promise()
        switch what {
        case "frame": promise.frame = "480"
        case "delay": promise.delay = "100000"
        default: promise.process = "0"
        }
        let fake = try await FakeDoor(promise)
        #expect(reason(fake.path).contains("promises what this program cannot use"))
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
}
