internal import WireCodec

/// The tokens of a session's context and of its last turn (live-protocol.md sections 5.5 and 5.6).
struct TokenMeter: Sendable {
    /// The tokens of a second of speech, in and out.
    private static let tokensPerSecond = 25
    /// The approximate size of a token of text (bytes).
    private static let bytesPerToken = 4
    /// The service's default trigger, in hundredths of the limit.
    private static let usualTriggerPercent = 80

    /// The size of the model's context (tokens).
    var context = 0
    private let limit: Int
    /// Compression when the context is larger, down to this size; nil without compression.
    private var compression: (trigger: Int, target: Int)?
    /// Sound of this turn, in 48ths of a millisecond, into which both rates convert exactly.
    private var heard = 0
    private var spoken = 0
    private var read = 0

    init(limit: Int) { self.limit = limit }

    /// Sets the compression of a setup.
    mutating func setCompression(_ config: JSONValue?) {
        guard let config, config["slidingWindow"] != nil || config["triggerTokens"] != nil else {
            return compression = nil
        }
        let trigger =
            SetupCheck.whole(config["triggerTokens"]).map(Int.init)
            ?? limit * Self.usualTriggerPercent / 100
        let target = SetupCheck.whole(config["slidingWindow"]?["targetTokens"]).map(Int.init)
        compression = (trigger, target ?? trigger / 2)
    }

    mutating func hear(samples: Int) { heard += 3 * samples }
    mutating func speak(samples: Int) { spoken += 2 * samples }
    mutating func read(_ text: String) {
        read += (text.utf8.count + Self.bytesPerToken - 1) / Self.bytesPerToken
    }

    /// Tokens of a length of sound, rounded up.
    private static func tokens(_ length: Int) -> Int {
        (length * tokensPerSecond + 47_999) / 48_000
    }

    private var input: Int { Self.tokens(heard) + read }

    /// Whether the context has become too large for the model.
    var isOver: Bool { compression == nil && context + input > limit }

    /// The usage of the turn that ends now, in a service's format.
    mutating func complete(for backend: Access.Backend) -> JSONValue {
        if let compression, context + input > compression.trigger {
            context = compression.target
        }
        let prompt = context + input
        let response = Self.tokens(spoken)
        context = prompt + response
        (heard, spoken, read) = (0, 0, 0)
        let prefix = backend == .vertex ? "candidates" : "response"
        var usage = JSONObject()
        // Zeros are omitted, as in proto3's JSON.
        if prompt > 0 {
            usage["promptTokenCount"] = .int(Int64(prompt))
            usage["promptTokensDetails"] = details(prompt)
        }
        if response > 0 {
            usage["\(prefix)TokenCount"] = .int(Int64(response))
            usage["\(prefix)TokensDetails"] = details(response)
        }
        if context > 0 { usage["totalTokenCount"] = .int(Int64(context)) }
        if backend == .vertex { usage["trafficType"] = "ON_DEMAND" }
        return .object(usage)
    }

    private func details(_ count: Int) -> JSONValue {
        [["modality": "AUDIO", "tokenCount": .int(Int64(count))]]
    }
}
