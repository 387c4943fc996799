internal import ModelTypes

/// What a setup must not ask for, though it has the right shape (live-protocol.md section 2).
enum SetupRules {
    /// The service's words for most of what it does not take.
    static let invalidArgument = "Request contains an invalid argument."

    /// Longer names are none (characters).
    private static let nameLimit = 128

    /// The reason text of the close that a setup deserves; nil when it is right.
    static func fault(in setup: JSONValue) -> String? {
        let generation = setup["generationConfig"]
        let modalities = (generation?["responseModalities"]?.array ?? []).compactMap(\.string)
        if !modalities.isEmpty, modalities != ["AUDIO"] {
            return "The requested combination of response modalities "
                + "(\(modalities.joined(separator: ", "))) is not supported by the model"
        }
        let isRight =
            isPossible(setup, for: setup["model"]?.string ?? "") && hasRightFunctions(setup)
            && hasRightCompression(setup["contextWindowCompression"])
        return isRight ? nil : invalidArgument
    }

    /// What some models allow and others do not (section 2.5).
    private static func isPossible(_ setup: JSONValue, for model: String) -> Bool {
        guard model == "models/gemini-3.8-live" else { return true }
        let generation = setup["generationConfig"]
        return generation?["thinkingConfig"] == nil
            && generation?["enableAffectiveDialog"] == nil
            && setup["proactivity"]?["proactiveAudio"]?.bool != false
    }

    private static func hasRightFunctions(_ setup: JSONValue) -> Bool {
        var names: Set<String> = []
        for tool in setup["tools"]?.array ?? [] {
            for function in tool["functionDeclarations"]?.array ?? [] {
                guard let name = function["name"]?.string, isName(name),
                    names.insert(name).inserted,
                    function["parameters"] == nil || function["parametersJsonSchema"] == nil
                else { return false }
            }
        }
        return true
    }

    private static func isName(_ name: String) -> Bool {
        func isLetter(_ scalar: Unicode.Scalar) -> Bool {
            ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
        }
        guard let first = name.unicodeScalars.first, isLetter(first) else { return false }
        return name.unicodeScalars.count <= nameLimit
            && name.unicodeScalars.allSatisfy { scalar in
                isLetter(scalar) || ("0"..."9").contains(scalar)
                    || ".:-".unicodeScalars.contains(scalar)
            }
    }

    private static func hasRightCompression(_ compression: JSONValue?) -> Bool {
        guard let trigger = compression?["triggerTokens"]?.wholeNumber,
            let target = compression?["slidingWindow"]?["targetTokens"]?.wholeNumber
        else { return true }
        return target < trigger
    }
}

extension JSONValue {
    /// A whole number, which may be written as a string as in all JSON of protocol buffers.
    fileprivate var wholeNumber: Int64? { int ?? string.flatMap { Int64($0) } }
}
