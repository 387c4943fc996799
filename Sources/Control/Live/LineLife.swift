/// Learns how long connections last on a line where something cuts them without a word, such as a
/// proxy with a time limit for each.
struct LineLife {
    /// Two connections that end at ages closer than this end for the same reason.
    static let tolerance: Int64 = 3_000_000_000
    /// Connections that end sooner have other reasons.
    static let shortest: Int64 = 30_000_000_000
    /// A connection is left this time before the cut.
    static let spare: Int64 = 10_000_000_000

    private var last: Int64?
    /// The age at which a connection is to be left (nanoseconds); nil: nothing was learned.
    private(set) var limit: Int64?

    /// A connection of that age was cut; returns whether something was learned from it.
    mutating func lost(after age: Int64) -> Bool {
        guard age >= Self.shortest else { return false }
        defer { last = age }
        guard let last, abs(age - last) <= Self.tolerance else { return false }
        limit = min(age, last) - Self.spare
        return true
    }
}
