import ModelTypes

/// A generator whose numbers a seed decides (SplitMix64).
struct Numbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// What may stand where a number is meant, as JSON that somebody else writes.
    static let wild = [
        "0", "-0", "1", "-1", "2147483647", "2147483648", "-2147483648", "4294967296",
        "9007199254740992", "9007199254740993", "-9007199254740993", "9223372036854775807",
        "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
        "18446744073709551615", "1e18", "1e19", "1e308", "1e999", "-1e999", "1e-999", "0.5",
        "2.0", "1e0", "NaN", "null", "true", "\"\"", "\"1\"", "\"9223372036854775808\"", "[]",
        "[1]", "{}", "{\"a\": 1}",
    ]
}
