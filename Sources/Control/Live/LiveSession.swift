internal import Linux
package import ModelTypes
package import VoiceSession
internal import WebSockets
internal import WireCodec

/// A conversation with the Live service that outlives its connections.
///
/// The decisions are `SessionMachine`'s; this performs them.
///
/// ## Concurrency
/// An actor on the executor it is given, which is the event loop's thread: socket events and its
/// owner's calls enter it directly, on that thread only. Events are reported there, synchronously;
/// a handler may call back.
package actor LiveSession: VoiceService {
    /// Notices reported per connection; the rest would only fill a log.
    private static let noticeLimit = 20

    private let executor: any SerialExecutor
    private let transport: any LiveTransport
    private var settings: SessionSettings
    private let credential: SessionCredential
    private let alarm: any LoopAlarm
    private let random: @Sendable () -> Double
    private let gate: @Sendable () -> SessionFailure?
    private let keep: @Sendable (String?) -> Void
    private let onEvent: @Sendable (SessionEvent) -> Void
    private var machine: SessionMachine
    private var alarmAt: Int64?
    private var notices = 0
    /// Actions that wait for earlier ones.
    private var queue: [SessionAction] = []
    private var isPerforming = false
    private var reply = ReplyAudio()
    /// The random number for the wait when a message ends this connection: one from the kernel for
    /// each message would cost a system call each.
    private var drawn = 0.0
    /// The number of connections so far; an authorization that arrives for an older one is not
    /// used.
    private var attempt = 0

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// A handle that an earlier run of the program stored.
    package struct KeptHandle: Sendable, Equatable {
        package var handle: String
        /// Nanoseconds since it was stored.
        package var age: Int64

        /// A handle and its age.
        package init(handle: String, age: Int64) {
            self.handle = handle
            self.age = age
        }
    }

    /// A session that waits for `connect`.
    ///
    /// `random` gives numbers in 0..<1. `gate` is asked before each connection and after each turn
    /// whether the device must not connect. `keep` is called with each new handle, and with nil
    /// when the handle is no longer valid; a later run passes it as `kept`.
    package init(
        executor: any SerialExecutor, transport: any LiveTransport, settings: SessionSettings,
        credential: SessionCredential, alarm: any LoopAlarm, kept: KeptHandle? = nil,
        random: @escaping @Sendable () -> Double = { .random(in: 0..<1) },
        gate: @escaping @Sendable () -> SessionFailure? = { nil },
        keep: @escaping @Sendable (String?) -> Void = { _ in },
        onEvent: @escaping @Sendable (SessionEvent) -> Void
    ) {
        self.executor = executor
        self.transport = transport
        self.settings = settings
        self.credential = credential
        self.alarm = alarm
        self.random = random
        self.gate = gate
        self.keep = keep
        self.onEvent = onEvent
        machine = SessionMachine(
            rules: SessionMachine.Rules(settings), handle: kept?.handle, handleAge: kept?.age ?? 0,
            at: alarm.now)
    }

    // MARK: - The owner's calls, on the session's executor

    package nonisolated var rates: SessionRates { .live }

    /// Whether input is sent at once.
    package nonisolated var isReady: Bool { assumeIsolated { $0.machine.isReady } }

    /// Whether there is no connection and none is wanted.
    package nonisolated var isIdle: Bool { assumeIsolated { $0.machine.isIdle } }

    /// Connects, or retries at once while it waits for its next attempt.
    package nonisolated func connect() {
        assumeIsolated { $0.perform($0.machine.connect(at: $0.alarm.now)) }
    }

    /// Closes for good; `closed` follows.
    package nonisolated func disconnect() {
        assumeIsolated { $0.perform($0.machine.disconnect(at: $0.alarm.now)) }
    }

    /// Closes once nothing is going on, as after a long silence: `asleep` follows.
    package nonisolated func endConversation() {
        assumeIsolated { $0.perform($0.machine.endConversation(at: $0.alarm.now)) }
    }

    /// Ends the session for a reason of the device, at the next quiet moment; `connect` tries
    /// again.
    private func refuse(_ failure: SessionFailure) {
        perform(machine.refuse(failure, at: alarm.now))
    }

    /// Begins the user's activity; only with manual detection, like all activity marks.
    package nonisolated func beginActivity() { say(.activityStart) }

    /// Sends mono samples at the input rate, or holds them in order while there is no connection.
    package nonisolated func sendAudio(_ samples: [Int16]) { say(.audio(samples)) }

    /// Ends the user's activity.
    package nonisolated func endActivity() -> AnswerNumber? { say(.activityEnd) }

    /// Says that the microphone pauses; only with automatic detection.
    package nonisolated func endAudioStream() -> AnswerNumber? { say(.audioStreamEnd) }

    /// Says that the words whose end is sent next need no answer, as when no speech was heard in
    /// them: its absence is then no fault.
    package nonisolated func expectNoReply() { assumeIsolated { $0.machine.expectNoReply() } }

    /// Sends words as text.
    package nonisolated func sendText(_ text: String) -> AnswerNumber? { say(.text(text)) }

    /// Shows a picture (JPEG, PNG or WebP); the service looks at one a second.
    package nonisolated func sendVideo(_ data: [UInt8], mimeType: String) {
        say(.video(mimeType: mimeType, data: data))
    }

    /// Adds turns to the history; with `isComplete` the model answers them, and stops what it was
    /// saying.
    package nonisolated func sendContent(_ turns: [Content], isComplete: Bool) {
        say(.content(turns, isComplete: isComplete))
    }

    /// Changes the instruction or the tools, for this session and later ones.
    ///
    /// Where an open connection does not allow it, the session moves to another one at the next
    /// quiet moment.
    package nonisolated func updateContext(instruction: String?, tools: [FunctionDeclaration]?) {
        assumeIsolated { $0.changeContext(instruction, tools) }
    }

    private func changeContext(_ instruction: String?, _ tools: [FunctionDeclaration]?) {
        if let instruction { settings.systemInstruction = instruction }
        if let tools {
            guard settings.tools != tools || instruction != nil else { return }
            settings.tools = tools
            // An update lists all tools, and cannot express the search.
            if settings.searches { return perform(machine.setupChanged(at: alarm.now)) }
        }
        let allowed = tools?.map { settings.allowed($0) }
        say(.contextUpdate(instruction: instruction, tools: allowed))
    }

    /// Answers calls of the model.
    ///
    /// A call whose connection is lost is answered as text on the next one.
    package nonisolated func sendToolResponses(_ responses: [FunctionResponse]) {
        assumeIsolated { session in
            _ = session.say(.toolResponses(responses.map(session.settings.answer)))
        }
    }

    /// Discards input that is held and not sent, and the activity it belongs to.
    package nonisolated func discardInput() { assumeIsolated { $0.machine.discard() } }

    /// Returns the number of the answer that is due if the item ends words.
    @discardableResult
    private nonisolated func say(_ item: UplinkItem) -> AnswerNumber? {
        assumeIsolated {
            let (actions, due) = $0.machine.say(item, at: $0.alarm.now)
            $0.perform(actions)
            return due
        }
    }

    // MARK: - What happens

    private func socket(_ event: WebSocketEvent) {
        switch event {
        case .opened:
            reply = ReplyAudio()
            drawn = random()
            perform(machine.opened(at: alarm.now))
        case .message(let frame, _):
            let message = ServerMessage.read(frame, &reply)
            perform(machine.received(message, at: alarm.now, random: drawn))
            if message.isTurnComplete, let refusal = gate() { refuse(refusal) }
        case .drained:
            break
        case .closed(let code, let reason):
            perform(machine.closed(code: code, reason: reason, at: alarm.now, random: random()))
        case .failed(.refusedUpgrade(let host, let answer)):
            let refusal = OpeningRefusal(host: host, answer: answer)
            perform(machine.openingRefused(refusal, at: alarm.now, random: random()))
        case .failed(let error):
            perform(machine.openFailed("\(error)", at: alarm.now, random: random()))
        }
    }

    private func ring() {
        alarmAt = nil
        perform(machine.deadlineReached(at: alarm.now, random: random()))
    }

    // MARK: - Actions

    /// Performs the actions of an event; those of events that arrive meanwhile follow.
    ///
    /// A handler may call back, as the assistant does to send what waited until the session was
    /// ready; the resulting actions must not come between the actions of this event.
    private func perform(_ actions: [SessionAction]) {
        guard !isPerforming else { return queue += actions }
        isPerforming = true
        for action in actions { perform(action) }
        while !queue.isEmpty {
            let batch = queue
            queue = []
            for action in batch { perform(action) }
        }
        isPerforming = false
        setAlarm()
    }

    private func setAlarm() {
        guard machine.deadline != alarmAt else { return }
        alarmAt = machine.deadline
        alarm.setAlarm(alarmAt) { [weak self] in
            self?.assumeIsolated { $0.ring() }
        }
    }

    private func perform(_ action: SessionAction) {
        switch action {
        case .open: open()
        case .sendSetup(let handle, let history):
            let setup = settings.setup(handle: handle, history: history)
            transport.send { setup.append(to: &$0) }
        case .send(let item): transport.send { item.append(to: &$0) }
        case .close:
            attempt += 1
            transport.close()
        case .abort:
            attempt += 1
            transport.abort()
        case .keep(let handle): keep(handle)
        case .tell(.notice(let text)):
            notices += 1
            if notices <= Self.noticeLimit { onEvent(.notice(text)) }
        case .tell(let event): onEvent(event)
        }
    }

    private func open() {
        notices = 0
        attempt += 1
        if let refusal = gate() { return refuse(refusal) }
        switch credential {
        case .fixed(let authorization):
            open(as: authorization)
        case .renewed(let renew):
            let current = attempt
            Task {
                do {
                    let authorization = try await renew()
                    if attempt == current { open(as: authorization) }
                } catch {
                    guard attempt == current else { return }
                    if let failure = error as? SessionFailure { return refuse(failure) }
                    perform(machine.openFailed("\(error)", at: alarm.now, random: random()))
                }
            }
        }
    }

    private func open(as authorization: Authorization) {
        do {
            let request = try settings.endpoint.request(
                as: authorization, timeoutMilliseconds: settings.connectTimeoutMilliseconds)
            transport.open(request) { [weak self, executor] event in
                self?.isolated(by: executor) { $0.socket(event) }
            }
        } catch {
            perform(machine.openFailed("\(error)", at: alarm.now, random: random()))
        }
    }
}
