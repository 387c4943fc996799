internal import Linux
internal import ModelTypes
internal import Synchronization
internal import Tools

/// Keeps what is known of wrong PINs in a small file, so that a restart gives no new guesses, and
/// reports a lock to the owner: in the log, and on the broker.
///
/// ## Concurrency
/// `keep` and `report` are called on the loop's thread; the file is written on the pool, in order,
/// the newest state last.
final class PINLockKeeper: PINLockPort {
    /// A longer file is none of ours (bytes).
    private static let limitBytes = 4096
    private static let mode: UInt32 = 0o600

    private struct State {
        var memory: PINLockMemory
        var isChanged = false
        /// Writes as long as there is something new.
        var writer: Task<Void, Never>?
    }

    private let path: String?
    private let log: Log
    private let onChange: @Sendable (_ isLocked: Bool) -> Void
    private let state: Mutex<State>
    let kept: PINLockMemory

    /// Reads what was kept; `path` nil keeps nothing beyond this life.
    ///
    /// A file that cannot be read counts as a lock. `onChange` is called on the loop's thread, and here
    /// when the PIN is locked from before.
    init(path: String?, log: Log, onChange: @escaping @Sendable (_ isLocked: Bool) -> Void) {
        self.path = path
        self.log = log
        self.onChange = onChange
        let memory = Self.read(path, log)
        kept = memory
        state = Mutex(State(memory: memory))
        if kept.isLocked {
            log(.warning, "the PIN is locked, since it was wrong too often before the restart")
            onChange(true)
        }
    }

    func keep(_ memory: PINLockMemory) {
        state.withLock { state in
            guard state.memory != memory else { return }
            state.memory = memory
            state.isChanged = true
            if state.writer == nil { state.writer = Task { self.write() } }
        }
    }

    func report(lockedFor time: Int64?) {
        if let time {
            log(
                .warning,
                "the PIN was wrong too often: none is taken for \(time / 1_000_000_000) s; if it "
                    + "was not you, somebody near the device is guessing")
        } else {
            log(.notice, "a PIN is taken again")
        }
        onChange(time != nil)
    }

    /// Returns when what was kept so far is in the file.
    func settled() async {
        while let writer = state.withLock({ $0.writer }) { await writer.value }
    }

    // MARK: - The file

    private static func read(_ path: String?, _ log: Log) -> PINLockMemory {
        guard let path, Files.exists(path) else { return PINLockMemory() }
        do {
            let json = try JSONValue(parsing: try Files.read(path, limitBytes: limitBytes))
            guard let memory = PINLockMemory(json) else { throw Damaged() }
            return memory
        } catch {
            log(.warning, "'\(path)' cannot be read, so the PIN is locked for a while: \(error)")
            return .unreadable
        }
    }

    private func write() {
        while let memory = next() {
            guard let path else { continue }
            do {
                try Files.writeAtomically(
                    path, Array(memory.json.serialized.utf8), mode: Self.mode)
            } catch {
                log(.error, "wrong PINs are not kept over a restart: \(error)")
            }
        }
    }

    private func next() -> PINLockMemory? {
        state.withLock { state in
            guard state.isChanged else {
                state.writer = nil
                return nil
            }
            state.isChanged = false
            return state.memory
        }
    }
}

/// A file that holds something else.
private struct Damaged: Error, CustomStringConvertible {
    let description = "it does not hold what this program writes"
}

extension PINLockMemory {
    /// Counts above this are damage: far fewer were ever written.
    private static let countLimit: Int64 = 1_000

    /// What a file holds; nil for anything but what `json` makes.
    fileprivate init?(_ json: JSONValue) {
        let counts: ClosedRange<Int64> = 0...Self.countLimit
        guard let wrong = json["wrong"]?.int, let locks = json["locks"]?.int,
            let isLocked = json["locked"]?.bool, counts.contains(wrong), counts.contains(locks)
        else { return nil }
        self.init()
        wrongTries = Int(wrong)
        self.locks = Int(locks)
        self.isLocked = isLocked
    }

    fileprivate var json: JSONValue {
        ["wrong": .int(Int64(wrongTries)), "locks": .int(Int64(locks)), "locked": .bool(isLocked)]
    }
}
