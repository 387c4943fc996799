internal import ModelTypes

/// Counts the sound of a session for its usage: 25 tokens a second, both ways.
///
/// The whole conversation is the prompt of every turn (live-protocol.md section 5.6).
struct TokenMeter {
    private static let tokensPerSecond = 25

    /// Samples at 16 kHz.
    private var input = 0
    /// Samples at 24 kHz, of the turns before and of this one.
    private var outputBefore = 0
    private var output = 0

    mutating func heard(_ samples: Int) { input += samples }

    mutating func said(_ samples: Int) { output += samples }

    /// The usage of the turn that ends now; zeros are left out, as the service does.
    mutating func endTurn() -> JSONValue {
        let prompt = Self.tokens(3 * input + 2 * outputBefore)
        let response = Self.tokens(2 * output)
        outputBefore += output
        output = 0
        let counts = [
            ("promptTokenCount", prompt), ("responseTokenCount", response),
            ("totalTokenCount", prompt + response),
        ]
        return .object(JSONObject(counts.filter { $0.1 > 0 }.map { ($0.0, .int($0.1)) }))
    }

    /// Tokens of a length in 48ths of a millisecond, begun ones included.
    private static func tokens(_ length: Int) -> Int64 {
        Int64((length * tokensPerSecond + 47_999) / 48_000)
    }
}
