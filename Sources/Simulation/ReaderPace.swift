/// How far the reader of a simulated microphone is behind real time.
///
/// A reader takes sound when it is due by the system's clock. If it was held up, or had nothing to
/// read, it takes less, and then all that was due: its lead over the elapsed time returns to its
/// earlier value. A value; times are nanoseconds of one clock.
struct ReaderPace {
    /// The longest wait for the reader: a machine that is never in time does what it can.
    static let patienceNanoseconds: Int64 = 2_000_000_000
    /// How long earlier leads are remembered.
    private static let memoryNanoseconds: Int64 = 2_000_000_000
    /// A reader that takes nothing for this time has ended, and the next one starts over.
    private static let standstillNanoseconds: Int64 = 1_000_000_000
    /// How long a new reader is observed before it is judged.
    private static let trialNanoseconds: Int64 = 300_000_000
    /// Remembered samples are this far apart, unless the lead has grown.
    private static let lookNanoseconds: Int64 = 20_000_000

    private let bytesPerMillisecond: Int
    private let allowanceBytes: Int
    /// The lead over the elapsed time, at some moments.
    private var looks: [(at: Int64, lead: Int)] = []
    private var began: (at: Int64, takenBytes: Int)?
    private var last: (at: Int64, takenBytes: Int)?

    /// Whether the reader has taken all that was due, except at most `allowanceBytes`.
    private(set) var isInTime = false

    init(bytesPerMillisecond: Int, allowanceBytes: Int) {
        self.bytesPerMillisecond = bytesPerMillisecond
        self.allowanceBytes = allowanceBytes
    }

    /// Notes how much the reader has taken in all.
    mutating func look(takenBytes: Int, at now: Int64) {
        if takenBytes != last?.takenBytes {
            let isNew = last.map { now - $0.at >= Self.standstillNanoseconds } ?? false
            last = (now, takenBytes)
            if isNew { begin(takenBytes, at: now) }
        }
        guard takenBytes > 0 else { return }
        if began == nil { begin(takenBytes, at: now) }
        guard let began else { return }
        let due = Int((now - began.at) / 1_000_000) * bytesPerMillisecond
        let lead = takenBytes - began.takenBytes - due
        if looks.last.map({ now - $0.at >= Self.lookNanoseconds || lead > $0.lead }) ?? true {
            looks.append((now, lead))
        }
        looks.removeAll { $0.at < now - Self.memoryNanoseconds }
        let best = looks.reduce(lead) { max($0, $1.lead) }
        isInTime = now - began.at >= Self.trialNanoseconds && best - lead <= allowanceBytes
    }

    private mutating func begin(_ takenBytes: Int, at now: Int64) {
        began = (now, takenBytes)
        looks = []
    }
}
