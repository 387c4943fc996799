/// Counts wrong PINs, and says when none is taken; times in nanoseconds.
///
/// Wrong PINs count for the device, over all questions and all tools, and over its restarts. Too
/// many lock the PIN; each lock that follows without a right PIN between lasts twice as long as the
/// one before, up to `ConfirmationSettings.longestPINLock`. Only a right PIN, which is taken only
/// while there is no lock, begins the count anew: neither time nor a restart does.
///
/// A value without clock and I/O.
struct PINLock {
    private let settings: ConfirmationSettings
    /// What outlasts the program.
    private(set) var memory: PINLockMemory
    /// No PIN is taken before.
    private(set) var until: Int64?

    /// A lock as it was when the program ended; one that was closed is closed again for its whole
    /// time, since nobody knows how long the device was off.
    init(_ settings: ConfirmationSettings, _ memory: PINLockMemory, at time: Int64) {
        self.settings = settings
        self.memory = memory
        if memory.isLocked { until = Self.sum(time, length) }
    }

    /// How long the present lock lasts.
    private var length: Int64 {
        let doublings = max(1, min(memory.locks, Self.doublingsLimit + 1)) - 1
        let (length, isTooLong) = settings.pinLock.multipliedReportingOverflow(by: 1 << doublings)
        return isTooLong ? settings.longestPINLock : min(length, settings.longestPINLock)
    }

    /// So many doublings of any lock are longer than the longest.
    private static let doublingsLimit = 20

    private static func sum(_ one: Int64, _ other: Int64) -> Int64 {
        let (sum, isTooLarge) = one.addingReportingOverflow(other)
        return isTooLarge ? .max : sum
    }

    /// Whether a PIN is taken now; opens a lock whose time is over.
    mutating func isOpen(at time: Int64) -> Bool {
        guard let until else { return true }
        guard time >= until else { return false }
        self.until = nil
        memory.isLocked = false
        return true
    }

    /// The right PIN was said.
    mutating func right() { memory = PINLockMemory() }

    /// A wrong one was said; returns for how long none is taken now, nil when more may be tried.
    mutating func wrong(at time: Int64) -> Int64? {
        memory.wrongTries = min(max(0, memory.wrongTries), settings.pinTries) + 1
        guard memory.wrongTries >= settings.pinTries else { return nil }
        memory.wrongTries = 0
        memory.locks = min(max(0, memory.locks), Self.doublingsLimit) + 1
        memory.isLocked = true
        until = Self.sum(time, length)
        return length
    }
}

/// What is kept of wrong PINs beyond the end of the program.
package struct PINLockMemory: Sendable, Equatable {
    /// Wrong PINs since the last right one or the last lock, from 0.
    package var wrongTries = 0
    /// Locks since the last right PIN, from 0.
    package var locks = 0
    /// Whether no PIN is taken.
    package var isLocked = false

    /// Nothing was wrong yet.
    package init() {}

    /// What may be kept when nobody can say what was: a lock, so that damage opens nothing.
    package static var unreadable: PINLockMemory {
        var memory = PINLockMemory()
        memory.locks = 1
        memory.isLocked = true
        return memory
    }
}

/// Keeps what is known of wrong PINs, and reports to the owner.
package protocol PINLockPort: Sendable {
    /// What the life before has left.
    var kept: PINLockMemory { get }
    /// Keeps this from now on; called on the assistant's executor, and returns at once.
    func keep(_ memory: PINLockMemory)
    /// Reports that no PIN is taken for this time (nanoseconds); nil: one is again.
    func report(lockedFor time: Int64?)
}

/// Keeps nothing, where nothing outlasts the program.
package struct NoPINLock: PINLockPort {
    /// There is only one.
    package init() {}

    package var kept: PINLockMemory { PINLockMemory() }
    package func keep(_ memory: PINLockMemory) {}
    package func report(lockedFor time: Int64?) {}
}
