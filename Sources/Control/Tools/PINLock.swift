/// Counts wrong PINs, and decides when none is accepted; times in nanoseconds.
///
/// Wrong PINs count for the device, across all questions, all tools and its restarts. Too many lock
/// the PIN; each further lock without a right PIN in between lasts twice as long as the previous
/// one, up to `ConfirmationSettings.longestPINLock`. Only a right PIN, which is accepted only while
/// there is no lock, resets the count: neither time nor a restart does.
///
/// A value without clock and I/O.
struct PINLock {
    private let settings: ConfirmationSettings
    /// The state that outlasts the program.
    private(set) var memory: PINLockMemory
    /// Until when no PIN is accepted.
    private(set) var until: Int64?

    /// A lock with the state of the last run; a lock that was active starts again with its full
    /// time, because it is not known how long the device was off.
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

    /// After this many doublings every lock exceeds the longest.
    private static let doublingsLimit = 20

    private static func sum(_ one: Int64, _ other: Int64) -> Int64 {
        let (sum, isTooLarge) = one.addingReportingOverflow(other)
        return isTooLarge ? .max : sum
    }

    /// Whether a PIN is accepted now; opens a lock whose time is over.
    mutating func isOpen(at time: Int64) -> Bool {
        guard let until else { return true }
        guard time >= until else { return false }
        self.until = nil
        memory.isLocked = false
        return true
    }

    /// The right PIN was said.
    mutating func right() { memory = PINLockMemory() }

    /// A wrong PIN was said; returns how long none is accepted now, nil while more may be tried.
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

/// The state of wrong PINs that is stored beyond the end of the program.
package struct PINLockMemory: Sendable, Equatable {
    /// Wrong PINs since the last right one or the last lock, from 0.
    package var wrongTries = 0
    /// Locks since the last right PIN, from 0.
    package var locks = 0
    /// Whether a lock is active.
    package var isLocked = false

    /// No PIN was wrong yet.
    package init() {}

    /// The state to assume if the stored one is unreadable: a lock, so that damage does not open
    /// anything.
    package static var unreadable: PINLockMemory {
        var memory = PINLockMemory()
        memory.locks = 1
        memory.isLocked = true
        return memory
    }
}

/// Stores the state of wrong PINs, and reports to the owner.
package protocol PINLockPort: Sendable {
    /// The state that the last run stored.
    var kept: PINLockMemory { get }
    /// Stores this state; called on the assistant's executor, and returns at once.
    func keep(_ memory: PINLockMemory)
    /// Reports that no PIN is accepted for this time (nanoseconds); nil: PINs are accepted again.
    func report(lockedFor time: Int64?)
}

/// Stores nothing, where nothing outlasts the program.
package struct NoPINLock: PINLockPort {
    /// The only value.
    package init() {}

    package var kept: PINLockMemory { PINLockMemory() }
    package func keep(_ memory: PINLockMemory) {}
    package func report(lockedFor time: Int64?) {}
}
