package import ModelTypes

/// What the machine wants done, in order.
package enum SessionAction: Sendable {
    /// Open a socket; the one before is closed.
    case open
    /// Send the setup, with the handle of the session to be resumed, or what was said before.
    case sendSetup(handle: String?, history: [Content])
    /// Send an item.
    case send(UplinkItem)
    /// Say goodbye and close.
    case close
    /// Drop the socket without a word.
    case abort
    /// Keep the newest handle through a restart of the program; nil: there is none any more.
    case keep(handle: String?)
    /// Tell the owner.
    case tell(SessionEvent)
}

/// The life of a session: connect, set up, live, move to another connection, come back.
///
/// A value: events and their times go in, actions come out; it has no socket and no clock, and
/// `deadline` says when it wants to be called if nothing happens.
///
///          connect            opened            setupComplete
///     idle -------> connecting -----> settingUp -----> ready <--+
///      ^  \             |  failed         | closed       |      |
///      |   \ say        +--------+--------+    lost      |      | goAway, age, stall, idleness:
///      |    asleep               v      <----------------+      | at a quiet moment or in time
///      +---- closing          waiting --> connecting     +--> closing --> connecting or asleep
///            (disconnect)        | refused for good
///                                v
///                             failed --connect--> connecting
///
/// There is never more than one socket: a resume is refused while the older one is open, so the
/// next is opened only when the one before has ended. A handle is tried twice, then a fresh
/// session is begun, which is told what was said before and does not speak because of it.
package struct SessionMachine: ~Copyable {
    /// A handle that led to no session so often is dead.
    static let triesPerHandle = 2
    /// The service keeps a handle for two hours after the session's end; this is with a margin.
    static let handleLife: Int64 = 110 * 60 * 1_000_000_000
    /// A refused payload may be the fault of a resumed state; once more, fresh, then no more.
    static let payloadTries = 2
    /// How long before the end that the service announced we leave at the latest.
    static let goAwaySpare: Int64 = 1_000_000_000
    /// A connection that is too old is left at the first quiet moment, and so much later at all
    /// events.
    static let rotationPatience: Int64 = 3 * 60 * 1_000_000_000
    /// The far end has this long to answer a close.
    static let closeTimeout: Int64 = 3_000_000_000
    /// An answer that is due and of which nothing comes for so long is not being thought about.
    ///
    /// A line that is dead is found sooner, because what is sent on it is not acknowledged.
    static let stallTimeout: Int64 = 12_000_000_000
    /// The same while the service says that the interaction goes on.
    static let interactionTimeout: Int64 = 60_000_000_000
    /// An answer that stays below this in all its samples (-66 dB) is silence.
    static let audibleLevel: UInt16 = 16
    /// The rate of model audio (Hz).
    static let answerRate: Int64 = 24_000
    /// Turns without an answer after which a session is taken to be broken.
    static let emptyTurnLimit = 2
    /// The handle that knows a turn is awaited so long after its end.
    static let handlePatience: Int64 = 2_000_000_000
    /// So often an answer that a lost line has cut is asked to go on.
    static let continuationLimit = 3

    enum State: Equatable {
        case idle
        case asleep
        case connecting
        case settingUp(until: Int64)
        case ready(since: Int64)
        /// We closed; then this is to come.
        case closing(until: Int64, then: Next)
        case waiting(until: Int64)
        case failed
    }

    enum Next: Equatable { case idle, asleep, connecting, failed(SessionFailure) }

    struct Handle {
        var text: String
        var receivedAt: Int64
        var tries = 0
    }

    /// What has come of an answer.
    struct Answer {
        let since: Int64
        /// At 24 kHz.
        var samples: Int64 = 0
        var isAudible = false
    }

    /// What a session is about, as the machine needs to know it.
    package struct Rules: Sendable {
        package var isManual: Bool
        package var isVertex = false
        package var sendsHistory = true
        package var setupTimeout: Int64 = 10_000_000_000
        package var connectionAge: Int64 = 540_000_000_000
        package var idleTimeout: Int64?
        package var replaySeconds = 30
        /// Handles are used; some models give them unasked.
        package var isResumable = true
        /// The instruction and the tools may change on an open connection.
        package var updatesContext = true

        /// Rules with the defaults of the configuration; times are nanoseconds.
        package init(isManual: Bool) { self.isManual = isManual }
    }

    let rules: Rules
    var state = State.idle
    var uplink: UplinkRules
    var log: UplinkLog
    var transcript = Transcript()
    var bridge = TurnBridge()
    /// What is in the bridge is to be told to the session.
    var isAccountDue = false
    /// The account that was given last asked for an answer.
    var accountAsks = false

    var handle: Handle?
    var isResumableNow = true
    /// A turn is over, and the handle that knows it may still come until then.
    var handleDueUntil: Int64?
    var payloadFailures = 0
    var isResuming = false
    var backoff = Backoff()
    /// When we must be gone, after the service said that it goes or because of the age.
    var leaveBy: Int64?
    /// The connection is to be left at the first quiet moment.
    var isLeaveDue = false
    /// What ends the session when the connection is left.
    var pendingFailure: SessionFailure?
    /// The connection gets too old then.
    var rotateAt: Int64?
    /// Something was said, by either side.
    var lastActivity: Int64 = 0
    /// The user has taken leave.
    var hasTakenLeave = false
    /// The service owes the rest of a turn; something of it came last at this time.
    var replyDueSince: Int64?
    /// The user's words are sent and nothing of an answer has come.
    var isAnswerAwaited = false
    /// Something that can be answered was said on this connection, or no other was before it.
    var hasSpoken = true
    /// The service says that the interaction goes on, whatever turns end.
    var isInteracting = false
    /// The user was silent since those words.
    var isSilentSince = false
    /// Words were sent into an answer, which is about to be told as interrupted and over.
    var isResidueDue = false
    /// Those words were sent, and what comes is still of the answer that they interrupt.
    var isOldAnswerDue = false
    /// What of the answer has come.
    var answer: Answer?
    /// All of it has come.
    var isGenerated = false
    /// How often the turn's answer was asked to go on.
    var continuations = 0
    /// The service says how far it has consumed.
    var hasIndexes = false
    var stalls = 0
    var emptyTurns = 0
    var openCalls: Set<String> = []
    var lineLife = LineLife()

    var actions: [SessionAction] = []

    /// A machine that waits for `connect`; `handle` is one that an earlier life has kept, whose
    /// age is `handleAge` nanoseconds at the time `now`.
    package init(rules: Rules, handle: String? = nil, handleAge: Int64 = 0, at now: Int64 = 0) {
        self.rules = rules
        uplink = UplinkRules(isManual: rules.isManual, isVertex: rules.isVertex)
        log = UplinkLog(replaySeconds: rules.replaySeconds)
        self.handle = handle.map { Handle(text: $0, receivedAt: now - handleAge) }
    }

    /// Whether an item given now is sent at once.
    package var isReady: Bool { if case .ready = state { true } else { false } }

    /// Whether there is no connection and none is wanted.
    package var isIdle: Bool { state == .idle || state == .failed || state == .asleep }

    mutating func take() -> [SessionAction] {
        defer { actions = [] }
        return actions
    }

    mutating func tell(_ event: SessionEvent) { actions.append(.tell(event)) }

    /// Sends something that is not kept, with a number of its own like all messages.
    mutating func sendAside(_ item: UplinkItem) {
        log.skipNumber()
        actions.append(.send(item))
    }

    // MARK: - The owner's wishes

    /// Connects, or tries at once when it waits; nothing when it is connected or about to be.
    package mutating func connect(at now: Int64) -> [SessionAction] {
        switch state {
        case .failed:
            backoff.reset()
            open(at: now)
        case .idle, .asleep, .waiting:
            open(at: now)
        case .closing(let until, _):
            state = .closing(until: until, then: .connecting)
        case .connecting, .settingUp, .ready:
            break
        }
        return take()
    }

    /// Ends the session for a reason of ours, at the next quiet moment; `connect` tries again.
    package mutating func refuse(_ failure: SessionFailure, at now: Int64) -> [SessionAction] {
        switch state {
        case .idle, .asleep, .waiting, .connecting:
            if state == .connecting { actions.append(.abort) }
            fail(failure)
        case .settingUp, .ready:
            pendingFailure = failure
            isLeaveDue = true
            leaveBy = leaveBy ?? now + Self.rotationPatience
            leaveIfQuiet(at: now)
        case .closing(let until, _):
            state = .closing(until: until, then: .failed(failure))
        case .failed:
            break
        }
        return take()
    }

    /// Closes for good; what was held is forgotten.
    package mutating func disconnect(at now: Int64) -> [SessionAction] {
        forgetInput()
        switch state {
        case .idle, .failed:
            state = .idle
        case .waiting, .asleep:
            state = .idle
            tell(.closed)
        case .connecting:
            actions.append(.abort)
            state = .closing(until: now + Self.closeTimeout, then: .idle)
        case .settingUp, .ready, .closing:
            actions.append(.close)
            state = .closing(until: now + Self.closeTimeout, then: .idle)
        }
        return take()
    }

    /// Says something; it is sent now or held in order.
    ///
    /// What the service would close for is refused with a notice. A session that is asleep wakes.
    package mutating func say(_ item: UplinkItem, at now: Int64) -> [SessionAction] {
        guard !uplink.isRest(item) else { return take() }
        if let refusal = uplink.refusal(of: item) {
            tell(.notice("not sent: \(refusal)"))
            return take()
        }
        lastActivity = now
        if case .toolResponses = item {} else { hasTakenLeave = false }
        switch item {
        case .toolResponses(let responses):
            answer(responses)
        case .activityStart:
            // Told with the first sound, since an activity without any is closed for.
            break
        case .contextUpdate:
            // The next setup has it anyway.
            guard isConnected else { return take() }
            guard rules.updatesContext else { return renew(at: now) }
            add(item)
        case .audio:
            if uplink.takeStart() { add(.activityStart) }
            add(item)
        case .activityEnd, .audioStreamEnd, .video, .text, .content:
            add(item)
        }
        if state == .asleep { open(at: now) }
        flush(at: now)
        return take()
    }

    var isConnected: Bool {
        switch state {
        case .settingUp, .ready: true
        case .idle, .asleep, .connecting, .closing, .waiting, .failed: false
        }
    }

    private mutating func answer(_ responses: [FunctionResponse]) {
        var known: [FunctionResponse] = []
        for var response in responses {
            response.id = bridge.answer(response.id, response.response)
            if response.id.isEmpty || openCalls.remove(response.id) != nil {
                known.append(response)
            }
        }
        if !known.isEmpty { add(.toolResponses(known)) }
    }

    mutating func add(_ item: UplinkItem) {
        if !log.append(item) {
            tell(.notice("the oldest words were dropped: there was no session for too long"))
        }
    }

    /// Sends what is held, answers to calls first.
    mutating func flush(at now: Int64) {
        guard case .ready = state else { return }
        giveAccount()
        while let item = log.nextUnsent() {
            noteSending(of: item, at: now)
            actions.append(.send(item))
        }
    }

    private mutating func noteSending(of item: UplinkItem, at now: Int64) {
        switch item {
        case .content(_, isComplete: false), .video, .contextUpdate: break
        default: hasSpoken = true
        }
        switch item {
        case .toolResponses:
            replyDueSince = now
        case .activityEnd, .audioStreamEnd, .text, .content(_, isComplete: true):
            replyDueSince = now
            isAnswerAwaited = true
            isSilentSince = true
            isInteracting = false
            answer = nil
            isGenerated = false
        case .activityStart:
            isResidueDue = isResidueDue || replyDueSince != nil
            noteNewWords()
            isSilentSince = false
        case .audio:
            if !rules.isManual, isSilentSince { noteNewWords() }
            isSilentSince = false
            // Nobody is answered while he speaks.
            if answer == nil, let due = replyDueSince { replyDueSince = max(due, now) }
        case .content, .video, .contextUpdate:
            break
        }
    }

    /// Words go out, perhaps into an answer.
    private mutating func noteNewWords() {
        // Of an answer that has begun comes more, or its end. A noise is not answered at all, and
        // beside a call that the model does not wait for, new words are answered at once.
        guard replyDueSince != nil, answer != nil, openCalls.isEmpty, !isOldAnswerDue else {
            return
        }
        isOldAnswerDue = true
        log.newWordsBegan()
    }

    /// Tells a session that never heard of a turn what became of it.
    private mutating func giveAccount() {
        // Calls of this connection are answered in the service's own way.
        guard isAccountDue, bridge.isAnswered, openCalls.isEmpty else { return }
        let asksForAnswer = !log.hasUnsent
        // Content may not come within words, and would cut the answer to them.
        let canBeTold = replyDueSince == nil && !log.isWithinSentWords
        // Who has more to say does not want the rest of an answer, but must know what was done.
        if bridge.hasLostCalls, !canBeTold { return }
        isAccountDue = false
        guard bridge.hasLostCalls || asksForAnswer && canBeTold else { return bridge.reset() }
        accountAsks = asksForAnswer
        log.putFirst(bridge.account(asksForAnswer: asksForAnswer))
    }

    /// Forgets what is held and not sent.
    package mutating func discard() {
        guard !isReady else { return }
        forgetInput()
    }

    /// Forgets what was said; with `dropsRest` also what is still being said of it.
    mutating func forgetInput(dropsRest: Bool = false) {
        log.discard()
        uplink.reset(dropsRest: dropsRest)
    }
}
