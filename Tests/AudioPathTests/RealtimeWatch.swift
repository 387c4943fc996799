import CAllocationCounter

/// Watches the calling thread between `init` and `end`, as on an audio thread.
///
/// It counts allocations and releases. In a build with the real-time sanitizer nothing is counted,
/// and the program ends where something allocates, locks or waits.
struct RealtimeWatch {
    /// Whether this build has either watch.
    static let isAvailable = martlet_allocations_counted() != 0 || martlet_realtime_checked() != 0

    private let before: Int
    private let isStrict: Bool

    /// Watches from now on; unless `isStrict`, only counts, because the runtime builds its tables
    /// in a first run.
    init(isStrict: Bool) {
        self.isStrict = isStrict
        before = Self.calls
        if isStrict { martlet_realtime_enter() }
    }

    /// How often this thread has allocated or released memory.
    static var calls: Int { martlet_allocations() + martlet_releases() }

    /// Ends the watch, and returns the calls in it.
    func end() -> Int {
        if isStrict { martlet_realtime_exit() }
        return Self.calls - before
    }
}
