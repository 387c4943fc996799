internal import VoiceSession

// What the machine keeps, and what it is made with.

extension SessionMachine {
    enum State: Equatable {
        case idle
        case asleep
        /// The transport has this long, and a moment to say better what did not answer.
        case connecting(until: Int64)
        case settingUp(until: Int64)
        case ready(since: Int64)
        /// We closed; then this is to come.
        case closing(until: Int64, then: Next)
        /// Another attempt follows, or sooner when the owner wants it, but not before `earliest`.
        case waiting(until: Int64, earliest: Int64)
        case failed
    }

    enum Next: Equatable { case idle, asleep, connecting, failed(SessionFailure) }

    struct Handle {
        var text: String
        var receivedAt: Int64
        var tries = 0
        /// How often running the service had too much to do to look at it.
        var overloads = 0
    }

    /// What a session is about, as the machine needs to know it.
    package struct Rules: Sendable {
        package var isManual: Bool
        package var isVertex = false
        package var sendsHistory = true
        package var connectTimeout: Int64 = 10_000_000_000
        package var setupTimeout: Int64 = 10_000_000_000
        package var connectionAge: Int64 = 540_000_000_000
        package var idleTimeout: Int64?
        package var replaySeconds = 30
        /// Handles are used; some models give them unasked.
        package var isResumable = true
        /// The instruction and the tools may change on an open connection.
        package var updatesContext = true
        /// Client content may be said at any time, not only as the history of a fresh session.
        package var takesContent = true

        /// Rules with the defaults of the configuration; times are nanoseconds.
        package init(isManual: Bool) { self.isManual = isManual }
    }
}
