import ModelTypes
import VoiceSession
import WebSockets
import WireCodec

@testable import Live

/// A session machine with a scripted service; times are milliseconds.
final class SessionWorld {
    private(set) var machine: SessionMachine
    /// What happened since the last `forget`.
    private(set) var events: [SessionEvent] = []
    private(set) var sent: [UplinkItem] = []
    private(set) var setups: [(handle: String?, history: [Content])] = []
    private(set) var opened = 0
    /// The times at which connections were opened (milliseconds).
    private(set) var openings: [Int64] = []
    private(set) var closed = 0
    private(set) var aborted = 0
    private(set) var kept: [String?] = []
    var now: Int64 = 0

    init(
        manual: Bool = true, adjust: (inout SessionMachine.Rules) -> Void = { _ in },
        handle: String? = nil, handleAge: Int64 = 0
    ) {
        var rules = SessionMachine.Rules(isManual: manual)
        // The test answers connection attempts, however long it waits for something else.
        rules.connectTimeout = 86_400_000_000_000
        adjust(&rules)
        machine = SessionMachine(
            rules: rules, handle: handle, handleAge: handleAge * 1_000_000, at: 0)
    }

    /// A world with a session, without the events of its beginning.
    static func ready(
        manual: Bool = true, adjust: (inout SessionMachine.Rules) -> Void = { _ in }
    ) -> SessionWorld {
        let world = SessionWorld(manual: manual, adjust: adjust)
        world.connect()
        world.accept()
        world.forget()
        return world
    }

    func forget() {
        events = []
        sent = []
        setups = []
        opened = 0
        closed = 0
        aborted = 0
        kept = []
    }

    /// The user says goodbye.
    func endConversation() { perform(machine.endConversation(at: now)) }

    private func perform(_ actions: [SessionAction]) {
        for action in actions {
            switch action {
            case .open:
                opened += 1
                openings.append(now)
            case .sendSetup(let handle, let history): setups.append((handle, history))
            case .send(let item): sent.append(item)
            case .close: closed += 1
            case .abort: aborted += 1
            case .keep(let handle): kept.append(handle)
            case .tell(let event): events.append(event)
            }
        }
    }

    private var nanoseconds: Int64 { now * 1_000_000 }

    // MARK: - The owner

    func connect() { perform(machine.connect(at: nanoseconds)) }
    func disconnect() { perform(machine.disconnect(at: nanoseconds)) }
    func say(_ items: UplinkItem...) {
        for item in items { perform(machine.say(item, at: nanoseconds).actions) }
    }

    /// The words that end next contain no speech.
    func expectNoReply() { machine.expectNoReply() }

    /// A whole activity with 20 ms of sound of one value.
    ///
    /// Returns the number of the answer that is due to it.
    @discardableResult
    func talk(_ value: Int16 = 1) -> AnswerNumber? {
        say(.activityStart, Self.sound(value))
        let (actions, due) = machine.say(.activityEnd, at: nanoseconds)
        perform(actions)
        return due
    }

    static func sound(_ value: Int16) -> UplinkItem {
        .audio([Int16](repeating: value, count: 320))
    }

    func answer(_ id: String, _ result: JSONValue = ["result": "done"]) {
        say(.toolResponses([FunctionResponse(id: id, name: "switch", response: result)]))
    }

    // MARK: - The service

    func open() { perform(machine.opened(at: nanoseconds)) }
    func accept() {
        open()
        receive(#"{"setupComplete": {}}"#)
    }
    func receive(_ frame: String) {
        let message = ServerMessage(Array(frame.utf8))
        perform(machine.received(message, at: nanoseconds, random: 0.5))
    }
    func lose(_ code: UInt16 = 1006, _ reason: String = "") {
        perform(machine.closed(code: code, reason: reason, at: nanoseconds, random: 0.5))
    }
    func fail(_ text: String = "no route") {
        perform(machine.openFailed(text, at: nanoseconds, random: 0.5))
    }
    /// The upgrade gets an HTTP response.
    func refuse(_ status: Int, _ body: String = "", retryAfter: Int64? = nil) {
        let answer = UpgradeRefusal(
            status: status, retryAfterSeconds: retryAfter, body: Array(body.utf8))
        let refusal = OpeningRefusal(host: "h", answer: answer)
        perform(machine.openingRefused(refusal, at: nanoseconds, random: 0.5))
    }

    func giveHandle(_ handle: String) {
        receive(#"{"sessionResumptionUpdate": {"newHandle": "\#(handle)", "resumable": true}}"#)
    }
    func speak(milliseconds: Int = 20) {
        var text: [UInt8] = []
        let part = Content.Part.inlineData(
            mimeType: "audio/pcm;rate=24000", data: [UInt8](repeating: 1, count: 48 * milliseconds))
        let message: JSONValue = ["serverContent": ["modelTurn": ["parts": [part.json]]]]
        message.append(to: &text)
        receive(String(decoding: text, as: UTF8.self))
    }
    func heard(_ words: String) {
        receive(#"{"serverContent": {"inputTranscription": {"text": "\#(words)"}}}"#)
    }
    func said(_ words: String) {
        receive(#"{"serverContent": {"outputTranscription": {"text": "\#(words)"}}}"#)
    }
    func callSwitch(_ id: String) {
        receive(
            #"{"toolCall": {"functionCalls": [{"id": "\#(id)", "name": "switch", "args": {"on": true}}]}}"#
        )
    }
    func generated() { receive(#"{"serverContent": {"generationComplete": true}}"#) }
    func turnComplete() { receive(#"{"serverContent": {"turnComplete": true}}"#) }
    func interrupted() { receive(#"{"serverContent": {"interrupted": true}}"#) }
    func goAway(seconds: Int) { receive(#"{"goAway": {"timeLeft": "\#(seconds)s"}}"#) }

    /// A turn with its answer, and a handle after it.
    func converse(_ handle: String? = nil) {
        talk()
        speak()
        generated()
        turnComplete()
        if let handle { giveHandle(handle) }
    }

    // MARK: - Time

    var deadline: Int64? {
        machine.deadline.map { $0 / 1_000_000 + ($0 % 1_000_000 > 0 ? 1 : 0) }
    }

    /// Advances to a time, with every deadline on the way.
    func wait(until time: Int64) {
        while let deadline, deadline <= time {
            now = max(now, deadline)
            perform(machine.deadlineReached(at: nanoseconds, random: 0.5))
        }
        now = max(now, time)
    }

    func wait(_ milliseconds: Int64) { wait(until: now + milliseconds) }

    // MARK: - Observations

    var isReady: Bool { machine.isReady }
    var isIdle: Bool { machine.isIdle }
    var isReplyDue: Bool { machine.line?.replyDueSince != nil }
    var notices: [String] {
        events.compactMap { if case .notice(let text) = $0 { text } else { nil } }
    }
    var isOffline: Bool {
        events.contains { if case .offline = $0 { true } else { false } }
    }
    var isFailed: Bool { machine.state == .failed }
    /// The most connections that were opened within any minute.
    var mostInAMinute: Int {
        openings.map { start in openings.filter { $0 >= start && $0 < start + 60_000 }.count }
            .max() ?? 0
    }
    var calls: [FunctionCall] {
        events.flatMap { if case .toolCalls(let calls, _) = $0 { calls } else { [FunctionCall]() } }
    }
    /// The answers whose sound was reported, one for each piece.
    var answers: [AnswerNumber] {
        events.compactMap { if case .audio(_, let answer) = $0 { answer } else { nil } }
    }
    var soundsHeard: Int {
        events.filter { if case .audio = $0 { true } else { false } }.count
    }
    var failure: SessionFailure? {
        events.compactMap { if case .failed(let failure) = $0 { failure } else { nil } }.last
    }
    var readies: [Bool] {
        events.compactMap { if case .ready(let resumed) = $0 { resumed } else { nil } }
    }
    /// Turns that are over, except those whose answer was interrupted.
    var turnsCompleted: Int {
        var interrupted: Set<AnswerNumber> = []
        var count = 0
        for event in events {
            if case .interrupted(let answer, _) = event { interrupted.insert(answer) }
            if case .turnComplete(let answer) = event, !interrupted.contains(answer) { count += 1 }
        }
        return count
    }
}
