/// The tokens of one run of the model, in the counts that all services have.
///
/// Each count is in 0...`limit`, whatever is given.
package struct TokenUse: Sendable, Equatable {
    /// The greatest count (2^53): every JSON reader can hold it, and nobody pays for more.
    package static let limit: Int64 = 1 << 53

    /// What the model read: instruction, history, words, results of functions.
    package let input: Int64
    /// The part of `input` that came from the service's cache, and costs less.
    package let cached: Int64
    /// What the model generated, including its thoughts.
    package let output: Int64
    /// The service's own total.
    package let total: Int64

    /// Counts of a service; each is clamped to its range.
    package init(input: Int64 = 0, cached: Int64 = 0, output: Int64 = 0, total: Int64) {
        self.input = Self.within(input)
        self.cached = Self.within(cached)
        self.output = Self.within(output)
        self.total = Self.within(total)
    }

    static func within(_ tokens: Int64) -> Int64 { min(max(0, tokens), limit) }
}
