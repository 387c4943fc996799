import ModelTypes
import Tools
import VoiceSession
import WireCodec
@testable import Assistant

/// A machine whose actions are all recorded; time is in milliseconds.
final class ConversationWorld {
    var machine: ConversationMachine
    private(set) var actions: [ConversationAction] = []
    /// What was sent to the session, in order.
    private(set) var wire: [Wire] = []
    private var nextSample: Int64 = 0
    let usesAutomaticDetection: Bool
    private var answers: AnswerCounter

    enum Wire: Equatable {
        case begin, end, streamEnd, discard
        case audio(first: Int64, count: Int)
    }

    init(_ mode: TurnMode, adjust: (inout ConversationSettings) -> Void = { _ in }) {
        var settings = ConversationSettings(mode: mode)
        adjust(&settings)
        usesAutomaticDetection = settings.usesAutomaticDetection
        answers = AnswerCounter(isAutomatic: usesAutomaticDetection)
        machine = ConversationMachine(settings: settings, rates: .usual)
        perform(machine.start())
    }

    /// A world with a session.
    static func online(
        _ mode: TurnMode, adjust: (inout ConversationSettings) -> Void = { _ in }
    ) -> ConversationWorld {
        let world = ConversationWorld(mode, adjust: adjust)
        world.perform(world.machine.sessionReady(resumed: false, at: 0))
        world.forget()
        return world
    }

    var state: ConversationState { machine.state }
    var deadline: Int? { machine.deadline.map { Int($0 / 1_000_000) } }

    var timeline: [TimelineEvent] {
        actions.compactMap { if case .record(let event) = $0 { event } else { nil } }
    }

    func forget() {
        actions = []
        wire = []
    }

    func perform(_ more: [ConversationAction]) {
        actions += more
        for action in more {
            switch action {
            case .endWords(let isReplyWanted):
                wire.append(usesAutomaticDetection ? .streamEnd : .end)
                machine.answerDue(answers.wordsEnded(), isWanted: isReplyWanted)
            case .discardInput: wire.append(.discard)
            case .openMicrophone, .openMicrophoneAtSpeech, .closeMicrophone, .connect,
                .expectNoReply, .beginWords, .sendAudio, .play, .flushSpeaker, .holdSpeaker,
                .resumeSpeaker, .endReply, .runTools, .refuseTools, .cancelTools, .answerTool,
                .sound, .tellText, .dismissAlarm, .show, .record:
                break
            }
        }
    }

    func press(_ time: Int) { perform(machine.buttonPressed(at: .milliseconds(time))) }
    func touch(_ time: Int) -> TouchUse {
        let (use, actions) = machine.buttonTouched(at: .milliseconds(time))
        perform(actions)
        return use
    }
    func release(_ time: Int) { perform(machine.buttonReleased(at: .milliseconds(time))) }
    func deadline(_ time: Int) { perform(machine.deadlineReached(at: .milliseconds(time))) }
    func segmentEnded() { perform(machine.segmentEnded()) }
    func speech(_ time: Int) {
        perform(machine.speechStarted(sample: Int64(time * 16), at: .milliseconds(time)))
    }
    func speechEnd(_ wordsEnd: Int, known time: Int) {
        perform(machine.speechEnded(wordsEnd: .milliseconds(wordsEnd), at: .milliseconds(time)))
    }

    /// 20 ms of sound from the microphone, after the last or from a given sample; returns the
    /// resulting actions.
    @discardableResult
    func samples(from first: Int64? = nil) -> [ConversationAction] {
        let first = first ?? nextSample
        nextSample = first + 320
        let done = machine.samplesArrived([Int16](repeating: 0, count: 320), first: first)
        for action in done {
            switch action {
            case .beginWords:
                if !usesAutomaticDetection { wire.append(.begin) }
                answers.wordsBegan()
            case .sendAudio(let samples):
                wire.append(.audio(first: nextSample - Int64(samples.count), count: samples.count))
            default: perform([action])
            }
        }
        return done
    }

    /// 100 ms of a reply; returns whether it is to be played.
    @discardableResult
    func audio(_ time: Int, isAudible: Bool = true) -> Bool {
        let samples = [Int16](repeating: 0, count: 2_400)
        let more = machine.audioArrived(
            samples, isAudible: isAudible, of: answers.content(), at: .milliseconds(time))
        perform(more)
        return more.contains(.play(samples))
    }

    /// A whole turn of the user, up to its end on the wire.
    func turn(_ start: Int, _ end: Int) {
        press(start)
        samples()
        release(end)
        segmentEnded()
    }

    /// A turn of the user and the beginning of its reply.
    func turnAnswered(_ start: Int, _ end: Int, audio time: Int) {
        turn(start, end)
        audio(time)
        started(time)
    }

    func started(_ time: Int) { perform(machine.playbackStarted(at: .milliseconds(time))) }
    func drained(_ time: Int) { perform(machine.playbackDrained(at: .milliseconds(time))) }
    func silent(_ time: Int) { perform(machine.playbackSilent(at: .milliseconds(time))) }
    func interrupted(_ time: Int) {
        let (answer, next) = answers.interrupted()
        perform(machine.interrupted(answer, next: next, at: .milliseconds(time)))
    }
    func generationComplete() { perform(machine.generationComplete(answers.generated())) }
    func turnComplete() { perform(machine.turnComplete(answers.completed())) }
    func ready(_ time: Int, resumed: Bool = true) {
        answers.connected()
        perform(machine.sessionReady(resumed: resumed, at: .milliseconds(time)))
    }
    func offline(_ time: Int, _ reason: String = "lost", isNetworkMissing: Bool = false) {
        perform(
            machine.sessionOffline(
                reason, isNetworkMissing: isNetworkMissing, at: .milliseconds(time)))
    }
    func refused(_ time: Int, because line: Earcon = .refused) {
        perform(machine.sessionRefused("no", because: line, at: .milliseconds(time)))
    }
    /// Every sound since the last `forget`.
    var sounds: [Earcon] {
        actions.compactMap { if case .sound(let earcon) = $0 { earcon } else { nil } }
    }
    /// The model calls functions, each named as its call.
    func calls(_ identifiers: [String], _ time: Int) {
        perform(
            machine.toolCallsArrived(
                identifiers.map { .named($0) }, of: answers.called(), at: .milliseconds(time)))
    }
    func cancelled(_ identifiers: [String], _ time: Int) {
        perform(machine.toolCallsCancelled(identifiers, at: .milliseconds(time)))
    }
    func finished(_ identifier: String, _ time: Int, _ end: ToolEnd = .done) {
        finished(machine.calls.key(of: identifier), time, end)
    }
    func finished(_ key: CallKey, _ time: Int, _ end: ToolEnd = .done) {
        perform(
            machine.callEnded(key, .answered(end.response(key.id)), at: .milliseconds(time)))
    }
    /// Answers that were given to the model, by the calls' ids.
    var answered: [String] {
        actions.compactMap { if case .answerTool(let response) = $0 { response.id } else { nil } }
    }
    /// Calls that were to be run, by their ids.
    var ran: [String] {
        actions.flatMap { action -> [String] in
            if case .runTools(let calls, _) = action { calls.map(\.id) } else { [] }
        }
    }
}

/// How a call came to its end.
enum ToolEnd: CaseIterable {
    case done
    /// Done, and the model gets the answer in a way that keeps it silent.
    case doneSilently
    case failed

    /// The function's result in this case.
    func response(_ id: String) -> FunctionResponse {
        switch self {
        case .done: FunctionResponse(id: id, name: id, response: ["output": true])
        case .doneSilently:
            FunctionResponse(id: id, name: id, response: ["output": true], scheduling: .silent)
        case .failed: FunctionResponse(id: id, name: id, response: ["error": "no"])
        }
    }
}

extension FunctionCall {
    /// A call with an id, of the function of that name.
    static func named(_ id: String) -> FunctionCall {
        FunctionCall(id: id, name: id, arguments: .object([:]))
    }
}
