internal import ModelTypes

/// What the machine wants done, in order.
package enum SessionAction: Sendable {
    /// Open a socket; the one before is closed.
    case open
    /// Send the setup, with the handle of the session to be resumed.
    case sendSetup(handle: String?)
    /// Send an item.
    case send(UplinkItem)
    /// Say goodbye and close.
    case close
    /// Drop the socket without a word.
    case abort
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
///      ^                |  failed         | closed       |      |
///      |                +--------+--------+    lost      |      | goAway: at a quiet moment
///      |                         v      <----------------+      | or before the time is over
///      +---- closing          waiting --> connecting     +--> closing --> connecting
///            (disconnect)        | refused for good
///                                v
///                             failed --connect--> connecting
///
/// There is never more than one socket: a resume is refused while the older one is open, so the
/// next is opened only when the one before has ended. A handle is tried twice, then a fresh
/// session is begun.
package struct SessionMachine: ~Copyable {
    /// A handle that led to no session so often is dead.
    static let triesPerHandle = 2
    /// A refused payload may be the fault of a resumed state; once more, fresh, then no more.
    static let payloadTries = 2
    /// How long before the end that the service announced we leave at the latest.
    static let goAwaySpare: Int64 = 1_000_000_000
    /// The far end has this long to answer a close.
    static let closeTimeout: Int64 = 3_000_000_000

    enum State: Equatable {
        case idle
        case connecting
        case settingUp(until: Int64)
        case ready(since: Int64)
        /// We closed; then this is to come.
        case closing(until: Int64, reconnects: Bool)
        case waiting(until: Int64)
        case failed
    }

    private(set) var state = State.idle
    var queue = UplinkQueue()
    private let isManual: Bool
    private let setupTimeout: Int64

    /// The newest handle, and how often it was tried in vain.
    private var handle: String?
    private var handleTries = 0
    private var payloadFailures = 0
    private var isResuming = false
    private var backoff = Backoff()
    /// When we must be gone, after the service said that it goes.
    private var leaveBy: Int64?
    /// The service owes the rest of an answer.
    private var isReplyDue = false
    private var openCalls: Set<String> = []
    /// The owner was told that the session is away.
    private var isAwayTold = false

    private var actions: [SessionAction] = []

    /// A machine that waits for `connect`.
    package init(isManual: Bool, setupTimeoutMilliseconds: Int64) {
        self.isManual = isManual
        setupTimeout = setupTimeoutMilliseconds * 1_000_000
    }

    /// When `deadlineReached` is to be called.
    package var deadline: Int64? {
        switch state {
        case .idle, .connecting, .failed: nil
        case .settingUp(let until), .waiting(let until), .closing(let until, _): until
        case .ready: leaveBy
        }
    }

    /// Whether an item given now is sent at once.
    package var isReady: Bool { if case .ready = state { true } else { false } }

    /// Whether there is no connection and none is wanted.
    package var isIdle: Bool { state == .idle || state == .failed }

    private mutating func take() -> [SessionAction] {
        defer { actions = [] }
        return actions
    }

    // MARK: - The owner's wishes

    /// Connects, or tries at once when it waits; nothing when it is connected or about to be.
    package mutating func connect(at now: Int64) -> [SessionAction] {
        switch state {
        case .idle:
            open(at: now)
        case .failed:
            backoff.reset()
            open(at: now)
        case .waiting:
            open(at: now)
        case .closing(let until, _):
            state = .closing(until: until, reconnects: true)
        case .connecting, .settingUp, .ready:
            break
        }
        return take()
    }

    /// Closes for good; what was held is forgotten.
    package mutating func disconnect(at now: Int64) -> [SessionAction] {
        queue = UplinkQueue()
        switch state {
        case .idle, .failed:
            state = .idle
        case .waiting:
            state = .idle
            actions.append(.tell(.closed))
        case .connecting:
            actions.append(.abort)
            state = .closing(until: now + Self.closeTimeout, reconnects: false)
        case .settingUp, .ready, .closing:
            actions.append(.close)
            state = .closing(until: now + Self.closeTimeout, reconnects: false)
        }
        return take()
    }

    /// Says something; it is sent now or held in order.
    package mutating func say(_ item: UplinkItem) -> [SessionAction] {
        if case .toolResponses(let responses) = item {
            let known = responses.filter { openCalls.contains($0.id) || $0.id.isEmpty }
            // A call of an older connection is not known to this one.
            guard !known.isEmpty else { return [] }
            for response in known { openCalls.remove(response.id) }
            return add(.toolResponses(known))
        }
        return add(item)
    }

    private mutating func add(_ item: UplinkItem) -> [SessionAction] {
        if !queue.append(item) {
            actions.append(.tell(.notice("the oldest words were dropped: no session for too long")))
        }
        flush()
        return take()
    }

    private mutating func flush() {
        guard case .ready = state else { return }
        while let item = queue.nextUnsent() {
            switch item {
            case .activityEnd, .audioStreamEnd, .text, .toolResponses: isReplyDue = true
            case .activityStart, .audio: break
            }
            actions.append(.send(item))
        }
    }

    /// Forgets what is held and not sent.
    package mutating func discard() {
        if !isReady { queue.discard() }
    }

    // MARK: - The socket

    private mutating func open(at now: Int64) {
        if handle != nil, handleTries >= Self.triesPerHandle { forgetHandle() }
        backoff.attemptStarted(at: now)
        isResuming = handle != nil
        if isResuming { handleTries += 1 }
        leaveBy = nil
        state = .connecting
        actions.append(.open)
        actions.append(.tell(.connecting(attempt: backoff.failures + 1)))
    }

    private mutating func forgetHandle() {
        handle = nil
        handleTries = 0
    }

    /// The socket is open.
    package mutating func opened(at now: Int64) -> [SessionAction] {
        guard case .connecting = state else { return [] }
        state = .settingUp(until: now + setupTimeout)
        actions.append(.sendSetup(handle: isResuming ? handle : nil))
        return take()
    }

    /// The socket could not be opened.
    package mutating func openFailed(
        _ text: String, at now: Int64, random: Double
    ) -> [SessionAction] {
        if case .closing = state { return closed(code: 1006, reason: "", at: now, random: random) }
        guard case .connecting = state else { return [] }
        // The service never saw the handle.
        if isResuming { handleTries -= 1 }
        wait(.unreachable(text), isQuota: false, at: now, random: random)
        return take()
    }

    /// The socket is gone.
    package mutating func closed(
        code: UInt16, reason: String, at now: Int64, random: Double
    ) -> [SessionAction] {
        switch state {
        case .idle, .waiting, .failed:
            return []
        case .closing(_, reconnects: true):
            loseConnection(at: now)
            open(at: now)
        case .closing(_, reconnects: false):
            state = .idle
            actions.append(.tell(.closed))
        case .connecting, .settingUp, .ready:
            lost(code: code, reason: reason, at: now, random: random)
        }
        return take()
    }

    private mutating func lost(code: UInt16, reason: String, at now: Int64, random: Double) {
        loseConnection(at: now)
        let cause = CloseReason(code: code, reason: reason)
        let told: OfflineReason =
            code == 1006 ? .lost : .closedByService(code: code, reason: reason)
        switch cause {
        case .credential, .model, .billing:
            fail(cause, "\(reason)")
        case .payload:
            payloadFailures += 1
            // Words that were refused would be refused again, and so would the state.
            queue.discard()
            forgetHandle()
            guard payloadFailures < Self.payloadTries else { return fail(cause, reason) }
            wait(told, isQuota: false, at: now, random: random)
        case .handle:
            forgetHandle()
            wait(told, isQuota: false, at: now, random: random)
        case .quota:
            wait(told, isQuota: true, at: now, random: random)
        case .deadline, .transient:
            wait(told, isQuota: false, at: now, random: random)
        }
    }

    /// What a connection that has ended leaves behind.
    private mutating func loseConnection(at now: Int64) {
        if case .ready(let since) = state {
            backoff.held(from: since, until: now)
            if now - since >= Backoff.stable { payloadFailures = 0 }
        }
        leaveBy = nil
        isReplyDue = false
        openCalls = []
        let lost = queue.rewind()
        if lost.droppedResponses > 0 {
            actions.append(.tell(.notice("an answer of a tool came too late for its session")))
        }
    }

    private mutating func wait(
        _ reason: OfflineReason, isQuota: Bool, at now: Int64, random: Double
    ) {
        let next = backoff.failed(at: now, isQuota: isQuota, random: random)
        state = .waiting(until: next)
        actions.append(.tell(.offline(reason, retryIn: .nanoseconds(next - now))))
    }

    private mutating func fail(_ reason: CloseReason, _ text: String) {
        state = .failed
        queue = UplinkQueue()
        forgetHandle()
        actions.append(.tell(.failed(SessionFailure(reason: reason, text: text))))
    }

    /// The time that `deadline` named has come.
    package mutating func deadlineReached(at now: Int64, random: Double) -> [SessionAction] {
        guard let deadline, deadline <= now else { return [] }
        switch state {
        case .idle, .connecting, .failed:
            break
        case .settingUp:
            actions.append(.abort)
            loseConnection(at: now)
            wait(.setupTimedOut, isQuota: false, at: now, random: random)
        case .ready:
            leave(at: now)
        case .waiting:
            open(at: now)
        case .closing(_, let reconnects):
            // The close was not answered in time; the transport makes an end of the socket.
            actions.append(.abort)
            loseConnection(at: now)
            if reconnects {
                open(at: now)
            } else {
                state = .idle
                actions.append(.tell(.closed))
            }
        }
        return take()
    }

    // MARK: - Moving to another connection

    /// Leaves when nothing is going on, so that the user notices nothing.
    private mutating func leaveIfQuiet(at now: Int64) {
        guard leaveBy != nil, case .ready = state, !isReplyDue, openCalls.isEmpty,
            !queue.isActivityOpen, !queue.hasUnsent
        else { return }
        leave(at: now)
    }

    private mutating func leave(at now: Int64) {
        actions.append(.close)
        state = .closing(until: now + Self.closeTimeout, reconnects: true)
    }

    // MARK: - The service's messages

    /// A message came; its content is told to the owner.
    package mutating func received(_ message: ServerMessage, at now: Int64) -> [SessionAction] {
        for notice in message.notices { actions.append(.tell(.notice(notice))) }
        switch state {
        case .settingUp:
            if message.isSetupComplete { becomeReady(at: now) }
        case .ready:
            tellContent(of: message)
        case .idle, .connecting, .closing, .waiting, .failed:
            // What comes after our close is lost with the connection.
            return take()
        }
        if let resumption = message.resumption, let newest = resumption.handle {
            handle = newest
            handleTries = 0
        }
        if let left = message.goAway {
            leaveBy = now + max(0, left - Self.goAwaySpare)
        }
        leaveIfQuiet(at: now)
        return take()
    }

    private mutating func becomeReady(at now: Int64) {
        state = .ready(since: now)
        handleTries = 0
        actions.append(.tell(.ready(resumed: isResuming)))
        flush()
    }

    private mutating func tellContent(of message: ServerMessage) {
        func tell(_ event: SessionEvent) { actions.append(.tell(event)) }
        if message.isInterrupted { tell(.interrupted) }
        if let text = message.inputTranscript { tell(.inputTranscript(text)) }
        if !message.audio.isEmpty {
            isReplyDue = true
            tell(.audio(message.audio))
        }
        if let text = message.outputTranscript { tell(.outputTranscript(text)) }
        let answers = !message.audio.isEmpty || !message.toolCalls.isEmpty || message.isTurnComplete
        if answers { queue.settle(isManual: isManual) }
        if !message.toolCalls.isEmpty {
            openCalls.formUnion(message.toolCalls.map(\.id))
            tell(.toolCalls(message.toolCalls))
        }
        if !message.cancelledCalls.isEmpty {
            openCalls.subtract(message.cancelledCalls)
            tell(.toolCallsCancelled(message.cancelledCalls))
        }
        if message.isGenerationComplete { tell(.generationComplete) }
        if message.isTurnComplete || message.isInterrupted { isReplyDue = false }
        if message.isTurnComplete {
            if let reason = message.turnCompleteReason {
                tell(.notice("the service ended the turn early: \(reason)"))
            }
            tell(.turnComplete(message.usage))
        }
    }
}
