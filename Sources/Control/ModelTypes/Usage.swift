package import WireCodec

/// The tokens of one run of the model, as counted by the service.
///
/// A turn may have several: a run that calls a function is counted separately from the one that
/// speaks about its result, and each pays for the whole context. So they are added up, which errs
/// on the safe side if a service reports sums instead. Every count is in 0...`limit`.
///
/// The Developer API and Vertex name the answer's tokens differently; both are read.
package struct Usage: Sendable, Equatable {
    /// The greatest count (2^53): every JSON reader can hold it, and nobody pays for more.
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
    /// The tokens of the prompt that came from the cache, and those of tool results.
    package var cachedDetails: [Detail]
    package var toolUseDetails: [Detail]
    /// `serviceTier` of the Developer API or `trafficType` of Vertex, which determine the price.
    package var tier: String?

    /// The tokens of one modality.
    package struct Detail: Sendable, Equatable {
        package var modality: String
        package var tokens: Int64
    }

    /// Reads `usageMetadata`; an absent count is 0, because the wire leaves out zeroes, and an
    /// absent total is the sum of its parts.
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
