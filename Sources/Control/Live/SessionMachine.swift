package import ModelTypes
package import VoiceSession

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
/// What holds in one state only is that state's value, and is gone with it: when to leave a
/// connection, what the service owes on it, what was said on it. The variables here outlive
/// connections. What ends a ready connection, our close or its loss, moves what the next one must
/// know into `calls` and `account` at that moment.
///
/// There is never more than one socket: a resume is refused while the older one is open, so the
/// next is opened only when the one before has ended. A handle is tried twice, then a fresh
/// session is begun, which gets what was said before and does not speak because of it.
package struct SessionMachine: ~Copyable {
    /// How much longer than the transport the machine waits for the line to be open.
    static let connectSpare: Int64 = 1_000_000_000
    /// How long before the end that the service announced we leave at the latest.
    static let goAwaySpare: Int64 = 1_000_000_000
    /// A connection whose end was announced at its beginning is kept until this time before
    /// that end.
    static let goAwayWindow: Int64 = 5_000_000_000
    /// A connection that is too old is left at the first quiet moment, and after this time in any
    /// case.
    static let rotationPatience: Int64 = 3 * 60 * 1_000_000_000
    /// The far end has this long to answer a close.
    static let closeTimeout: Int64 = 3_000_000_000
    /// When nothing of a due answer comes for this time, the service is not working on it.
    ///
    /// A line that is dead is found sooner, because what is sent on it is not acknowledged.
    static let stallTimeout: Int64 = 12_000_000_000
    /// The same while the service says that the interaction goes on.
    static let interactionTimeout: Int64 = 60_000_000_000
    /// The turn's end is due when a complete answer would have been heard, at the latest this time
    /// after that.
    static let completionTimeout: Int64 = 3_000_000_000
    /// A call of ours that is not answered after this will not be; every tool has its own limit,
    /// which is far less.
    static let callTimeout: Int64 = 3_600_000_000_000
    /// An answer that stays below this in all its samples (-66 dB) is silence.
    static let audibleLevel: UInt16 = 16
    /// The handle that knows a turn is awaited for this time after the turn's end.
    static let handlePatience: Int64 = 2_000_000_000

    let rules: Rules
    var state = State.idle
    /// What may be said next.
    var uplink: UplinkRules
    /// What was said, until the service has shown that it has it.
    var log: UplinkLog
    /// Whose answer it is that comes.
    var answers: Answers
    var transcript = Transcript()
    /// The calls of the turn.
    var calls = SessionCalls()
    /// What the next session must know of the turn.
    var account = TurnAccount()
    /// nil: there is no session that could be resumed.
    var handle: SessionHandle?
    /// When a connection may be tried again.
    var attempts = ConnectionPace()
    /// What went wrong in a row.
    var setbacks = Setbacks()
    /// How long connections last on this line.
    var lineLife = LineLife()
    /// No answer is expected to the words whose end is said next.
    var isReplyDoubtful = false
    /// What the event that is under way has led to so far.
    var actions: [SessionAction] = []

    /// A machine that waits for `connect`; `handle` is one that an earlier life has kept, whose
    /// age is `handleAge` nanoseconds at the time `now`.
    package init(rules: Rules, handle: String? = nil, handleAge: Int64 = 0, at now: Int64 = 0) {
        self.rules = rules
        uplink = UplinkRules(isManual: rules.isManual, isVertex: rules.isVertex)
        log = UplinkLog(replaySeconds: rules.replaySeconds)
        answers = Answers(isAutomatic: !rules.isManual)
        self.handle = handle.map { SessionHandle($0, since: now.subtracting(max(0, handleAge))) }
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
            attempts.reset()
            open(at: now)
        case .idle, .asleep:
            open(at: now)
        case .waiting(let until, let earliest):
            // What the service asked for, or a quota, is not cut short by a wish.
            if earliest > now {
                state = .waiting(until: min(until, earliest), earliest: earliest)
            } else {
                open(at: now)
            }
        case .closing(var closing):
            closing.next = .connecting
            state = .closing(closing)
        case .connecting, .settingUp, .ready:
            break
        }
        return take()
    }

    /// Ends the session for a reason of ours, at the next quiet moment; `connect` tries again.
    package mutating func refuse(_ failure: SessionFailure, at now: Int64) -> [SessionAction] {
        switch state {
        case .idle, .asleep, .waiting:
            fail(failure)
        case .connecting:
            actions.append(.abort)
            fail(failure)
        case .settingUp, .ready:
            leaveSoon(at: now, because: failure)
        case .closing(var closing):
            closing.next = .failed(failure)
            state = .closing(closing)
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
            startClosing(at: now, then: .idle)
        case .settingUp, .ready, .closing:
            actions.append(.close)
            startClosing(at: now, then: .idle)
        }
        return take()
    }

    /// Says something; it is sent now or held in order.
    ///
    /// What the service would close for is refused with a notice. A session that is asleep wakes.
    /// `due` is the number of the answer that is due to words whose end this is.
    package mutating func say(
        _ item: UplinkItem, at now: Int64
    ) -> (actions: [SessionAction], due: AnswerNumber?) {
        guard !uplink.isRest(item) else {
            guard item.endsWords else { return (take(), nil) }
            // Whoever said it waits for an answer that will not come.
            let number = answers.give()
            tell(.turnComplete(number))
            return (take(), number)
        }
        if let refusal = refusal(of: item) {
            tell(.notice("not sent: \(refusal)"))
            return (take(), nil)
        }
        let due = item.endsWords ? answers.give() : nil
        hold(item, due, at: now)
        return (take(), due)
    }

    private mutating func refusal(of item: UplinkItem) -> String? {
        if let refusal = uplink.refusal(of: item) { return refusal }
        guard case .content = item, !rules.takesContent else { return nil }
        return "this model takes no client content; send text"
    }

    private mutating func hold(_ item: UplinkItem, _ due: AnswerNumber?, at now: Int64) {
        line?.lastActivity = now
        if case .toolResponses = item {} else { line?.hasTakenLeave = false }
        switch item {
        case .toolResponses(let responses):
            answer(responses)
        case .activityStart:
            isReplyDoubtful = false
            // Sent with the first sound, since the service closes when an activity has none.
            break
        case .contextUpdate:
            // The next setup has it anyway.
            guard isConnected else { return }
            guard rules.updatesContext else { return leaveSoon(at: now) }
            add(item)
        case .audio:
            if !rules.isManual { isReplyDoubtful = false }
            if uplink.takeStart() { add(.activityStart) }
            add(item)
        case .text, .content:
            isReplyDoubtful = false
            add(item, due)
        case .activityEnd, .audioStreamEnd:
            add(item, due)
        case .video:
            add(item)
        }
        if state == .asleep { open(at: now) }
        flush(at: now)
    }

    var isConnected: Bool {
        switch state {
        case .settingUp, .ready: true
        case .idle, .asleep, .connecting, .closing, .waiting, .failed: false
        }
    }

    mutating func add(_ item: UplinkItem, _ due: AnswerNumber? = nil) {
        if !log.append(item, answer: due, isDoubtful: isReplyDoubtful) {
            tell(.notice("the oldest words were dropped: there was no session for too long"))
        }
    }
}
