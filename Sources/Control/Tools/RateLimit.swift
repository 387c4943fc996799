/// Counts calls by what they are about, and says how long to wait when there are too many.
///
/// A value without clock: times come with the calls.
struct RateLimit {
    private static let minute: Int64 = 60_000_000_000
    /// Subjects are few, but a tool makes them of arguments; the oldest are forgotten beyond this.
    private static let subjectLimit = 256

    /// The times of the calls of the last minute, oldest first.
    private var calls: [String: [Int64]] = [:]

    /// Notes a call, or gives how many seconds it comes too early.
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
