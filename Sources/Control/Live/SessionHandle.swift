internal import VoiceSession

/// The handle of a session that can be resumed, with what speaks for and against it.
///
/// A handle that has been tried twice without a session is dead, and so is one that is too old. What
/// never showed the handle to the service does not count as a try, nor does a service that has too
/// much to do, unless that repeats: then the handle may be what it cannot do.
struct SessionHandle {
    /// After this number of tries without a session a handle is dead.
    static let triesLimit = 2
    /// The service keeps a handle for two hours after the session's end; this is with a margin.
    static let life: Int64 = 110 * 60 * 1_000_000_000
    /// After this number of overloads in a row the handle counts as the cause.
    static let overloadLimit = 5

    let text: String
    /// When the service gave it, or when its session ended last (nanoseconds).
    private var since: Int64
    private var tries = 0
    /// How often in a row the service had too much to do to look at it.
    private var overloads = 0

    /// A handle that is good until the contrary is shown.
    init(_ text: String, since: Int64) {
        self.text = text
        self.since = since
    }

    /// Whether it is not worth another try.
    func isDead(at now: Int64) -> Bool {
        tries >= Self.triesLimit || now.subtracting(since) > Self.life
    }

    /// A connection is begun with it.
    mutating func beginTry() { tries += 1 }

    /// The connection failed before the service saw the handle.
    mutating func takeTryBack() { tries = max(0, tries - 1) }

    /// The service had too much to do for the try; returns whether the handle counts as the cause.
    mutating func overloaded() -> Bool {
        takeTryBack()
        overloads += 1
        return overloads >= Self.overloadLimit
    }

    /// Its session has answered.
    mutating func answered() {
        tries = 0
        overloads = 0
    }

    /// Its session has held for long, or was left by us, which says nothing against the handle.
    mutating func forgiveTries() { tries = 0 }

    /// The service counts a handle's life from the end of its session.
    mutating func sessionEnded(at now: Int64) { since = now }
}
