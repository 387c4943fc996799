extension WireShape {
    /// The client messages of live-protocol.md section 3, as each of the two services accepts them.
    static func clientMessage(for backend: Access.Backend) -> WireShape {
        switch backend {
        case .developer: developerMessage
        case .vertex: vertexMessage
        }
    }

    private static let developerMessage = message(isVertex: false)
    private static let vertexMessage = message(isVertex: true)

    private static let empty = WireShape.object([:])
    private static let blob = WireShape.object(["mimeType": .text, "data": .text])
    private static let part = WireShape.object([
        "text": .text, "inlineData": blob, "thought": .flag,
        "fileData": .object(["mimeType": .text, "fileUri": .text]),
    ])
    private static let content = WireShape.object([
        "role": .choice(["user", "model", "system", ""]), "parts": .list(part),
    ])

    private static func message(isVertex: Bool) -> WireShape {
        var response: [String: WireShape] = [
            "id": .text, "name": .text, "response": .anyObject,
            "scheduling": .choice([
                "SCHEDULING_UNSPECIFIED", "SILENT", "WHEN_IDLE", "INTERRUPT",
            ]),
            "parts": .list(part),
        ]
        // Vertex does not support answers in parts (section 3.3).
        if !isVertex { response["willContinue"] = .flag }
        let tools = WireShape.list(tool(isVertex: isVertex))
        return .object([
            "setup": setup(isVertex: isVertex),
            "clientContent": .object(["turns": .list(content), "turnComplete": .flag]),
            "realtimeInput": .object([
                "audio": blob, "video": blob, "text": .text, "audioStreamEnd": .flag,
                "activityStart": empty, "activityEnd": empty, "mediaChunks": .list(blob),
            ]),
            "toolResponse": .object(["functionResponses": .list(.object(response))]),
            "contextUpdate": .object([
                "systemInstruction": content, "tools": .object(["tools": tools]),
            ]),
        ])
    }

    private static func setup(isVertex: Bool) -> WireShape {
        var members: [String: WireShape] = [
            "model": .text, "generationConfig": generationConfig(isVertex: isVertex),
            "systemInstruction": content, "tools": .list(tool(isVertex: isVertex)),
            "realtimeInputConfig": realtimeInputConfig,
            "sessionResumption": .object(
                isVertex ? ["handle": .text, "transparent": .flag] : ["handle": .text]),
            "contextWindowCompression": .object([
                "triggerTokens": .whole, "slidingWindow": .object(["targetTokens": .whole]),
            ]),
            "inputAudioTranscription": transcription, "outputAudioTranscription": transcription,
            "proactivity": .object(["proactiveAudio": .flag, "proactiveVideo": .flag]),
            "historyConfig": .object(["initialHistoryInClientContent": .flag]),
            "avatarConfig": .object([
                "avatarName": .text, "audioBitrateBps": .whole, "videoBitrateBps": .whole,
                "customizedAvatar": .object(["imageMimeType": .text, "imageData": .text]),
            ]),
            "safetySettings": .list(
                .object(
                    isVertex
                        ? ["category": .text, "threshold": .text, "method": .text]
                        : ["category": .text, "threshold": .text])),
            "labels": .anyObject,
        ]
        if isVertex { members["explicitVadSignal"] = .flag }
        return .object(members)
    }

    private static func generationConfig(isVertex: Bool) -> WireShape {
        var replicated: [String: WireShape] = ["mimeType": .text, "voiceSampleAudio": .text]
        if !isVertex {
            replicated["consentAudio"] = .text
            replicated["voiceConsentSignature"] = .object(["signature": .text])
        }
        return .object([
            "responseModalities": .list(.choice(["TEXT", "AUDIO", "IMAGE", "VIDEO"])),
            "temperature": .number, "topP": .number, "topK": .number, "maxOutputTokens": .whole,
            "candidateCount": .whole, "seed": .whole, "presencePenalty": .number,
            "frequencyPenalty": .number,
            "mediaResolution": .choice([
                "MEDIA_RESOLUTION_UNSPECIFIED", "MEDIA_RESOLUTION_LOW", "MEDIA_RESOLUTION_MEDIUM",
                "MEDIA_RESOLUTION_HIGH",
            ]),
            "speechConfig": .object([
                "languageCode": .text,
                "voiceConfig": .object([
                    "prebuiltVoiceConfig": .object(["voiceName": .text]), "voice": .text,
                    "replicatedVoiceConfig": .object(replicated),
                ]),
            ]),
            "thinkingConfig": .object([
                "includeThoughts": .flag, "thinkingBudget": .whole,
                "thinkingLevel": .choice([
                    "THINKING_LEVEL_UNSPECIFIED", "MINIMAL", "LOW", "MEDIUM", "HIGH", "XHIGH",
                ]),
            ]),
            "enableAffectiveDialog": .flag,
            "translationConfig": .object([
                "targetLanguageCode": .text, "echoTargetLanguage": .flag,
            ]),
        ])
    }

    private static let realtimeInputConfig = WireShape.object([
        "automaticActivityDetection": .object([
            "disabled": .flag,
            "startOfSpeechSensitivity": .choice([
                "START_SENSITIVITY_UNSPECIFIED", "START_SENSITIVITY_HIGH", "START_SENSITIVITY_LOW",
            ]),
            "endOfSpeechSensitivity": .choice([
                "END_SENSITIVITY_UNSPECIFIED", "END_SENSITIVITY_HIGH", "END_SENSITIVITY_LOW",
            ]),
            "prefixPaddingMs": .whole, "silenceDurationMs": .whole,
        ]),
        "activityHandling": .choice([
            "ACTIVITY_HANDLING_UNSPECIFIED", "START_OF_ACTIVITY_INTERRUPTS", "NO_INTERRUPTION",
        ]),
        "turnCoverage": .choice([
            "TURN_COVERAGE_UNSPECIFIED", "TURN_INCLUDES_ONLY_ACTIVITY", "TURN_INCLUDES_ALL_INPUT",
            "TURN_INCLUDES_AUDIO_ACTIVITY_AND_ALL_VIDEO",
        ]),
        "interimTranscriptTimestampEnabled": .flag,
    ])

    private static let transcription = WireShape.object([
        "languageCodes": .list(.text), "customVocabulary": .list(.text),
        "mode": .choice(["VERBATIM", "SMART"]), "wordTimestamp": .flag, "diarization": .flag,
        "sourceText": .text, "languageAuto": empty,
        "languageHints": .object(["languageCodes": .list(.text)]),
        "adaptationPhrases": .list(.text),
    ])

    private static func tool(isVertex: Bool) -> WireShape {
        let timeRange = WireShape.object(["startTime": .text, "endTime": .text])
        var search: [String: WireShape] = [
            "searchTypes": .object(["webSearch": empty, "imageSearch": empty]),
            "timeRangeFilter": timeRange,
        ]
        if isVertex {
            search["excludeDomains"] = .list(.text)
            search["blockingConfidence"] = .text
        }
        var members: [String: WireShape] = [
            "functionDeclarations": .list(
                .object([
                    "name": .text, "description": .text, "parameters": .anyObject,
                    "parametersJsonSchema": .anyObject, "response": .anyObject,
                    "responseJsonSchema": .anyObject,
                    "behavior": .choice(["UNSPECIFIED", "BLOCKING", "NON_BLOCKING"]),
                ])),
            "googleSearch": .object(search), "codeExecution": empty, "urlContext": empty,
            "googleMaps": .anyObject, "fileSearch": .anyObject, "computerUse": .anyObject,
            "googleSearchRetrieval": .anyObject,
            "mcpServers": .list(
                .object([
                    "name": .text,
                    "streamableHttpTransport": .object([
                        "url": .text, "headers": .anyObject, "timeout": .duration,
                        "sseReadTimeout": .duration, "terminateOnClose": .flag,
                    ]),
                ])),
        ]
        if isVertex {
            for name in [
                "retrieval", "enterpriseWebSearch", "parallelAiSearch", "exaAiSearch",
            ] {
                members[name] = .anyObject
            }
        }
        return .object(members)
    }
}
