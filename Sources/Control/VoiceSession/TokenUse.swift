/// The tokens of one run of the model, as far as every service counts them.
///
/// Each count is in 0...`limit`, whatever is given.
package struct TokenUse: Sendable, Equatable {
    /// More is no count (2^53): what every reader of JSON can hold, and more than anybody pays for.
    package static let limit: Int64 = 1 << 53

    /// What the model read: instruction, history, words, results of functions.
    package let input: Int64
    /// Those of `input` that came out of the service's cache, and cost less.
    package let cached: Int64
    /// What the model made, with what it thought.
    package let output: Int64
    /// What the service counts in all.
    package let total: Int64

    /// Counts of a service; each is brought into its range.
    package init(input: Int64 = 0, cached: Int64 = 0, output: Int64 = 0, total: Int64) {
        self.input = Self.within(input)
        self.cached = Self.within(cached)
        self.output = Self.within(output)
        self.total = Self.within(total)
    }

    static func within(_ tokens: Int64) -> Int64 { min(max(0, tokens), limit) }
}
