internal import VoiceSession

// The machine's state, and the rules that it is created with.

extension SessionMachine {
    /// The session's state; what applies to one state only is the case's value, and is unreadable
    /// elsewhere.
    enum State: Equatable {
        case idle
        case asleep
        case connecting(Connecting)
        case settingUp(SettingUp)
        case ready(Ready)
        case closing(Closing)
        /// Another attempt follows at `until`, or earlier at the owner's request, but not before
        /// `earliest`.
        case waiting(until: Int64, earliest: Int64)
        case failed
    }

    /// A socket is being opened.
    struct Connecting: Equatable {
        /// The transport's time-out, and a moment more, because its error is more specific.
        let until: Int64
        /// The attempt uses the handle.
        let isResuming: Bool
    }

    /// The socket is open, and the setup sent.
    struct SettingUp: Equatable {
        let until: Int64
        let isResuming: Bool
        /// The announced end of the connection, which may come before the setup is done.
        var leave: Leave?
    }

    /// The state of a connection from its setup to our close or its end; no other connection shares
    /// it.
    struct Ready: Equatable {
        let since: Int64
        let isResuming: Bool
        /// When the connection gets too old.
        let rotateAt: Int64
        /// The connection is to be replaced.
        var leave: Leave?
        /// When either side last said something.
        var lastActivity: Int64
        /// The user has said goodbye.
        var hasEndedConversation = false
        /// Something that can be answered was said on it, or it is a new session without history.
        var hasSpoken: Bool
        /// A turn ended on it.
        var hasServed = false
        /// The service says that the interaction continues although turns end.
        var isInteracting = false
        /// An unrequested answer is coming on it, and was logged.
        var isUnaskedNoted = false
        /// Its session can be resumed in its present state.
        var isResumableNow = true
        /// The service reports how far it has consumed.
        var hasIndexes = false
        /// A turn is over, and until then a handle that includes it may still come.
        var handleDueUntil: Int64?
        /// The service owes the rest of a turn; its last sign of it came at this time.
        var replyDueSince: Int64?
        /// Until then an answer may come to words that are not certain to get one.
        var doubtfulUntil: Int64?

        /// The rest of a turn is still owed, at the latest since now.
        mutating func stillOwesReply(at now: Int64) { replyDueSince = replyDueSince ?? now }

        /// Something shows that an owed turn is making progress, though none of it comes.
        mutating func noteWork(at now: Int64) {
            if let due = replyDueSince { replyDueSince = max(due, now) }
        }
    }

    /// A connection is to be replaced at the first quiet moment.
    struct Leave: Equatable {
        /// The latest time: the service has announced its end, or the connection is too old.
        var by: Int64
        /// The earliest time: a new connection would get the same announcement at once.
        var notBefore: Int64?
        /// The failure that then ends the session.
        var failure: SessionFailure?
    }

    /// We have closed.
    struct Closing: Equatable {
        /// The far end's deadline to answer.
        let until: Int64
        /// When the setup was done; nil: it never was.
        let readySince: Int64?
        var next: Next
    }

    enum Next: Equatable { case idle, asleep, connecting, failed(SessionFailure) }

    /// The connection whose setup is done; nil in every other state.
    ///
    /// A change in another state has no effect.
    var line: Ready? {
        get { if case .ready(let ready) = state { ready } else { nil } }
        set {
            guard case .ready = state, let newValue else { return }
            state = .ready(newValue)
        }
        _modify {
            guard case .ready(let ready) = state else {
                var none: Ready?
                yield &none
                return
            }
            var changed = Optional(ready)
            yield &changed
            if let changed { state = .ready(changed) }
        }
    }

    /// Whether and when the connection is to be replaced; nil where there is none.
    var leave: Leave? {
        get {
            switch state {
            case .settingUp(let settingUp): settingUp.leave
            case .ready(let ready): ready.leave
            case .idle, .asleep, .connecting, .closing, .waiting, .failed: nil
            }
        }
        set {
            switch state {
            case .settingUp(var settingUp):
                settingUp.leave = newValue
                state = .settingUp(settingUp)
            case .ready(var ready):
                ready.leave = newValue
                state = .ready(ready)
            case .idle, .asleep, .connecting, .closing, .waiting, .failed:
                break
            }
        }
    }

    /// Whether the connection attempts, or has, the handle's session; false where there is none.
    var isResuming: Bool {
        switch state {
        case .connecting(let connecting): connecting.isResuming
        case .settingUp(let settingUp): settingUp.isResuming
        case .ready(let ready): ready.isResuming
        case .idle, .asleep, .closing, .waiting, .failed: false
        }
    }

    /// The settings of a session that the machine needs.
    package struct Rules: Sendable {
        package var isManual: Bool
        package var isVertex: Bool
        package var sendsHistory: Bool
        package var connectTimeout: Int64
        package var setupTimeout: Int64
        package var connectionAge: Int64
        package var idleTimeout: Int64?
        package var replaySeconds: Int
        /// Handles are used; some models give them unrequested.
        package var isResumable: Bool
        /// The instruction and the tools may change on an open connection.
        package var updatesContext: Bool
        /// Client content may be sent at any time, not only as the history of a fresh session.
        package var takesContent: Bool

        /// The settings and the model's profile; times are in nanoseconds.
        package init(_ settings: SessionSettings) {
            isManual = settings.activity == .manual
            isVertex = settings.endpoint.isVertex
            sendsHistory = settings.sendsHistory
            connectTimeout = settings.connectTimeoutMilliseconds * 1_000_000
            setupTimeout = settings.setupTimeoutMilliseconds * 1_000_000
            connectionAge = settings.profile.connectionSeconds * 1_000_000_000
            idleTimeout = settings.idleMilliseconds.map { $0 * 1_000_000 }
            replaySeconds = settings.replaySeconds
            isResumable = settings.isResumable
            updatesContext = settings.profile.updatesContext
            // It is not known whether Vertex accepts typed text in place of it.
            takesContent = settings.profile.takesContent || isVertex
        }
    }
}
