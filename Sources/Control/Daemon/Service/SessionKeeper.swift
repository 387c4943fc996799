internal import Linux
package import Live
package import Store
internal import Synchronization
package import VoiceSession
internal import WireCodec

/// What a conversation keeps through a restart of the daemon: its handle, and the day's tokens.
///
/// One small document of the store. A handle is valid for the model and the setup that it was
/// issued for, and only while the service keeps it.
///
/// ## Concurrency
/// From any thread, except for the initializer, which reads the disk. The disk is written on a
/// thread of its own, in order, the newest state last.
package final class SessionKeeper: Sendable {
    /// The document's name.
    package static let documentName = "session"
    /// New handles come every few seconds, and each write wears the card: after a crash the handle
    /// on the disk is at most this much older than the newest.
    private static let writeDelay = Duration.seconds(5)
    /// Handles older than this (nanoseconds) are useless: the service grants two hours.
    private static let oldest: Int64 = 7 * 86_400 * 1_000_000_000
    /// A wall clock before this (2024) has never been set.
    private static let earliestWall: Int64 = 1_704_067_200 * 1_000_000_000

    private struct State: Sendable {
        var handle: String?
        var savedAt: Int64 = 0
        var ledger: TokenLedger
    }

    private let setup: String
    private let clock: @Sendable () -> Int64
    private let state: Mutex<State>
    /// Nil: nothing is kept beyond this life.
    private let writer: LazyWriter?

    /// Reads what was kept; `document` nil keeps nothing beyond this life.
    ///
    /// `setup` identifies the configuration, so that no handle is used with another one; `clock`
    /// gives wall-clock nanoseconds since 1970.
    package init(
        document: KeptDocument?, setup: String, dailyBudget: Int64?, log: Log,
        clock: @escaping @Sendable () -> Int64
    ) {
        self.setup = setup
        self.clock = clock
        let today = Self.day(at: clock()) ?? Self.noDay
        var state = State(ledger: TokenLedger(day: today, dailyBudget: dailyBudget))
        if case .value(let json, _)? = document?.read() {
            if json["setup"]?.string == setup {
                state.handle = json["handle"]?.string
                state.savedAt = json["saved_at"]?.int ?? 0
            }
            let tokens = json["tokens"]?.int ?? 0
            state.ledger = TokenLedger(
                day: json["day"]?.string ?? today,
                dayTokens: tokens, dailyBudget: dailyBudget)
        }
        self.state = Mutex(state)
        writer = document.map { document in
            LazyWriter(document, delay: Self.writeDelay) { log(.error, $0) }
        }
    }

    /// A name for a setup message, which differs after every change of it.
    package static func name(of setup: String) -> String { Checksum.text(of: setup.utf8) }

    /// The handle of the previous life, with its age by the wall clock.
    package var kept: LiveSession.KeptHandle? {
        state.withLock { state in
            guard let handle = state.handle else { return nil }
            let (age, overflow) = clock().subtractingReportingOverflow(state.savedAt)
            return .init(
                handle: handle, age: overflow ? Self.oldest : min(max(0, age), Self.oldest))
        }
    }

    /// Keeps a handle, or forgets it.
    package func keep(_ handle: String?) {
        change { state in
            state.handle = handle
            state.savedAt = clock()
        }
    }

    /// Adds the tokens of one run of the model.
    package func add(_ use: TokenUse) {
        change { state in
            let day = today(state)
            state.ledger.add(use, on: day)
        }
    }

    /// Why nothing more may be spent today; nil if something may.
    package var refusal: SessionFailure? {
        state.withLock { state in
            let day = today(state)
            return state.ledger.refusal(on: day)
        }
    }

    /// What has been spent.
    package var ledger: TokenLedger { state.withLock { $0.ledger } }

    /// The name of the day while the clock is not set.
    private static let noDay = "unknown"

    /// The day; while the clock is not set, the last known day goes on.
    private func today(_ state: State) -> String {
        Self.day(at: clock()) ?? state.ledger.day
    }

    private static func day(at nanoseconds: Int64) -> String? {
        guard nanoseconds >= earliestWall else { return nil }
        return String(WallClock.localTime(at: nanoseconds).iso8601.prefix(10))
    }

    // MARK: - The disk

    /// Returns when everything kept so far is on the disk, or has failed to be written.
    package func settled() async { await writer?.settled() }

    private func change(_ body: (inout State) -> Void) {
        state.withLock { state in
            body(&state)
            // Within the lock, so that the newest comes last.
            writer?.put(json(state))
        }
    }

    private func json(_ state: State) -> JSONValue {
        var json: JSONObject = ["setup": .string(setup)]
        json["handle"] = state.handle.map { .string($0) }
        json["saved_at"] = .int(state.savedAt)
        json["day"] = .string(state.ledger.day)
        json["tokens"] = .int(state.ledger.dayTokens)
        return .object(json)
    }
}
