/// Learns how long connections last on a network that cuts them without a close, such as a proxy
/// with a time limit per connection.
struct LineLife {
    /// Two connections that end at ages closer than this end for the same reason.
    static let tolerance: Int64 = 3_000_000_000
    /// Connections that end sooner have other reasons.
    static let shortest: Int64 = 30_000_000_000
    /// A connection is left this long before the expected cut.
    static let spare: Int64 = 10_000_000_000

    private var last: Int64?
    /// The age at which a connection is left (nanoseconds); nil: nothing was learned yet.
    private(set) var limit: Int64?

    /// A connection of that age was cut; returns whether the limit was learned from it.
    mutating func lost(after age: Int64) -> Bool {
        guard age >= Self.shortest else { return false }
        defer { last = age }
        guard let last, abs(age - last) <= Self.tolerance else { return false }
        limit = min(age, last) - Self.spare
        return true
    }
}
