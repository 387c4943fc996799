internal import VoiceSession

/// The handle of a session that can be resumed, with the evidence for and against it.
///
/// A handle is dead after two attempts without a session, or when it is too old. An attempt does
/// not count if the service never saw the handle, or if the service was overloaded, unless that
/// repeats: then the handle itself may be the cause.
struct SessionHandle {
    /// After this many attempts without a session a handle is dead.
    static let triesLimit = 2
    /// The service keeps a handle for two hours after the session's end; this leaves a margin.
    static let life: Int64 = 110 * 60 * 1_000_000_000
    /// After this many overloads in a row the handle counts as the cause.
    static let overloadLimit = 5

    let text: String
    /// When the service gave it, or when its session last ended (nanoseconds).
    private var since: Int64
    private var tries = 0
    /// How often in a row the service was overloaded and did not look at it.
    private var overloads = 0

    /// A handle that is assumed valid.
    init(_ text: String, since: Int64) {
        self.text = text
        self.since = since
    }

    /// Whether another attempt with it is pointless.
    func isDead(at now: Int64) -> Bool {
        tries >= Self.triesLimit || now.subtracting(since) > Self.life
    }

    /// A connection attempt with it begins.
    mutating func beginAttempt() { tries += 1 }

    /// The connection failed before the service saw the handle.
    mutating func discardAttempt() { tries = max(0, tries - 1) }

    /// The service was overloaded; returns whether the handle counts as the cause.
    mutating func overloaded() -> Bool {
        discardAttempt()
        overloads += 1
        return overloads >= Self.overloadLimit
    }

    /// Its session has answered.
    mutating func answered() {
        tries = 0
        overloads = 0
    }

    /// Its session was stable, or was left by us; neither speaks against the handle.
    mutating func forgiveTries() { tries = 0 }

    /// The service counts a handle's life from the end of its session.
    mutating func sessionEnded(at now: Int64) { since = now }
}
