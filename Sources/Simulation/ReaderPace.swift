/// Whether the reader of a simulated microphone takes sound as fast as time passes.
///
/// One that was held up, or had nothing to read, takes nothing and then more than is due.
///
/// A value; times are nanoseconds of one clock.
struct ReaderPace {
    /// It is in time when it took what was due in each window of this length for as long again.
    static let windowNanoseconds: Int64 = 100_000_000
    /// Nobody waits longer for it than this: a machine that is never in time does what it can.
    static let patienceNanoseconds: Int64 = 2_000_000_000

    private let bytesPerMillisecond: Int
    private let allowanceBytes: Int
    private var looks: [(at: Int64, takenBytes: Int)] = []
    /// Since when each window has had as much as was due: one alone may hold a part of what was
    /// missed before it.
    private var evenSince: Int64?

    /// Whether the reader is in time.
    private(set) var isInTime = false

    /// A reader that takes whole periods, of which `allowanceBytes` are two; no more than that may
    /// wait for it.
    init(bytesPerMillisecond: Int, allowanceBytes: Int) {
        self.bytesPerMillisecond = bytesPerMillisecond
        self.allowanceBytes = allowanceBytes
    }

    /// Takes note of how much it has taken in all, and how much waits for it.
    mutating func look(takenBytes: Int, waitingBytes: Int, at now: Int64) {
        looks.append((now, takenBytes))
        // The last look before the window stays, so that all of the window is seen.
        let start = now - Self.windowNanoseconds
        while looks.count > 1, looks[1].at <= start { looks.removeFirst() }
        let due = Int((now - looks[0].at) / 1_000_000) * bytesPerMillisecond
        let isEven =
            looks[0].at <= start && waitingBytes <= allowanceBytes
            && abs(takenBytes - looks[0].takenBytes - due) <= allowanceBytes
        evenSince = isEven ? evenSince ?? now : nil
        isInTime = evenSince.map { now - $0 >= Self.windowNanoseconds } ?? false
    }
}
