package import ModelTypes
package import VoiceSession

/// What the machine requests, in order.
package enum SessionAction: Sendable {
    /// Open a socket; the previous one is closed.
    case open
    /// Send the setup, with the handle of the session to resume, or with the history.
    case sendSetup(handle: String?, history: [Content])
    /// Send an item.
    case send(UplinkItem)
    /// Say goodbye and close.
    case close
    /// Drop the socket without a close.
    case abort
    /// Store the newest handle for the next run of the program; nil: there is none any more.
    case keep(handle: String?)
    /// Report to the owner.
    case tell(SessionEvent)
}

/// The life of a session: connect, set up, talk, move to another connection, reconnect.
///
/// A value: events and their times go in, actions come out; it has no socket and no clock, and
/// `deadline` is when it must be called if nothing happens.
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
/// What applies to one state only is that state's value, and disappears with it: when to leave a
/// connection, what the service owes on it, what was said on it. The variables here outlive
/// connections. The end of a ready connection, by our close or its loss, moves what the next one
/// must know into `calls` and `account` at that moment.
///
/// There is never more than one socket: a resume is refused while the older one is open, so the
/// next is opened only after the previous one has ended. A handle is tried twice; then a fresh
/// session begins, which gets the history but does not speak because of it.
package struct SessionMachine: ~Copyable {
    /// How much longer than the transport the machine waits for the connection to open.
    static let connectSpare: Int64 = 1_000_000_000
    /// We leave at least this long before the end that the service announced.
    static let goAwaySpare: Int64 = 1_000_000_000
    /// A connection whose end was announced at its beginning is kept until this time before
    /// that end.
    static let goAwayWindow: Int64 = 5_000_000_000
    /// A connection that is too old is left at the first quiet moment, and after this time in any
    /// case.
    static let rotationPatience: Int64 = 3 * 60 * 1_000_000_000
    /// The far end's time to answer a close.
    static let closeTimeout: Int64 = 3_000_000_000
    /// The service counts as stalled when no part of a due answer comes for this time.
    ///
    /// A dead connection is detected sooner, because sent data is not acknowledged.
    static let stallTimeout: Int64 = 12_000_000_000
    /// The same while the service reports that the interaction continues.
    static let interactionTimeout: Int64 = 60_000_000_000
    /// The turn's end is due when playback of a complete answer would end, and at the latest this
    /// long after.
    static let completionTimeout: Int64 = 3_000_000_000
    /// A call that we have not answered after this time will never be answered; every tool has its
    /// own limit, which is far shorter.
    static let callTimeout: Int64 = 3_600_000_000_000
    /// An answer that stays below this in all its samples (-66 dB) is silence.
    static let audibleLevel: UInt16 = 16
    /// How long after the turn's end a handle that includes the turn is awaited.
    static let handlePatience: Int64 = 2_000_000_000

    let rules: Rules
    var state = State.idle
    /// Which items may be sent next.
    var uplink: UplinkRules
    /// The items that were said, until the service has shown that it has them.
    var log: UplinkLog
    /// Decides which answer incoming content belongs to.
    var answers: Answers
    var transcript = Transcript()
    /// The calls of the turn.
    var calls = SessionCalls()
    /// What the next session must know of the turn.
    var account = TurnAccount()
    /// nil: no session can be resumed.
    var handle: SessionHandle?
    /// When the next connection attempt may be made.
    var attempts = ConnectionPace()
    /// Consecutive failures, by kind.
    var setbacks = Setbacks()
    /// How long connections last on this network.
    var lineLife = LineLife()
    /// The words whose end is sent next need no answer.
    var isReplyDoubtful = false
    /// The actions of the current event so far.
    var actions: [SessionAction] = []

    /// A machine that waits for `connect`; `handle` is one that an earlier run stored, `handleAge`
    /// nanoseconds old at the time `now`.
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

    /// Sends something that is not kept, with its own number like all messages.
    mutating func sendAside(_ item: UplinkItem) {
        log.skipNumber()
        actions.append(.send(item))
    }

    // MARK: - The owner's requests

    /// Connects, or retries at once while it waits; does nothing when connected or connecting.
    package mutating func connect(at now: Int64) -> [SessionAction] {
        switch state {
        case .failed:
            attempts.reset()
            open(at: now)
        case .idle, .asleep:
            open(at: now)
        case .waiting(let until, let earliest):
            // A wait that the service asked for, or a quota, is not shortened by a request.
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

    /// Ends the session for a reason of the device, at the next quiet moment; `connect` tries
    /// again.
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

    /// Closes for good; held items are discarded.
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

    /// Sends an item, at once or held in order.
    ///
    /// An item that would make the service close is refused with a notice. A session that is asleep
    /// wakes. `due` is the number of the answer that is due if the item ends words.
    package mutating func say(
        _ item: UplinkItem, at now: Int64
    ) -> (actions: [SessionAction], due: AnswerNumber?) {
        guard !uplink.isRest(item) else {
            guard item.endsWords else { return (take(), nil) }
            // The caller waits for an answer that will not come.
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
        if case .toolResponses = item {} else { line?.hasEndedConversation = false }
        switch item {
        case .toolResponses(let responses):
            answer(responses)
        case .activityStart:
            isReplyDoubtful = false
            // Sent with the first sound, because the service closes on an activity without any.
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
            tell(.notice("the oldest words were dropped: there was no session for a long time"))
        }
    }
}
