import ModelTypes
import Testing
import Tools
import VoiceSession
import WireCodec

@testable import Assistant

@Suite("announcements", .timeLimit(.minutes(5)))
struct AnnouncementTests {
    private static let hour: Int64 = 3_600_000_000_000

    private func announce(_ world: AssistantWorld, _ words: String = "tea is ready") {
        world.assistant.assumeIsolated { $0.announce(words, .briefly, patience: Self.hour) }
    }

    private func texts(_ world: AssistantWorld) -> [String] {
        world.told.compactMap { if case .text(let text) = $0 { text } else { nil } }
    }

    @Test(
        "an announcement is made at once when nobody is talking, and is heard",
        arguments: TurnMode.allCases)
    func atOnce(mode: TurnMode) {
        let world = AssistantWorld.started(mode)
        announce(world)
        #expect(texts(world).count == 1)
        #expect(texts(world).first?.contains("tea is ready") == true)
        #expect(world.current == .thinking)
        world.session(.audio([4, 5], of: world.answer))
        #expect(world.told.contains(.play([4, 5])))
        world.session(.generationComplete(world.answer))
        world.session(.turnComplete(world.answer))
        world.speaker(.drained(at: .milliseconds(900)))
        #expect(world.current == .idle)
    }

    @Test("text sent by the device is not taken for the user's words, which count afterwards")
    func ownWords() {
        let world = AssistantWorld.started(.hold)
        announce(world)
        // Some services transcribe whatever text they are sent.
        world.session(.inputTranscript("tea is ready"))
        world.session(.audio([400, 500], of: world.answer))
        world.session(.turnComplete(world.answer))
        world.speaker(.drained(at: .milliseconds(900)))
        #expect(!world.timeline.contains { if case .heard = $0 { true } else { false } })
        world.button(true, at: 2_000)
        world.microphone(.samples([1], first: 0))
        world.session(.inputTranscript("thanks"))
        #expect(world.timeline.contains(.heard("thanks")))
    }

    @Test("an announcement waits for the end of the user's words and of their answer")
    func waits() {
        let world = AssistantWorld.started()
        world.button(true, at: 1_000)
        announce(world)
        announce(world, "and the cake")
        world.microphone(.samples([1, 2, 3], first: 0))
        world.button(false, at: 2_000)
        world.microphone(.segmentEnded(sample: 3))
        world.session(.audio([4], of: world.answer))
        world.session(.generationComplete(world.answer))
        world.session(.turnComplete(world.answer))
        #expect(texts(world).isEmpty)
        world.speaker(.drained(at: .milliseconds(2_900)))
        #expect(texts(world).count == 1)
        // The second answer comes after the first.
        world.session(.audio([5], of: world.answer))
        world.session(.generationComplete(world.answer))
        world.session(.turnComplete(world.answer))
        world.speaker(.drained(at: .milliseconds(3_900)))
        #expect(texts(world).count == 2)
        #expect(texts(world).last?.contains("and the cake") == true)
    }

    @Test("without a session an announcement waits for one, but not for ever")
    func offline() {
        let patient = AssistantWorld.started(online: false)
        announce(patient)
        #expect(texts(patient).isEmpty)
        patient.at(3_599_000)
        patient.session(.ready(resumed: false))
        #expect(texts(patient).count == 1)
        let late = AssistantWorld.started(online: false)
        announce(late)
        late.at(3_600_000)
        late.session(.ready(resumed: false))
        #expect(texts(late).isEmpty)
        let expired = "an announcement is dropped: there was no session in time"
        #expect(late.timeline.contains(.notice(expired)))
    }

    @Test("a session that sleeps is woken; one that does not wake ends the wait")
    func asleep() {
        let world = AssistantWorld.started()
        world.session(.asleep)
        announce(world)
        #expect(texts(world).count == 1)
        world.session(.offline(.lost, retryIn: .seconds(1)))
        world.at(30_000)
        #expect(world.current == .offline)
        #expect(world.told.contains(.discardInput))
    }

    @Test("nothing is announced while the user is asked to confirm something")
    func question() {
        let world = AssistantWorld.started()
        let request = ConfirmationRequest(
            id: "1", tool: "open", subject: "gate", arguments: "{}", means: .button)
        world.assistant.assumeIsolated { $0.confirm(request) { _ in } }
        announce(world)
        #expect(texts(world).isEmpty)
        world.at(20_000)
        #expect(texts(world).count == 1)
    }

    @Test("a missing answer is reported as for the user's own words, and at most eight wait")
    func limits() {
        let world = AssistantWorld.started()
        announce(world)
        world.at(15_000)
        #expect(world.told.contains(.earcon(.error)))
        #expect(world.current == .idle)
        world.button(true, at: 16_000)
        for _ in 0..<9 { announce(world) }
        #expect(
            world.timeline.filter { event in
                guard case .notice(let text) = event else { return false }
                return text.contains("too many are waiting")
            }.count == 1)
    }
}
