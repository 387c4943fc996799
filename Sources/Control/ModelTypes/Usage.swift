package import WireCodec

/// The tokens of one run of the model, as the service counts them.
///
/// A turn may have several: a run that calls a function is counted apart from the one that speaks
/// of its result, and each pays for the whole context. So they are added up, which errs on the
/// careful side if a service should tell sums instead. Every count is in 0...`limit`.
///
/// The Developer API and Vertex name the answer's tokens differently; both are read.
package struct Usage: Sendable, Equatable {
    /// More is no count (2^53): what every reader of JSON can hold, and more than anybody pays for.
    package static let limit: Int64 = 1 << 53

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

    /// Reads `usageMetadata`; what is absent counts as 0, as the wire leaves out zeroes, and a total
    /// that is absent is the sum of its parts.
    package init(json: JSONValue) {
        func count(_ names: String...) -> Int64 {
            names.lazy.compactMap { Self.count(json[$0]) }.first ?? 0
        }
        prompt = count("promptTokenCount")
        cached = count("cachedContentTokenCount")
        response = count("responseTokenCount", "candidatesTokenCount")
        toolUse = count("toolUsePromptTokenCount")
        thoughts = count("thoughtsTokenCount")
        let parts = prompt + response + toolUse + thoughts
        total = Self.count(json["totalTokenCount"]) ?? min(parts, Self.limit)
        promptDetails = Self.details(json["promptTokensDetails"])
        responseDetails = Self.details(
            json["responseTokensDetails"]?.array == nil
                ? json["candidatesTokensDetails"] : json["responseTokensDetails"])
        cachedDetails = Self.details(json["cacheTokensDetails"])
        toolUseDetails = Self.details(json["toolUsePromptTokensDetails"])
        tier = json["serviceTier"]?.string ?? json["trafficType"]?.string
    }

    /// A count within its range; nil for anything but a number.
    ///
    /// The wire may write 64-bit numbers as strings.
    private static func count(_ json: JSONValue?) -> Int64? {
        if let whole = json?.int ?? json?.string.flatMap({ Int64($0) }) {
            return min(max(0, whole), limit)
        }
        guard let number = json?.double ?? json?.string.flatMap({ Double($0) }), !number.isNaN
        else { return nil }
        return Int64(min(max(0, number), Double(limit)))
    }

    private static func details(_ json: JSONValue?) -> [Detail] {
        (json?.array ?? []).compactMap { entry in
            entry["modality"]?.string.map {
                Detail(modality: $0, tokens: count(entry["tokenCount"]) ?? 0)
            }
        }
    }
}
