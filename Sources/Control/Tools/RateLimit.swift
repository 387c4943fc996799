/// Counts calls by their subject, and returns how long to wait when there are too many.
///
/// A value without a clock: times come with the calls.
struct RateLimit {
    private static let minute: Int64 = 60_000_000_000
    /// Subjects are few, but some tools derive them from arguments; beyond this the oldest are
    /// forgotten.
    private static let subjectLimit = 256

    /// The times of the calls of the last minute, oldest first.
    private var calls: [String: [Int64]] = [:]

    /// Records a call, or returns by how many seconds it is too early.
    mutating func admit(_ guardian: CallGuard, at time: Int64) -> Int64? {
        let recent = calls[guardian.subject, default: []].filter { $0 > time - Self.minute }
        guard recent.count < guardian.callsPerMinute else {
            calls[guardian.subject] = recent
            let wait = (recent.first ?? time) + Self.minute - time
            return max(1, (wait + 999_999_999) / 1_000_000_000)
        }
        if calls.count >= Self.subjectLimit {
            calls = calls.filter { ($0.value.last ?? 0) > time - Self.minute }
        }
        calls[guardian.subject] = recent + [time]
        return nil
    }
}
