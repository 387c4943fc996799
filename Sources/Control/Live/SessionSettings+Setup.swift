package import ModelTypes
package import WireCodec

// The setup message in the wire format.

extension SessionSettings {
    /// The setup message; `handle` resumes a session, `history` is given to a fresh one.
    ///
    /// Where the model takes history as client content, the setup announces it and `history` is
    /// sent after it; otherwise it becomes a paragraph of the instruction.
    package func setup(handle: String?, history: [Content] = []) -> JSONValue {
        var setup: JSONObject = [
            "model": .string(endpoint.modelPath(model)),
            "generationConfig": .object(generation),
            "realtimeInputConfig": realtimeInput,
        ]
        var instruction = systemInstruction.map { [$0] } ?? []
        if !history.isEmpty {
            switch profile.reseed {
            case .history: setup["historyConfig"] = ["initialHistoryInClientContent": true]
            case .instruction: instruction.append(Self.summary(of: history))
            }
        }
        if !instruction.isEmpty {
            setup["systemInstruction"] =
                Content(role: .user, parts: instruction.map { .text($0) }).json
        }
        setup["tools"] = toolsJSON
        if isResumable {
            var resumption: JSONObject = [:]
            resumption["handle"] = handle.map { .string($0) }
            if endpoint.isVertex { resumption["transparent"] = true }
            setup["sessionResumption"] = .object(resumption)
        }
        setup["contextWindowCompression"] = sentCompression.map {
            [
                "triggerTokens": .int(Int64($0.triggerTokens)),
                "slidingWindow": ["targetTokens": .int(Int64($0.targetTokens))],
            ]
        }
        setup["inputAudioTranscription"] = inputTranscription.map(\.json)
        setup["outputAudioTranscription"] = outputTranscription.map(\.json)
        if proactiveAudio == true, isAllowed(profile.proactiveAudio) {
            var proactivity: JSONObject = ["proactiveAudio": true]
            if proactiveVideo { proactivity["proactiveVideo"] = true }
            setup["proactivity"] = .object(proactivity)
        }
        if !safety.isEmpty {
            setup["safetySettings"] = .array(
                safety.map {
                    ["category": .string($0.category), "threshold": .string($0.threshold)]
                })
        }
        let sentLabels = labels.filter { Self.isLabel($0.name) }
        if !sentLabels.isEmpty {
            setup["labels"] = .object(JSONObject(sentLabels.map { ($0.name, .string($0.value)) }))
        }
        return ["setup": .object(setup)]
    }

    /// Whether the history is sent as client content.
    var sendsHistory: Bool { profile.reseed == .history }

    private static func summary(of history: [Content]) -> String {
        let lines = history.map { content in
            let words = content.parts.compactMap { part in
                if case .text(let text) = part { text } else { nil }
            }
            return "\(content.role == .user ? "User" : "You"): \(words.joined(separator: " "))"
        }
        return "Earlier in this conversation, which goes on now:\n"
            + lines.joined(separator: "\n")
    }

    private var generation: JSONObject {
        var generation: JSONObject = ["responseModalities": ["AUDIO"]]
        var speech: JSONObject = [:]
        if let replicatedVoice {
            speech["voiceConfig"] = [
                "replicatedVoiceConfig": replicatedVoice.json(isVertex: endpoint.isVertex)
            ]
        } else if let sentVoice {
            speech["voiceConfig"] = ["prebuiltVoiceConfig": ["voiceName": .string(sentVoice)]]
        }
        speech["languageCode"] = sentLanguage.map { .string($0) }
        if !speech.isEmpty { generation["speechConfig"] = .object(speech) }
        generation["thinkingConfig"] = thinking
        generation["temperature"] = temperature.map { .double($0) }
        generation["topP"] = topP.map { .double($0) }
        generation["topK"] = topK.map { .double($0) }
        generation["seed"] = seed.map { .int(Int64($0)) }
        generation["maxOutputTokens"] = maximumOutputTokens.map { .int(Int64($0)) }
        generation["mediaResolution"] = mediaResolution.map { .string($0) }
        if affectiveDialog, isAllowed(profile.affectiveDialog) {
            generation["enableAffectiveDialog"] = true
        }
        if let translationTarget, profile.translates {
            generation["translationConfig"] = [
                "targetLanguageCode": .string(translationTarget),
                "echoTargetLanguage": .bool(echoesTarget),
            ]
        }
        return generation
    }

    private var thinking: JSONValue? {
        var thinking: JSONObject = [:]
        switch profile.thinking {
        case .fixed: return nil
        case .levels(let levels, let required):
            let level = thinkingLevel.flatMap { levels.contains($0) ? $0 : nil } ?? required
            thinking["thinkingLevel"] = level.map { .string($0) }
        case .budget:
            thinking["thinkingBudget"] = thinkingBudget.map { .int(Int64($0)) }
        }
        return thinking.isEmpty ? Optional<JSONValue>.none : .object(thinking)
    }

    private var toolsJSON: JSONValue? {
        var groups: [JSONValue] = []
        if !tools.isEmpty {
            groups.append(["functionDeclarations": .array(tools.map { allowed($0).json })])
        }
        if searches, maySearch { groups.append(["googleSearch": [:]]) }
        return groups.isEmpty ? Optional<JSONValue>.none : .array(groups)
    }

    /// A declaration without what the model would refuse.
    func allowed(_ tool: FunctionDeclaration) -> FunctionDeclaration {
        var tool = tool
        switch profile.calls {
        case .blockingOnly, .nonBlockingOnly: tool.behavior = nil
        case .either: break
        }
        return tool
    }

    /// An answer without what the model or the service would refuse.
    ///
    /// Vertex did not know scheduling for a long time and closed on it (live-protocol.md 3.3).
    func answer(_ response: FunctionResponse) -> FunctionResponse {
        let behavior = tools.first { $0.name == response.name }?.behavior
        let isUnderstood = !endpoint.isVertex && profile.calls.allowsScheduling(behavior)
        return isUnderstood ? response : response.plain
    }

    private var realtimeInput: JSONValue {
        var detection: JSONObject = [:]
        switch activity {
        case .manual:
            detection["disabled"] = true
        case .automatic(let wanted):
            detection["disabled"] = false
            detection["startOfSpeechSensitivity"] = wanted.startSensitivity.map { .string($0) }
            detection["endOfSpeechSensitivity"] = wanted.endSensitivity.map { .string($0) }
            detection["prefixPaddingMs"] = wanted.prefixPaddingMilliseconds.map { .int(Int64($0)) }
            detection["silenceDurationMs"] = wanted.silenceDurationMilliseconds.map {
                .int(Int64($0))
            }
        }
        var input: JSONObject = ["automaticActivityDetection": .object(detection)]
        input["activityHandling"] = activityHandling.map { .string($0) }
        input["turnCoverage"] = turnCoverage.map { .string($0) }
        return .object(input)
    }
}

extension SessionSettings.Transcription {
    fileprivate var json: JSONValue {
        var json: JSONObject = [:]
        if !languages.isEmpty { json["languageCodes"] = .array(languages.map { .string($0) }) }
        if !vocabulary.isEmpty {
            json["customVocabulary"] = .array(vocabulary.map { .string($0) })
        }
        return .object(json)
    }
}

extension SessionSettings.ReplicatedVoice {
    fileprivate func json(isVertex: Bool) -> JSONValue {
        var json: JSONObject = ["mimeType": "audio/wav", "voiceSampleAudio": Self.text(sample)]
        if !isVertex { json["consentAudio"] = consent.map(Self.text) }
        return .object(json)
    }

    private static func text(_ bytes: [UInt8]) -> JSONValue {
        var text: [UInt8] = []
        Base64.append(bytes, to: &text)
        return .string(String(decoding: text, as: UTF8.self))
    }
}
