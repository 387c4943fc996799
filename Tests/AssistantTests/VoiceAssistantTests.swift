import ModelTypes
import Testing
import Tools
import VoiceSession
import WireCodec

@testable import Assistant

@Suite("the assistant between its ports", .timeLimit(.minutes(5)))
struct VoiceAssistantTests {
    private let lampCall = FunctionCall(id: "7", name: "lamp", arguments: ["on": true])
    private let lampAnswer = FunctionResponse(id: "7", name: "lamp", response: ["output": "on"])

    /// A turn of the user from 1,000 to 2,000 ms, with 20 ms of sound.
    private func turn(_ world: AssistantWorld) {
        world.button(true, at: 1_000)
        world.microphone(.samples([1, 2, 3], first: 0))
        world.button(false, at: 2_000)
        world.microphone(.segmentEnded(sample: 3))
    }

    @Test("a start shows the state and connects")
    func start() {
        let world = AssistantWorld(.hold)
        world.assistant.assumeIsolated { $0.start() }
        #expect(
            world.told == [
                .show(
                    Indication(
                        state: .offline, isMuted: false, isOffline: true, hasTrouble: false)),
                .connect,
            ])
    }

    @Test("a turn, a call and its answer, and a reply take their ways, in order")
    func wholeTurn() async {
        let world = AssistantWorld.started(.hold)
        turn(world)
        world.session(.inputTranscript("turn on the lamp"))
        world.session(.toolCalls([lampCall], of: world.answer))
        await world.finish("7", .answered(lampAnswer))
        world.session(.outputTranscript("It is on.", of: world.answer))
        world.session(.audio([400, 500], of: world.answer))
        world.session(.generationComplete(world.answer))
        world.session(.turnComplete(world.answer))
        world.speaker(.started(at: .milliseconds(2_150)))
        world.speaker(.drained(at: .milliseconds(2_900)))
        let told = world.told.filter { if case .show = $0 { false } else { true } }
        #expect(
            told == [
                .open(at: .milliseconds(1_000), preRoll: 300), .beginActivity,
                .sendAudio([1, 2, 3]), .close(at: .milliseconds(2_000)), .endActivity,
                .run(lampCall), .responses([lampAnswer]), .play([400, 500]), .endOfTurn,
            ])
        #expect(
            world.timeline == [
                .turnOpened(1, by: .button), .state(from: .idle, to: .listening),
                .state(from: .listening, to: .thinking), .turnClosed(1, .sent),
                .heard("turn on the lamp"),
                .toolCalled(id: "7", name: "lamp", arguments: #"{"on":true}"#),
                .toolAnswered(
                    id: "7", name: "lamp", response: #"{"output":"on"}"#, milliseconds: 0),
                .said("It is on."), .state(from: .thinking, to: .speaking),
                .firstSound(milliseconds: 150, after: .release), .replyPlayed,
                .state(from: .speaking, to: .idle),
            ])
    }

    @Test("samples that were sent before are not sent again")
    func overlap() {
        let world = AssistantWorld.started(.hold)
        turn(world)
        world.button(true, at: 3_000)
        world.microphone(.samples([2, 3, 4], first: 1))
        #expect(world.told.last == .sendAudio([4]))
    }

    @Test("a report of a drained speaker is ignored when it was given more since")
    func staleDrained() {
        let world = AssistantWorld.started(.hold)
        turn(world)
        world.session(.audio([4], of: world.answer))
        world.session(.turnComplete(world.answer))
        world.setPendingFrames(480)
        world.speaker(.drained(at: .milliseconds(2_200)))
        #expect(world.current == .speaking)
        world.setPendingFrames(0)
        world.speaker(.drained(at: .milliseconds(2_300)))
        #expect(world.current == .idle)
    }

    @Test("the alarm ends a wait")
    func alarm() {
        let world = AssistantWorld.started(.hold)
        turn(world)
        world.at(16_999)
        #expect(world.current == .thinking)
        world.at(17_000)
        #expect(world.told.contains(.earcon(.error)))
        #expect(world.current == .idle)
        #expect(world.alarmAt == nil)
    }

    @Test("a function that failed is reported as failed, with its reason, to users and model")
    func failedCall() async {
        let world = AssistantWorld.started(.hold)
        turn(world)
        world.session(.toolCalls([lampCall], of: world.answer))
        let answer = FunctionResponse(
            id: "7", name: "lamp", response: ["error": "there is no chip"])
        await world.finish("7", .answered(answer))
        #expect(world.told.contains(.responses([answer])))
        #expect(
            world.timeline.contains(
                .toolFailed(id: "7", name: "lamp", reason: "there is no chip", milliseconds: 0)))
        #expect(!world.timeline.contains { if case .toolAnswered = $0 { true } else { false } })
    }

    @Test("an early alarm only continues the wait")
    func earlyAlarm() {
        let world = AssistantWorld.started(.hold)
        turn(world)
        world.at(10_000)
        world.session(.audio([4], of: world.answer))
        #expect(world.alarmAt == 17_000)
        world.at(17_000)
        #expect(world.current == .speaking)
        #expect(world.alarmAt == 25_000)
    }

    @Test("an answer to a call that the server cancelled is not sent")
    func lateAnswer() async {
        let world = AssistantWorld.started(.hold)
        turn(world)
        world.session(.toolCalls([lampCall], of: world.answer))
        world.session(.toolCallsCancelled(["7"]))
        #expect(world.told.contains(.takeBack([CallKey(conversation: 1, id: "7")])))
        await world.finish("7", .answered(lampAnswer))
        #expect(!world.told.contains(.responses([lampAnswer])))
    }

    @Test("a call for a request that the user withdrew is refused")
    func refusedCall() async {
        let world = AssistantWorld.started(.hold)
        world.button(true, at: 1_000)
        world.microphone(.samples([1], first: 0))
        world.button(false, at: 1_100)
        world.microphone(.segmentEnded(sample: 1))
        world.session(.toolCalls([lampCall], of: world.answer))
        #expect(!world.told.contains(.run(lampCall)))
        // Refused by the runner, which remembers that: a repeated call is not executed either.
        let words = "nothing was done: the user took the request back"
        #expect(world.told.contains(.refuse(lampCall, words)))
        let refusal = FunctionResponse(id: "7", name: "lamp", response: ["error": .string(words)])
        await world.finish("7", .answered(refusal))
        #expect(world.told.last == .responses([refusal]))
        #expect(world.current == .idle)
    }

    @Test("a call that is not wanted, but was answered before, gets the same answer")
    func refusedRepetition() async {
        let world = AssistantWorld.started(.hold)
        world.button(true, at: 1_000)
        world.microphone(.samples([1], first: 0))
        world.button(false, at: 1_100)
        world.microphone(.segmentEnded(sample: 1))
        world.session(.toolCalls([lampCall], of: world.answer))
        await world.finish("7", .answeredBefore(lampAnswer))
        #expect(world.told.last == .responses([lampAnswer]))
    }

    @Test("a call repeated unasked is answered, and no sound reports that nothing follows")
    func repeatedCall() async {
        for answer in [
            lampAnswer, FunctionResponse(id: "7", name: "lamp", response: ["error": "no"]),
        ] {
            let world = AssistantWorld.started(.hold)
            world.session(.toolCalls([lampCall], of: world.answer))
            await world.finish("7", .answeredBefore(answer))
            #expect(world.told.contains(.responses([answer])))
            #expect(world.current == .idle)
            world.session(.turnComplete(world.answer))
            world.at(60_000)
            #expect(!world.told.contains { if case .earcon = $0 { true } else { false } })
        }
    }

    @Test("a user who waits for an answer still waits after a repeated call is answered")
    func repeatedCallWithinTurn() async {
        let world = AssistantWorld.started(.hold)
        turn(world)
        world.session(.toolCalls([lampCall], of: world.answer))
        await world.finish("7", .answeredBefore(lampAnswer))
        #expect(world.current == .thinking)
        world.session(.turnComplete(world.answer))
        #expect(world.told.contains(.earcon(.error)))
    }

    @Test("words of a reply that is not heard are not reported as said")
    func staleWords() {
        let world = AssistantWorld.started(.hold)
        turn(world)
        world.session(.audio([4], of: world.answer))
        world.button(true, at: 3_000)
        world.forget()
        world.session(.outputTranscript("old words", of: world.answer))
        #expect(world.timeline.isEmpty)
    }

    @Test("hands-free sends no activity marks, only the pause of the stream")
    func handsFree() {
        let world = AssistantWorld.started(.handsFree)
        world.at(1_000)
        world.microphone(.speechStarted(sample: 16_000, at: .milliseconds(1_000)))
        world.microphone(.samples([1], first: 11_200))
        world.at(2_500)
        world.microphone(.speechEnded(sample: 32_000, at: .milliseconds(2_000)))
        world.microphone(.segmentEnded(sample: 40_000))
        let told = world.told.filter { if case .show = $0 { false } else { true } }
        #expect(
            told == [
                .openAtSpeech(sample: 16_000), .sendAudio([1]),
                .close(at: .milliseconds(2_500)), .endAudioStream,
            ])
    }

    @Test("a stop ends the open activity, silences the speaker and takes no more events")
    func stop() {
        let world = AssistantWorld.started(.hold)
        world.button(true, at: 1_000)
        world.microphone(.samples([1], first: 0))
        world.assistant.assumeIsolated { $0.stop() }
        #expect(world.told.filter { $0 == .endActivity }.count == 1)
        #expect(world.told.last == .flush)
        #expect(world.alarmAt == nil)
        world.forget()
        world.session(.audio([1], of: world.answer))
        world.button(false, at: 2_000)
        world.button(true, at: 3_000)
        #expect(world.told.isEmpty)
    }

    @Test("a port's immediate event does not get between the actions of another event")
    func nestedEvents() {
        let world = AssistantWorld(.hold)
        world.assistant.assumeIsolated { $0.start() }
        world.setNested(.failed(SessionFailure(reason: .credential, text: "no")), for: .connect)
        world.forget()
        world.button(true, at: 1_000)
        let states = world.timeline.compactMap { event in
            if case .state(_, let to) = event { to } else { nil }
        }
        #expect(states == [.listening, .offline])
        guard case .show(let shown)? = world.told.last else {
            Issue.record("nothing is shown at the end")
            return
        }
        #expect(shown.state == .offline)
    }

    @Test("settings that need another session are not taken")
    func otherSettings() {
        let world = AssistantWorld.started(.hold)
        let isTaken = world.assistant.assumeIsolated { assistant in
            TurnMode.allCases.map { assistant.apply(ConversationSettings(mode: $0)) }
        }
        #expect(isTaken == [true, true, false])
        world.button(true, at: 1_000)
        world.button(false, at: 1_500)
        #expect(world.current == .listening, "tap mode")
    }
}
