import Configuration
import ModelTypes
import Synchronization
import Tools
import VoiceSession
import WireCodec

@testable import Assistant

/// An executor on whichever thread the test runs.
final class TestExecutor: SerialExecutor {
    /// A tool's result enters the assistant at once, all else is called directly.
    func enqueue(_ job: consuming ExecutorJob) {
        UnownedJob(job).runSynchronously(on: asUnownedSerialExecutor())
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    // The test is one task, so nothing else touches the actor meanwhile.
    func checkIsolated() {}
}

extension SessionRates {
    /// The tests count in 16 samples a millisecond up and 24 down.
    static let usual = SessionRates(input: 16_000, output: 24_000)
}

/// Every port of an assistant, recording its calls; time is in milliseconds.
final class AssistantWorld: Sendable {
    enum Told: Equatable {
        case open(at: Int64, preRoll: Int)
        case openAtSpeech(sample: Int64)
        case close(at: Int64)
        case play([Int16])
        case endOfTurn, flush, hold, resume
        case connect, beginActivity, endActivity, endAudioStream, expectNoReply, discardInput
        case sendAudio([Int16])
        case text(String)
        case responses([FunctionResponse])
        case run(FunctionCall)
        case refuse(FunctionCall, String)
        case takeBack([CallKey])
        case show(Indication)
        case earcon(Earcon)
    }

    private struct State {
        var told: [Told] = []
        var timeline: [TimelineEvent] = []
        var now: Int64 = 0
        var alarm: (at: Int64, ring: @Sendable () -> Void)?
        var pendingFrames = 0
        /// How many answers were due.
        var answers = AnswerNumber.none
        var nested: (told: Told, event: SessionEvent)?
        var calls: [String: @Sendable (ToolOutcome) async -> Void] = [:]
    }

    private let state = Mutex(State())
    let executor = TestExecutor()
    let assistant: VoiceAssistant

    /// A world whose session records its calls, unless another session takes its place.
    init(_ mode: TurnMode, session: (any SessionPort)? = nil) {
        let ports = TestPorts()
        assistant = VoiceAssistant(
            executor: executor, settings: ConversationSettings(mode: mode),
            confirmation: ConfirmationSettings(),
            ports: AssistantPorts(
                microphone: ports, speaker: ports, session: session ?? ports, tools: ports,
                indicator: ports,
                earcons: ports, timeline: ports, alarm: ports, hasNetwork: { true }))
        ports.owner.withLock { $0.world = self }
    }

    /// An assistant that has started, with a session if it is `online`; the effects so far are
    /// forgotten.
    static func started(_ mode: TurnMode = .hold, online: Bool = true) -> AssistantWorld {
        let world = AssistantWorld(mode)
        world.assistant.assumeIsolated { $0.start() }
        if online { world.session(.ready(resumed: false)) }
        world.forget()
        return world
    }

    var told: [Told] { state.withLock { $0.told } }
    var timeline: [TimelineEvent] { state.withLock { $0.timeline } }
    var alarmAt: Int? { state.withLock { $0.alarm.map { Int($0.at / 1_000_000) } } }
    var current: ConversationState { assistant.assumeIsolated { $0.state } }

    func forget() {
        state.withLock {
            $0.told = []
            $0.timeline = []
        }
    }

    /// Advances the clock to a time, ringing the alarm on the way.
    func at(_ time: Int) {
        let target = Int64.milliseconds(time)
        while true {
            let ring = state.withLock { state -> (@Sendable () -> Void)? in
                guard let alarm = state.alarm, alarm.at <= target else {
                    state.now = target
                    return nil
                }
                state.now = max(state.now, alarm.at)
                state.alarm = nil
                return alarm.ring
            }
            guard let ring else { return }
            ring()
        }
    }

    func button(_ pressed: Bool, at time: Int) {
        at(time)
        assistant.assumeIsolated {
            $0.button(ButtonEvent(pressed: pressed, at: .milliseconds(time)))
        }
    }

    func microphone(_ signal: MicrophoneSignal) {
        assistant.assumeIsolated { $0.microphone(signal) }
    }

    func speaker(_ signal: SpeakerSignal) {
        assistant.assumeIsolated { $0.speaker(signal) }
    }

    func session(_ event: SessionEvent) {
        assistant.assumeIsolated { $0.session(event) }
    }

    /// Has the tool answer, and the assistant receive the answer.
    func finish(_ id: String, _ outcome: ToolOutcome) async {
        await state.withLock { $0.calls.removeValue(forKey: id) }?(outcome)
    }

    func setPendingFrames(_ count: Int) { state.withLock { $0.pendingFrames = count } }

    /// Has the session report an event at once, the next time that it gets this call.
    func setNested(_ event: SessionEvent, for told: Told) {
        state.withLock { $0.nested = (told, event) }
    }

    fileprivate func tell(_ told: Told) {
        let nested = state.withLock { state -> SessionEvent? in
            state.told.append(told)
            guard let nested = state.nested, nested.told == told else { return nil }
            state.nested = nil
            return nested.event
        }
        if let nested { session(nested) }
    }
    /// The answer that was due last, or the first that the model gives by itself.
    var answer: AnswerNumber { max(state.withLock { $0.answers }, AnswerNumber(1)) }

    fileprivate func nextAnswer() -> AnswerNumber {
        state.withLock { state in
            state.answers = state.answers.next
            return state.answers
        }
    }
    fileprivate func record(_ entry: TimelineEntry) {
        state.withLock { $0.timeline.append(entry.event) }
    }
    fileprivate var now: Int64 { state.withLock { $0.now } }
    fileprivate var pendingFrames: Int { state.withLock { $0.pendingFrames } }
    fileprivate func setAlarm(_ at: Int64?, _ ring: @escaping @Sendable () -> Void) {
        state.withLock { $0.alarm = at.map { ($0, ring) } }
    }
    fileprivate func note(_ id: String, _ done: @escaping @Sendable (ToolOutcome) async -> Void) {
        state.withLock { $0.calls[id] = done }
    }
}

/// The ports, which pass everything on to the world once it exists.
private final class TestPorts: MicrophonePort, SpeakerPort, SessionPort, ToolPort, IndicatorPort,
    EarconPort, TimelinePort, LoopAlarm
{
    /// Weak, since the world owns the assistant that owns its ports.
    struct Owner: Sendable {
        weak var world: AssistantWorld?
    }

    let owner = Mutex(Owner())

    private var world: AssistantWorld? { owner.withLock { $0.world } }

    private func tell(_ told: AssistantWorld.Told) { world?.tell(told) }

    func open(at nanoseconds: Int64, preRollMilliseconds: Int) {
        tell(.open(at: nanoseconds, preRoll: preRollMilliseconds))
    }
    func openAtSpeech(sample: Int64, preRollMilliseconds: Int) {
        tell(.openAtSpeech(sample: sample))
    }
    func close(at nanoseconds: Int64) { tell(.close(at: nanoseconds)) }
    func play(_ samples: [Int16]) { tell(.play(samples)) }
    func endOfTurn() { tell(.endOfTurn) }
    func flush() { tell(.flush) }
    func hold() { tell(.hold) }
    func resume() { tell(.resume) }
    var pendingFrames: Int { world?.pendingFrames ?? 0 }
    var rates: SessionRates { .usual }
    func connect() { tell(.connect) }
    func beginActivity() { tell(.beginActivity) }
    func sendAudio(_ samples: [Int16]) { tell(.sendAudio(samples)) }
    private func end(_ told: AssistantWorld.Told) -> AnswerNumber? {
        let answer = world?.nextAnswer()
        tell(told)
        return answer
    }
    func endActivity() -> AnswerNumber? { end(.endActivity) }
    func endAudioStream() -> AnswerNumber? { end(.endAudioStream) }
    func expectNoReply() { tell(.expectNoReply) }
    func discardInput() { tell(.discardInput) }
    func sendText(_ text: String) -> AnswerNumber? { end(.text(text)) }
    func sendToolResponses(_ responses: [FunctionResponse]) { tell(.responses(responses)) }
    func run(
        _ call: FunctionCall, conversation: Int,
        _ done: @escaping @Sendable (ToolOutcome) async -> Void
    ) {
        world?.note(call.id, done)
        tell(.run(call))
    }
    func refuse(
        _ call: FunctionCall, because words: String, conversation: Int,
        _ done: @escaping @Sendable (ToolOutcome) async -> Void
    ) {
        world?.note(call.id, done)
        tell(.refuse(call, words))
    }
    func takeBack(_ calls: [CallKey]) { tell(.takeBack(calls)) }
    func shown(_ call: FunctionCall) -> JSONValue { call.arguments }
    func show(_ indication: Indication) { tell(.show(indication)) }
    func play(_ earcon: Earcon) { tell(.earcon(earcon)) }
    func record(_ entry: TimelineEntry) { world?.record(entry) }
    var now: Int64 { world?.now ?? 0 }
    func setAlarm(_ at: Int64?, _ ring: @escaping @Sendable () -> Void) {
        world?.setAlarm(at, ring)
    }
}
