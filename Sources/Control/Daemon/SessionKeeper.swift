internal import Linux
package import Live
package import ModelTypes
internal import Synchronization

/// What a conversation keeps through a restart of the daemon: its handle, and the day's tokens.
///
/// One small JSON file that only the daemon can read. A handle is good for the model and the setup
/// that it was given for, and for as long as the service keeps it.
///
/// ## Concurrency
/// From any thread; files are written on the pool, in order, the newest state last.
package final class SessionKeeper: Sendable {
    /// A longer file is none of ours (bytes).
    private static let limitBytes = 64 << 10

    private struct State: Sendable {
        var handle: String?
        var savedAt: Int64 = 0
        var ledger: TokenLedger
        var isChanged = false
        /// Writes as long as there is something new.
        var writer: Task<Void, Never>?
    }

    private let path: String?
    private let setup: String
    private let log: Log
    private let clock: @Sendable () -> Int64
    private let state: Mutex<State>

    /// Reads what was kept; `path` nil keeps nothing beyond this life.
    ///
    /// `setup` tells configurations apart, so that no handle is used with another one; `clock`
    /// gives nanoseconds since 1970, as people set it.
    package init(
        path: String?, setup: String, dailyBudget: Int64?, log: Log,
        clock: @escaping @Sendable () -> Int64
    ) {
        self.path = path
        self.setup = setup
        self.log = log
        self.clock = clock
        let today = Self.day(at: clock())
        var state = State(ledger: TokenLedger(day: today, dailyBudget: dailyBudget))
        if let path, Files.exists(path) {
            do {
                let json = try JSONValue(
                    parsing: try Files.read(path, limitBytes: Self.limitBytes))
                if json["setup"]?.string == setup {
                    state.handle = json["handle"]?.string
                    state.savedAt = json["saved_at"]?.int ?? 0
                }
                state.ledger = TokenLedger(
                    day: json["day"]?.string ?? today, dayTokens: json["tokens"]?.int ?? 0,
                    dailyBudget: dailyBudget)
            } catch {
                log(.warning, "'\(path)' cannot be read, the conversation begins anew: \(error)")
            }
        }
        self.state = Mutex(state)
    }

    /// A name for a setup message: another for every change of it.
    package static func name(of setup: String) -> String {
        // FNV-1a; it tells configurations apart and hides nothing.
        let hash = setup.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { hash, byte in
            (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        return String(hash, radix: 16)
    }

    /// The handle of the life before, with its age by the wall clock.
    package var kept: LiveSession.KeptHandle? {
        state.withLock { state in
            state.handle.map {
                .init(handle: $0, age: max(0, clock() - state.savedAt))
            }
        }
    }

    /// Keeps a handle, or forgets it.
    package func keep(_ handle: String?) {
        change { state in
            state.handle = handle
            state.savedAt = clock()
        }
    }

    /// Adds a turn's tokens.
    package func add(_ usage: Usage) {
        change { $0.ledger.add(usage, on: Self.day(at: clock())) }
    }

    /// Why nothing more is to be spent today.
    package var refusal: SessionFailure? {
        state.withLock { $0.ledger.refusal(on: Self.day(at: clock())) }
    }

    /// What has been spent.
    package var ledger: TokenLedger { state.withLock { $0.ledger } }

    private static func day(at nanoseconds: Int64) -> String {
        String(WallClock.localTime(at: nanoseconds).iso8601.prefix(10))
    }

    // MARK: - The file

    /// Returns when what was kept so far is in the file.
    package func settled() async {
        await state.withLock { $0.writer }?.value
    }

    private func change(_ body: (inout State) -> Void) {
        state.withLock { state in
            body(&state)
            state.isChanged = true
            guard state.writer == nil, path != nil else { return }
            state.writer = Task.detached { self.write() }
        }
    }

    private func write() {
        while let text = next() {
            guard let path else { return }
            do {
                try Files.writeAtomically(path, Array(text.utf8), mode: 0o600)
            } catch {
                log(.error, "the conversation's state is not kept: \(error)")
            }
        }
    }

    private func next() -> String? {
        state.withLock { state in
            guard state.isChanged else {
                state.writer = nil
                return nil
            }
            state.isChanged = false
            var json: JSONObject = ["setup": .string(setup)]
            json["handle"] = state.handle.map { .string($0) }
            json["saved_at"] = .int(state.savedAt)
            json["day"] = .string(state.ledger.day)
            json["tokens"] = .int(state.ledger.dayTokens)
            return JSONValue.object(json).serialized
        }
    }
}
