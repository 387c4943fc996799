/// The tokens of one turn, as the service counts them.
///
/// The Developer API and Vertex name the answer's tokens differently; both are read.
package struct Usage: Sendable, Equatable {
    package var prompt: Int64
    package var cached: Int64
    package var response: Int64
    package var toolUse: Int64
    package var thoughts: Int64
    package var total: Int64
    /// The prompt's and the answer's tokens by modality, such as `AUDIO`.
    package var promptDetails: [Detail]
    package var responseDetails: [Detail]
    /// Those of the prompt that came out of the cache, and those of results of tools.
    package var cachedDetails: [Detail]
    package var toolUseDetails: [Detail]
    /// `serviceTier` of the Developer API or `trafficType` of Vertex, which price the tokens.
    package var tier: String?

    /// The tokens of one modality.
    package struct Detail: Sendable, Equatable {
        package var modality: String
        package var tokens: Int64
    }

    /// Reads `usageMetadata`; what is absent counts as 0, as the wire leaves out zeroes.
    package init(json: JSONValue) {
        func count(_ names: String...) -> Int64 {
            names.lazy.compactMap { Self.count(json[$0]) }.first ?? 0
        }
        prompt = count("promptTokenCount")
        cached = count("cachedContentTokenCount")
        response = count("responseTokenCount", "candidatesTokenCount")
        toolUse = count("toolUsePromptTokenCount")
        thoughts = count("thoughtsTokenCount")
        total = count("totalTokenCount")
        promptDetails = Self.details(json["promptTokensDetails"])
        responseDetails = Self.details(
            json["responseTokensDetails"] ?? json["candidatesTokensDetails"])
        cachedDetails = Self.details(json["cacheTokensDetails"])
        toolUseDetails = Self.details(json["toolUsePromptTokensDetails"])
        tier = json["serviceTier"]?.string ?? json["trafficType"]?.string
    }

    /// A count, which the wire may write as a string, as all 64-bit numbers; one below zero, which
    /// would give tokens back, is none.
    private static func count(_ json: JSONValue?) -> Int64? {
        (json?.int ?? json?.string.flatMap { Int64($0) }).map { max(0, $0) }
    }

    private static func details(_ json: JSONValue?) -> [Detail] {
        (json?.array ?? []).compactMap { entry in
            entry["modality"]?.string.map {
                Detail(modality: $0, tokens: count(entry["tokenCount"]) ?? 0)
            }
        }
    }
}
