internal import Linux
package import Store
internal import WireCodec

/// Receives the keeper's reports; calls come in order, and none may block.
package protocol TimerListener: Sendable {
    /// These items ring from now on, and no others; none: silence.
    func ringing(_ items: [TimedItem])
    /// When `tick` must be called next, in nanoseconds of each clock.
    func wake(wall: Int64?, boot: Int64?)
    /// A message for the log.
    func trouble(_ text: String)
}

/// Keeps the timers: a book, its file on the disk, and its sound.
///
/// A change is on the disk before the caller is answered. Items ring even when the disk is full or
/// missing. The stored list is read before anything else is done; while it cannot be read, nothing
/// is changed, and each change tries to read it again.
///
/// ## Concurrency
/// An actor with its own thread, because the disk may be slow: ringing must not wait for a caller's
/// change to be stored.
package actor TimerKeeper {
    /// The name of the stored document.
    package static let documentName = "timers"

    private let thread = DiskThread(name: "timers")
    private var book: TimerBook
    /// Nil: nothing outlasts the program.
    private let document: KeptDocument?
    /// The list on the disk.
    private var kept = TimerList()
    private let now: @Sendable () -> Now
    private let listener: any TimerListener
    private var announced: [Int] = []
    private var isInTrouble = false
    private var hasBegun = false
    private var isEnded = false
    /// Why the list on the disk must not be overwritten, though it can be read.
    private var obstacle: String?

    /// A keeper of a document's list.
    package init(
        document: KeptDocument?, settings: TimerBook.Settings,
        now: @escaping @Sendable () -> Now,
        listener: any TimerListener
    ) {
        self.document = document
        book = TimerBook(TimerList(), settings: settings)
        self.now = now
        self.listener = listener
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        thread.asUnownedSerialExecutor()
    }

    /// Whether changes outlast the program.
    package var isLasting: Bool { document != nil }

    /// Reads the stored list, and rings what is due.
    package func begin() { tick() }

    /// Stops writing and reporting: the next keeper continues what rings.
    package func end() { isEnded = true }

    /// Time has passed, or a clock was set.
    package func tick() {
        // This alone makes due items ring.
        atOnce { _, _ in }
    }

    /// Changes the book; throws, and changes nothing, if the change cannot be stored.
    package func change<Result: Sendable>(
        _ body: @Sendable (inout TimerBook, Now) throws -> Result
    ) throws -> Result {
        guard !isEnded else { throw TimerProblem.notKept("it stops just now") }
        readIfNeeded()
        let now = now()
        book.advance(to: now)
        let before = book
        // Also after a failure: items that came due meanwhile still ring.
        defer { tell() }
        let result: Result
        do {
            result = try body(&book, now)
        } catch {
            book = before
            throw error
        }
        do {
            try keep()
        } catch {
            book = before
            throw TimerProblem.notKept("\(error)")
        }
        return result
    }

    /// Silences these items, or all that ring if nil, whatever the disk does; returns those that
    /// rang.
    package func silence(_ numbers: [Int]?) -> [TimedItem] {
        atOnce { $0.stopRinging(numbers, at: $1) }
    }

    /// Silences all that ring for a number of seconds, or as the settings say; returns those that
    /// rang.
    package func snooze(seconds: Int64?) -> [TimedItem] {
        atOnce { $0.snooze(nil, seconds: seconds, at: $1) }
    }

    /// Makes silenced items ring again after a while, as the settings say.
    package func putOff(_ items: [TimedItem]) { atOnce { $0.putOff(items, at: $1) } }

    /// The present book.
    package func look() -> (book: TimerBook, now: Now) { atOnce { ($0, $1) } }

    /// Makes a change whether the disk can store it or not.
    private func atOnce<Result>(_ body: (inout TimerBook, Now) -> Result) -> Result {
        if !hasBegun { readIfNeeded() }
        let now = now()
        book.advance(to: now)
        let result = body(&book, now)
        // The sound comes first: a bell must not wait for a disk.
        tell()
        keepOrComplain()
        return result
    }

    private func tell() {
        guard !isEnded else { return }
        let ringing = book.ringing
        if ringing.map(\.number) != announced {
            announced = ringing.map(\.number)
            listener.ringing(ringing)
        }
        let wake = book.wake(at: now())
        listener.wake(wall: wake.wall, boot: wake.boot)
    }

    // MARK: - The disk

    /// Reads the list for the first time, and again while it could not be read.
    private func readIfNeeded() {
        guard let document, !hasBegun || document.isBlocked || obstacle != nil else { return }
        let isFirst = !hasBegun
        hasBegun = true
        let wasBlocked = document.isBlocked || obstacle != nil
        obstacle = nil
        switch document.read() {
        case .absent:
            // The owner moved the unreadable file away.
            if wasBlocked { book = TimerBook(TimerList(), settings: book.settings) }
        case .unreadable: if isFirst { book.note(loss: TimerWords.unreadable) }
        case .value(let json, let loss):
            // A list that is still unreadable is not taken over again.
            guard isFirst || (wasBlocked && !document.isBlocked) else { return }
            take(json, loss)
        case .lost:
            book.note(loss: TimerWords.allLost)
        }
    }

    private func take(_ json: JSONValue, _ loss: String?) {
        guard let found = TimerList.read(json) else {
            obstacle = "its format is unknown to this version; move it away"
            return listener.trouble("the timers: \(obstacle ?? "")")
        }
        kept = found.list
        book = TimerBook(found.list, settings: book.settings)
        if found.unread > 0 {
            listener.trouble("the timers: \(found.unread) entries are unreadable and lost")
        }
        if loss != nil || found.unread > 0 { book.note(loss: TimerWords.someLost) }
    }

    private func keep() throws {
        guard book.list != kept, let document, hasBegun, !isEnded else { return }
        if let obstacle { throw StoreError.unreadable(obstacle) }
        try document.write(book.list.json)
        kept = book.list
        isInTrouble = false
    }

    private func keepOrComplain() {
        do {
            try keep()
        } catch {
            guard !isInTrouble else { return }
            isInTrouble = true
            listener.trouble("the timers cannot be stored: \(error)")
        }
    }
}
