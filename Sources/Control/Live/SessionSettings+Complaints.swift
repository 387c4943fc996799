// Settings that are not sent because the model or the service would refuse them.

extension SessionSettings {
    /// The settings that are not sent, one line each, with the reason.
    package var complaints: [String] {
        thinkingComplaints + voiceComplaints + optionComplaints + windowComplaints
    }

    private var name: String {
        profile.name == "unknown" ? "the unknown model '\(model)'" : profile.name
    }

    private var thinkingComplaints: [String] {
        switch profile.thinking {
        case .fixed:
            let isAsked = thinkingLevel != nil || thinkingBudget != nil
            return isAsked ? ["\(name) has no thinking setting"] : []
        case .levels(let levels, _):
            var lines: [String] = []
            if let thinkingLevel, !levels.contains(thinkingLevel) {
                lines.append(
                    "\(name) does not know the thinking level \(thinkingLevel); it knows "
                        + levels.joined(separator: ", "))
            }
            if thinkingBudget != nil { lines.append("\(name) takes a thinking level, no budget") }
            return lines
        case .budget:
            return thinkingLevel != nil ? ["\(name) takes a thinking budget, no level"] : []
        }
    }

    private var voiceComplaints: [String] {
        var lines: [String] = []
        if let voice, !Voices.prebuilt.contains(voice) {
            let meant = Voices.prebuilt.first { $0.lowercased() == voice.lowercased() }
            lines.append(
                "there is no voice '\(voice)'"
                    + (meant.map { "; did you mean '\($0)'?" }
                        ?? "; the voices are: \(Voices.prebuilt.joined(separator: ", "))"))
        }
        if let language, sentLanguage == nil {
            lines.append(
                "\(name) chooses the language itself, so '\(language)' is not sent; put it in the "
                    + "system instruction")
        }
        if translationTarget != nil, !profile.translates {
            lines.append("\(name) has no translation setting; put it in the instruction")
        }
        return lines
    }

    private var optionComplaints: [String] {
        var lines: [String] = []
        if let proactiveAudio, proactiveAudio != isProactive {
            lines.append(
                profile.proactiveAudio == .alwaysOn
                    ? "\(name) is always proactive"
                    : unavailable(profile.proactiveAudio, "proactive audio"))
        }
        if affectiveDialog, !isAllowed(profile.affectiveDialog) {
            lines.append(unavailable(profile.affectiveDialog, "affective dialog"))
        }
        if searches, !maySearch {
            lines.append("\(name) cannot search and call functions in one session")
        }
        for label in labels where !Self.isLabel(label.name) {
            lines.append(
                "the label '\(label.name)' is not sent: a letter first, then at most 62 of a-z, "
                    + "0-9, _ and -")
        }
        return lines
    }

    private var windowComplaints: [String] {
        guard let compression else { return [] }
        if compression.targetTokens >= compression.triggerTokens {
            return ["the compression's target is not less than its trigger; half of it is sent"]
        }
        if endpoint.isVertex, !Self.vertexTrigger.contains(compression.triggerTokens) {
            return ["Vertex takes a trigger of 5000 to 128000 tokens; the nearest is sent"]
        }
        return []
    }

    private func unavailable(_ option: ModelProfile.Option, _ what: String) -> String {
        guard case .optIn(let version) = option else { return "\(profile.name) has no \(what)" }
        return "\(what) of \(profile.name) needs api_version \"\(version)\""
    }

    /// Whether the model itself decides what it answers.
    package var isProactive: Bool {
        profile.proactiveAudio == .alwaysOn
            || (proactiveAudio == true && isAllowed(profile.proactiveAudio))
    }
}

// The part of the settings that is sent.

extension SessionSettings {
    /// The range that Vertex accepts as the compression's trigger (tokens).
    private static let vertexTrigger = 5_000...128_000

    func isAllowed(_ option: ModelProfile.Option) -> Bool {
        if case .optIn(let version) = option { endpoint.version == version } else { false }
    }

    /// The voice, if there is one of that name: an unknown one ends the setup.
    var sentVoice: String? { voice.flatMap { Voices.prebuilt.contains($0) ? $0 : nil } }

    var sentLanguage: String? { endpoint.isVertex ? language : nil }

    var maySearch: Bool { profile.searchesWithFunctions || tools.isEmpty }

    /// The compression, clamped to the service's limits.
    var sentCompression: Compression? {
        compression.map { wish in
            var sent = wish
            if endpoint.isVertex {
                let range = Self.vertexTrigger
                sent.triggerTokens = min(
                    max(wish.triggerTokens, range.lowerBound), range.upperBound)
            }
            if sent.targetTokens >= sent.triggerTokens {
                sent.targetTokens = sent.triggerTokens / 2
            }
            return sent
        }
    }

    /// Whether the service takes a label of that name (live-protocol.md section 2.1).
    static func isLabel(_ name: String) -> Bool {
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        guard let first = name.utf8.first, letters.contains(first), name.utf8.count <= 63 else {
            return false
        }
        return name.utf8.allSatisfy {
            letters.contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
        }
    }
}

/// The service's voices (live-protocol.md section 2.2), case-sensitive.
package enum Voices {
    package static let prebuilt = """
        Zephyr Puck Charon Kore Fenrir Leda Orus Aoede Callirrhoe Autonoe Enceladus Iapetus \
        Umbriel Algieba Despina Erinome Algenib Rasalgethi Laomedeia Achernar Alnilam Schedar \
        Gacrux Pulcherrima Achird Zubenelgenubi Vindemiatrix Sadachbia Sadaltager Sulafat
        """.split(separator: " ").map(String.init)
}
