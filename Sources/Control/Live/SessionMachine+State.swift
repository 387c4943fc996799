internal import VoiceSession

// What the machine keeps, and what it is made with.

extension SessionMachine {
    /// Where the session is; what holds there only is the case's value, and cannot be read elsewhere.
    enum State: Equatable {
        case idle
        case asleep
        case connecting(Connecting)
        case settingUp(SettingUp)
        case ready(Ready)
        case closing(Closing)
        /// Another attempt follows, or sooner when the owner wants it, but not before `earliest`.
        case waiting(until: Int64, earliest: Int64)
        case failed
    }

    /// A socket is being opened.
    struct Connecting: Equatable {
        /// The transport has this long, and a moment to say better what did not answer.
        let until: Int64
        /// The handle is tried.
        let isResuming: Bool
    }

    /// The socket is open, and the setup sent.
    struct SettingUp: Equatable {
        let until: Int64
        let isResuming: Bool
        /// The end of the connection may be announced before it is set up.
        var leave: Leave?
    }

    /// What holds on a connection from its setup to our close or its end, and of no other.
    struct Ready: Equatable {
        let since: Int64
        let isResuming: Bool
        /// The connection gets too old then.
        let rotateAt: Int64
        /// It is to be left.
        var leave: Leave?
        /// Something was said, by either side.
        var lastActivity: Int64
        /// The user has taken leave.
        var hasTakenLeave = false
        /// Something that can be answered was said on it, or no other was before it.
        var hasSpoken: Bool
        /// A turn was over on it.
        var hasServed = false
        /// The service says that the interaction goes on, whatever turns end.
        var isInteracting = false
        /// An answer that nobody asked for comes on it, and the log knows.
        var isUnaskedNoted = false
        /// Its session can be resumed as it is now.
        var isResumableNow = true
        /// The service says how far it has consumed.
        var hasIndexes = false
        /// A turn is over, and the handle that knows it may still come until then.
        var handleDueUntil: Int64?
        /// The service owes the rest of a turn; something of it came last at this time.
        var replyDueSince: Int64?
        /// To words whose answer is not certain something may still come until then.
        var doubtfulUntil: Int64?

        /// The rest of a turn is still owed, at the latest since now.
        mutating func stillOwesReply(at now: Int64) { replyDueSince = replyDueSince ?? now }

        /// Something shows that a turn whose rest is owed goes on, though none of it comes.
        mutating func noteWork(at now: Int64) {
            if let due = replyDueSince { replyDueSince = max(due, now) }
        }
    }

    /// A connection is to be left at the first quiet moment.
    struct Leave: Equatable {
        /// But then in any case: the service said that it goes, or the connection is too old.
        var by: Int64
        /// And not before this, because the next would get the same announcement at once.
        var notBefore: Int64?
        /// What ends the session then.
        var failure: SessionFailure?
    }

    /// We have closed.
    struct Closing: Equatable {
        /// The far end has until then.
        let until: Int64
        /// When the connection was set up; nil: it never was.
        let readySince: Int64?
        var next: Next
    }

    enum Next: Equatable { case idle, asleep, connecting, failed(SessionFailure) }

    /// The connection that is set up; nil in every other state.
    ///
    /// A change in another state is lost.
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

    /// Whether the connection is to be left, and when; nil where there is none.
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

    /// Whether the connection tries, or has, the handle's session; false where there is none.
    var isResuming: Bool {
        switch state {
        case .connecting(let connecting): connecting.isResuming
        case .settingUp(let settingUp): settingUp.isResuming
        case .ready(let ready): ready.isResuming
        case .idle, .asleep, .closing, .waiting, .failed: false
        }
    }

    /// What a session is about, as the machine needs to know it.
    package struct Rules: Sendable {
        package var isManual: Bool
        package var isVertex: Bool
        package var sendsHistory: Bool
        package var connectTimeout: Int64
        package var setupTimeout: Int64
        package var connectionAge: Int64
        package var idleTimeout: Int64?
        package var replaySeconds: Int
        /// Handles are used; some models give them unasked.
        package var isResumable: Bool
        /// The instruction and the tools may change on an open connection.
        package var updatesContext: Bool
        /// Client content may be said at any time, not only as the history of a fresh session.
        package var takesContent: Bool

        /// What the settings and the model's profile say; times are nanoseconds.
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
            // Whether Vertex takes typed words in place of it is not known.
            takesContent = settings.profile.takesContent || isVertex
        }
    }
}
