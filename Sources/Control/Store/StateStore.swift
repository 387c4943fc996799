internal import Linux
internal import Synchronization

/// Everything that the device stores beyond its program's end, in one folder that only one program
/// uses: documents (`KeptDocument`) and lists of lines (`KeptLines`).
///
/// Damaged files are set aside and reported; unreadable ones are not overwritten; stored values are
/// on the disk before the call returns.
///
/// ## Concurrency
/// From any thread but the loop's and the real-time ones: opening it, and every call of its
/// documents and lines, may block on the disk.
package final class StateStore: Sendable {
    /// The default limit of a document (bytes).
    package static let documentBytes = 256 << 10
    /// The limit of a list of lines (bytes); its owner shortens it much earlier.
    package static let linesBytes = 4 << 20
    /// How long to wait for a program that is just ending: its children, which may still hold the
    /// folder, end a moment later.
    package static let lockPatience = Duration.seconds(3)
    /// The interval of attempts during that time (nanoseconds).
    private static let lockInterval: Int64 = 20_000_000
    /// Reports that are remembered for `troubles`.
    private static let troubleLimit = 16
    /// The files that say which program uses the folder, and how often it crashed in a row.
    private static let holderName = "holder"
    private static let crashName = "crashes"

    private struct State: Sendable {
        var documents: [String: KeptDocument] = [:]
        var lines: [String: KeptLines] = [:]
        var troubles: [String] = []
        var proof: Task<Void, Never>?
    }

    /// The store's location, for messages.
    package let place: String
    private let disk: any StateDisk
    private let lock: FolderLock?
    private let crashes: CrashMark?
    private let report: @Sendable (String) -> Void
    private let state = Mutex(State())

    /// A store on a disk, without a lock and without a crash count.
    ///
    /// `crashes` is the number of crashes in a row. `report` takes words for the owner.
    package convenience init(
        disk: any StateDisk, crashes: Int = 0, report: @escaping @Sendable (String) -> Void
    ) {
        self.init(place: "the disk", disk, lock: nil, crashes: nil, report)
        begin(crashes)
    }

    private init(
        place: String, _ disk: any StateDisk, lock: FolderLock?, crashes: CrashMark?,
        _ report: @escaping @Sendable (String) -> Void
    ) {
        self.place = place
        self.disk = disk
        self.lock = lock
        self.crashes = crashes
        self.report = report
    }

    /// Opens the store of a folder, which is created if it is missing.
    ///
    /// Within one program every caller gets the same store while any of them holds it: an
    /// application that replaces another one continues with that one's stored values. Throws
    /// `StoreError.held` if another program uses the folder. A folder that cannot be written is
    /// reported, and later writes fail. `patience` is how long the call blocks to wait for another
    /// program. `report` takes words for the owner, from any thread, while the store exists.
    package static func open(
        _ path: String, patience: Duration = lockPatience,
        report: @escaping @Sendable (String) -> Void
    ) throws(StoreError) -> StateStore {
        let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        return try OpenStores.shared.store(path) { () throws(StoreError) in
            try opened(path, patience, report)
        }
    }

    private static func opened(
        _ path: String, _ patience: Duration, _ report: @escaping @Sendable (String) -> Void
    ) throws(StoreError) -> StateStore {
        let disk = DiskFolder(path: path)
        var lock: FolderLock?
        do {
            try Files.makeKeptDirectory(path)
            lock = try taken(path, patience)
        } catch {
            report("nothing can be stored in the state folder '\(path)': \(error)")
            return StateStore(place: path, disk, lock: nil, crashes: nil, report)
        }
        guard let lock else { throw .held(folder: path, holder: holder(disk)) }
        let crashes = try? CrashMark("\(path)/\(crashName)")
        let store = StateStore(place: path, disk, lock: lock, crashes: crashes, report)
        store.begin(crashes?.count ?? 0)
        store.sign()
        return store
    }

    deinit {
        state.withLock { $0.proof }?.cancel()
        // This run ended, or continues with another store, but it did not crash.
        crashes?.clear()
    }

    // MARK: - Its contents

    /// The document of this name, which is a file's name without its extension; the same for every
    /// caller.
    ///
    /// `earlier` is the file that an earlier version used, if any.
    package func document(
        _ name: String, limitBytes: Int = documentBytes, earlier: String? = nil
    ) -> KeptDocument {
        state.withLock { state in
            if let known = state.documents[name] { return known }
            let document = KeptDocument(
                name: name, disk: disk, limitBytes: limitBytes, earlier: earlier
            ) { [weak self] in self?.note($0) }
            state.documents[name] = document
            return document
        }
    }

    /// The lines of a file of this name; the same for every caller.
    package func lines(_ name: String) -> KeptLines {
        state.withLock { state in
            if let known = state.lines[name] { return known }
            let lines = KeptLines(
                name: name, disk: disk, limitBytes: Self.linesBytes
            ) { [weak self] in self?.note($0) }
            state.lines[name] = lines
            return lines
        }
    }

    /// The folder itself, for files that only grow.
    package var folder: any StateDisk { disk }

    /// The reports of this run, the latest last.
    package var troubles: [String] { state.withLock { $0.troubles } }

    /// Reports a problem with the stored files, in words for the owner.
    package func note(_ text: String) {
        state.withLock { state in
            state.troubles.append(text)
            state.troubles = state.troubles.suffix(Self.troubleLimit)
        }
        report(text)
    }

    // MARK: - The beginning

    private func begin(_ crashes: Int) {
        for text in CrashGuard(disk: disk).begin(crashes: crashes) { note(text) }
        tidy()
        let proof = Task { [weak self] in
            do { try await Task.sleep(for: CrashGuard.provenLife) } catch { return }
            guard let store = self else { return }
            await DiskThread(name: "store").run { store.proveLife() }
        }
        state.withLock { $0.proof = proof }
    }

    private func proveLife() {
        crashes?.clear()
        CrashGuard(disk: disk).prove()
    }

    /// Removes what writes left behind after a power cut: "NAME.new", and from earlier versions
    /// "NAME." with six letters and digits.
    private func tidy() {
        for name in (try? disk.names()) ?? [] where Self.isLeftOver(name) {
            try? disk.remove(name)
        }
    }

    private static func isLeftOver(_ name: String) -> Bool {
        if name.hasSuffix(".new") { return true }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        let ours: Set<Substring> = ["a", "b", "json", "jsonl", "last-good"]
        guard parts.count >= 3, let end = parts.last, ours.contains(parts[parts.count - 2])
        else { return false }
        return end.count == 6 && end.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
    }

    // MARK: - The lock

    private static func taken(
        _ path: String, _ patience: Duration
    ) throws(SystemError) -> FolderLock? {
        let end = MonotonicClock.now(plus: patience)
        while true {
            if let lock = try FolderLock(path) { return lock }
            let now = MonotonicClock.now()
            guard now < end else { return nil }
            MonotonicClock.wait(until: now + lockInterval)
        }
    }

    /// Records which program uses the folder; a failure is the first sign that it cannot be
    /// written.
    private func sign() {
        let program = OwnProcess.words.prefix(2).map { word in
            word.split(separator: "/").last.map(String.init) ?? word
        }.joined(separator: " ")
        let since = WallClock.localTime(at: WallClock.now()).iso8601.prefix(19)
        let text = "\(program), process \(OwnProcess.identifier), since \(since)\n"
        do {
            try disk.write(Self.holderName, Array(text.utf8))
        } catch {
            note("nothing can be stored in the state folder '\(place)': \(error)")
        }
    }

    private static func holder(_ disk: DiskFolder) -> String {
        guard let bytes = try? disk.read(holderName, limitBytes: 400) else {
            return "another program"
        }
        // Another program's text, though probably our own.
        let text = String(decoding: bytes, as: UTF8.self).filter { !$0.isNewline }
        let shown = text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }
        return shown.isEmpty ? "another program" : String(String.UnicodeScalarView(shown))
    }
}

/// The stores that this program has open, by folder.
private final class OpenStores: Sendable {
    private struct Entry: Sendable { weak var store: StateStore? }

    static let shared = OpenStores()
    private let entries = Mutex<[String: Entry]>([:])

    func store(
        _ path: String, _ open: () throws(StoreError) -> StateStore
    ) throws(StoreError) -> StateStore {
        try entries.withLock { (entries) throws(StoreError) -> StateStore in
            if let store = entries[path]?.store { return store }
            let store = try open()
            entries = entries.filter { $0.value.store != nil }
            entries[path] = Entry(store: store)
            return store
        }
    }
}
