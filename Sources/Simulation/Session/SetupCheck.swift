internal import WireCodec

/// A close that the service answers with.
struct Refusal: Equatable, Sendable {
    var code: UInt16
    var reason: String

    init(_ close: KnownClose) {
        code = close.code
        reason = close.reason
    }

    init(_ code: UInt16, _ reason: String) {
        self.code = code
        self.reason = reason
    }
}

/// Whether a model and a service accept a setup whose shape is valid.
///
/// The service's wording for what a model does not allow is known only for the modalities;
/// everything else gets its general one (live-protocol.md sections 2.1 to 2.5).
struct SetupCheck {
    /// More declarations than these in one tool are refused.
    private static let declarationLimit = 512
    /// The range of compression triggers that Vertex accepts (tokens).
    private static let vertexTriggerTokens: ClosedRange<Int64> = 5000...128_000

    let profile: ModelProfile
    let access: Access

    /// Why the setup is refused; nil if it is accepted.
    func refusal(of setup: JSONValue) -> Refusal? {
        let config = setup["generationConfig"]
        if let refused = modalities(config?["responseModalities"]?.array) { return refused }
        let isGood =
            thinking(config?["thinkingConfig"]) && speech(config?["speechConfig"])
            && temperature(config?["temperature"]) && affection(config?["enableAffectiveDialog"])
            && (config?["translationConfig"] == nil || profile.allowsTranslation)
            && (setup["avatarConfig"] == nil || profile.allowsAvatar)
            && proactivity(setup["proactivity"]) && tools(setup["tools"]?.array ?? [])
            && detection(setup["realtimeInputConfig"]?["automaticActivityDetection"])
            && compression(setup["contextWindowCompression"]) && labels(setup["labels"])
            && instruction(setup["systemInstruction"])
        return isGood ? nil : Refusal(.invalidArgument)
    }

    private func modalities(_ asked: [JSONValue]?) -> Refusal? {
        guard let asked, !asked.isEmpty else { return nil }
        let names = asked.compactMap(\.string)
        guard names.count == 1, profile.modalities.isSuperset(of: names) else {
            return Refusal(
                1007,
                "The requested combination of response modalities "
                    + "(\(names.joined(separator: ", "))) is not supported by the model")
        }
        return nil
    }

    private func thinking(_ config: JSONValue?) -> Bool {
        guard let config else { return true }
        switch profile.thinking {
        case .none: return false
        case .any: return true
        case .budget: return config["thinkingLevel"] == nil
        case .levels(let levels):
            guard config["thinkingBudget"] == nil else { return false }
            return config["thinkingLevel"]?.string.map(levels.contains) ?? true
        }
    }

    private func speech(_ config: JSONValue?) -> Bool {
        guard let name = config?["voiceConfig"]?["prebuiltVoiceConfig"]?["voiceName"]?.string
        else { return true }
        return Self.voices.contains(name)
    }

    private func temperature(_ value: JSONValue?) -> Bool {
        value?.double.map { $0 > 0 && $0 <= 2 } ?? true
    }

    private func affection(_ value: JSONValue?) -> Bool {
        guard value?.bool == true else { return true }
        return profile.allowsAffectiveDialog
            && (access.backend == .vertex || access.version == "v1alpha")
    }

    private func proactivity(_ config: JSONValue?) -> Bool {
        guard let config else { return true }
        let audio = config["proactiveAudio"]?.bool
        if config["proactiveVideo"]?.bool == true, audio != true { return false }
        switch profile.proactivity {
        case .any: return true
        case .unsupported: return false
        case .alwaysOn: return audio != false
        case .alphaOnly: return access.version == "v1alpha"
        }
    }

    /// Whether tools, in a setup or in an update of it, are accepted.
    func tools(_ tools: [JSONValue]) -> Bool {
        let declared = tools.flatMap { $0["functionDeclarations"]?.array ?? [] }
        if !profile.allowsSearchWithFunctions, !declared.isEmpty,
            tools.contains(where: { $0["googleSearch"] != nil })
        {
            return false
        }
        // In the schema, but not supported by the models.
        let unsupported = ["codeExecution", "urlContext", "googleMaps", "fileSearch"]
        return tools.allSatisfy { tool in
            (tool["functionDeclarations"]?.array?.count ?? 0) <= Self.declarationLimit
                && unsupported.allSatisfy { tool[$0] == nil }
        } && declared.allSatisfy(declaration)
            && Set(declared.compactMap { $0["name"]?.string }).count == declared.count
    }

    private func declaration(_ function: JSONValue) -> Bool {
        guard let name = function["name"]?.string, Self.isFunctionName(name),
            function["parameters"] == nil || function["parametersJsonSchema"] == nil
        else { return false }
        return function["behavior"]?.string.map(profile.behaviors.contains) ?? true
    }

    private static func isFunctionName(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard let first = bytes.first, bytes.count <= 128 else { return false }
        let isLetter = { (byte: UInt8) in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == 0x5F
        }
        return isLetter(first)
            && bytes.allSatisfy {
                isLetter($0) || (0x30...0x39).contains($0) || ".:-".utf8.contains($0)
            }
    }

    private func detection(_ config: JSONValue?) -> Bool {
        [config?["prefixPaddingMs"], config?["silenceDurationMs"]].allSatisfy {
            ($0?.int ?? 0) >= 0
        }
    }

    private func compression(_ config: JSONValue?) -> Bool {
        guard let config else { return true }
        let trigger = Self.whole(config["triggerTokens"])
        let target = Self.whole(config["slidingWindow"]?["targetTokens"])
        if let trigger {
            guard trigger > 0 else { return false }
            if access.backend == .vertex, !Self.vertexTriggerTokens.contains(trigger) {
                return false
            }
        }
        return target.map { $0 >= 0 && $0 < trigger ?? .max } ?? true
    }

    /// A 64-bit integer, which proto3's JSON may write as a string.
    static func whole(_ value: JSONValue?) -> Int64? {
        value?.int ?? value?.string.flatMap { Int64($0) }
    }

    private func labels(_ labels: JSONValue?) -> Bool {
        (labels?.object?.members ?? []).allSatisfy { label in
            let key = Array(label.key.utf8)
            guard let first = key.first, key.count <= 63,
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first), label.value.string != nil
            else { return false }
            return key.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                    || (0x30...0x39).contains($0) || "_-".utf8.contains($0)
            }
        }
    }

    private func instruction(_ content: JSONValue?) -> Bool {
        (content?["parts"]?.array ?? []).allSatisfy { $0["text"] != nil }
    }

    private static let voices: Set<String> = Set(
        """
        Zephyr Puck Charon Kore Fenrir Leda Orus Aoede Callirrhoe Autonoe Enceladus Iapetus \
        Umbriel Algieba Despina Erinome Algenib Rasalgethi Laomedeia Achernar Alnilam Schedar \
        Gacrux Pulcherrima Achird Zubenelgenubi Vindemiatrix Sadachbia Sadaltager Sulafat
        """.split(separator: " ").map(String.init))
}
