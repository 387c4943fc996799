internal import Linux
internal import Store
internal import Synchronization
internal import Tools
internal import WireCodec

/// Keeps the count of wrong PINs in the store, so that a restart gives no new guesses, and
/// reports a lock to the owner: in the log, and on the broker.
///
/// ## Concurrency
/// `keep` and `report` are called on the loop's thread; the disk is written on a thread of its own,
/// the newest state last.
final class PINLockKeeper: PINLockPort {
    /// The document's name.
    static let documentName = "pin-lock"
    /// Where earlier versions kept it.
    static let earlierName = "pin-lock.json"
    /// A longer file was not written by us (bytes).
    static let limitBytes = 4096

    private struct State {
        var memory: PINLockMemory
        /// Whether the disk does not have it yet.
        var isChanged = false
    }

    /// Nil keeps nothing beyond this life.
    private let document: KeptDocument?
    private let thread = DiskThread(name: "pin-lock")
    private let log: Log
    private let onChange: @Sendable (_ isLocked: Bool) -> Void
    private let state: Mutex<State>
    let kept: PINLockMemory

    /// The document of it in a store.
    static func document(of store: StateStore) -> KeptDocument {
        store.document(documentName, limitBytes: limitBytes, earlier: earlierName)
    }

    /// Reads what was kept from the disk; `document` nil keeps nothing beyond this life.
    ///
    /// What cannot be read, or may be older than what was kept last, counts as a lock. `onChange`
    /// is called on the loop's thread, and by the initializer if the PIN was locked before.
    init(
        document: KeptDocument?, log: Log, onChange: @escaping @Sendable (_ isLocked: Bool) -> Void
    ) {
        self.document = document
        self.log = log
        self.onChange = onChange
        kept = Self.read(document, log)
        state = Mutex(State(memory: kept))
        if kept.isLocked {
            log(.warning, "the PIN is locked, since it was wrong too often before the restart")
            onChange(true)
        }
    }

    func keep(_ memory: PINLockMemory) {
        let isNews = state.withLock { state in
            guard state.memory != memory else { return false }
            state.memory = memory
            defer { state.isChanged = true }
            return !state.isChanged
        }
        if isNews { thread.perform { [self] in write() } }
    }

    func report(lockedFor time: Int64?) {
        if let time {
            log(
                .warning,
                "the PIN was wrong too often: none is accepted for \(time / 1_000_000_000) s; if "
                    + "it was not you, someone near the device is guessing")
        } else {
            log(.notice, "PINs are accepted again")
        }
        onChange(time != nil)
    }

    /// Returns when what was kept so far is on the disk.
    func settled() async { await thread.run {} }

    // MARK: - The disk

    private static func read(_ document: KeptDocument?, _ log: Log) -> PINLockMemory {
        guard let document else { return PINLockMemory() }
        var memory: PINLockMemory
        switch document.read() {
        case .absent: return PINLockMemory()
        case .value(let json, let loss):
            let found = PINLockMemory(json)
            if let found, loss == nil { return found }
            memory = found ?? .unreadable
            memory.locks = max(1, memory.locks)
            memory.isLocked = true
        case .lost, .unreadable: memory = .unreadable
        }
        log(.warning, "the record of wrong PINs is damaged, so the PIN is locked for a while")
        // The damaged file is set aside by now, so the next start would not know of it.
        try? document.write(memory.json)
        return memory
    }

    private func write() {
        let memory = state.withLock { state in
            state.isChanged = false
            return state.memory
        }
        guard let document else { return }
        do {
            if document.isBlocked { _ = document.read() }
            try document.write(memory.json)
        } catch {
            log(.error, "wrong PINs are not remembered across a restart: \(error)")
        }
    }
}

extension PINLockMemory {
    /// Counts above this are damage: far fewer were ever written.
    private static let countLimit: Int64 = 1_000

    /// Reads a file's contents; nil for anything that `json` does not make.
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
