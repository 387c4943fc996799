internal import ModelTypes

/// What a message of a client may look like, as the service checks it.
///
/// Names are compared in camelCase; snake_case is accepted as the service does.
indirect enum WireShape: Sendable {
    case object([String: WireShape])
    case list(WireShape)
    case text
    case whole
    case number
    case flag
    /// One of some names.
    case choice([String])
    /// Any object, such as a function's arguments.
    case anyObject
    case anything

    /// The reason text of the close that a value deserves; nil when it fits.
    func fault(in value: JSONValue, at path: String) -> String? {
        switch (self, value) {
        case (.object(let members), .object(let object)):
            for (name, member) in object {
                guard let shape = members[Self.camelCase(name)] else {
                    let place = path.isEmpty ? "" : " at '\(path)'"
                    return "Invalid JSON payload received. Unknown name \"\(name)\"\(place): "
                        + "Cannot find field."
                }
                let inner = path.isEmpty ? name : "\(path).\(name)"
                if let fault = shape.fault(in: member, at: inner) { return fault }
            }
            return nil
        case (.list(let shape), .array(let elements)):
            for (index, element) in elements.enumerated() {
                if let fault = shape.fault(in: element, at: "\(path)[\(index)]") { return fault }
            }
            return nil
        case (.text, .string), (.flag, .bool), (.anyObject, .object), (.anything, _), (_, .null):
            return nil
        case (.choice(let names), .string(let text)) where names.contains(text):
            return nil
        case (.whole, _) where value.int != nil, (.number, _) where value.double != nil:
            return nil
        case (.whole, .string(let text)) where Int64(text) != nil:
            return nil
        case (.object, _), (.list, _), (.text, _), (.whole, _), (.number, _), (.flag, _),
            (.choice, _), (.anyObject, _):
            return "Invalid value at '\(path)', \(value.serialized.prefix(40))"
        }
    }

    static func camelCase(_ name: String) -> String {
        let words = name.split(separator: "_")
        guard words.count > 1 else { return name }
        return String(words[0])
            + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }
            .joined()
    }

    /// Objects whose names are the client's own.
    private static let freeObjects: Set<String> = [
        "response", "parameters", "parametersJsonSchema", "labels",
    ]

    /// A value with the names of its objects in camelCase, but for free objects.
    static func normalized(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let object):
            return .object(
                JSONObject(
                    object.map { member in
                        let key = camelCase(member.key)
                        return (
                            key, freeObjects.contains(key) ? member.value : normalized(member.value)
                        )
                    }))
        case .array(let elements): return .array(elements.map(normalized))
        case .null, .bool, .int, .double, .string: return value
        }
    }
}

extension WireShape {
    private static let content = WireShape.object([
        "role": .choice(["user", "model", ""]),
        "parts": .list(.object(["text": .text, "inlineData": blob])),
    ])
    private static let blob = WireShape.object(["mimeType": .text, "data": .text])
    private static let empty = WireShape.object([:])

    private static let generationConfig = WireShape.object([
        "responseModalities": .list(.choice(["TEXT", "AUDIO", "IMAGE", "VIDEO"])),
        "temperature": .number, "topP": .number,
        "topK": .number, "maxOutputTokens": .whole, "candidateCount": .whole, "seed": .whole,
        "presencePenalty": .number, "frequencyPenalty": .number,
        "mediaResolution": .choice([
            "MEDIA_RESOLUTION_LOW", "MEDIA_RESOLUTION_MEDIUM", "MEDIA_RESOLUTION_HIGH",
        ]),
        "speechConfig": .object([
            "languageCode": .text,
            "voiceConfig": .object(["prebuiltVoiceConfig": .object(["voiceName": .text])]),
        ]),
        "thinkingConfig": .object([
            "includeThoughts": .flag, "thinkingBudget": .whole,
            "thinkingLevel": .choice(["MINIMAL", "LOW", "MEDIUM", "HIGH", "XHIGH"]),
        ]),
        "enableAffectiveDialog": .flag,
    ])

    private static let realtimeInputConfig = WireShape.object([
        "automaticActivityDetection": .object([
            "disabled": .flag,
            "startOfSpeechSensitivity": .choice(["START_SENSITIVITY_HIGH", "START_SENSITIVITY_LOW"]
            ), "endOfSpeechSensitivity": .choice(["END_SENSITIVITY_HIGH", "END_SENSITIVITY_LOW"]),
            "prefixPaddingMs": .whole, "silenceDurationMs": .whole,
        ]),
        "activityHandling": .choice(["START_OF_ACTIVITY_INTERRUPTS", "NO_INTERRUPTION"]),
        "turnCoverage": .choice([
            "TURN_INCLUDES_ONLY_ACTIVITY", "TURN_INCLUDES_ALL_INPUT",
            "TURN_INCLUDES_AUDIO_ACTIVITY_AND_ALL_VIDEO",
        ]),
    ])

    private static let transcription = WireShape.object([
        "languageCodes": .list(.text), "customVocabulary": .list(.text),
        "mode": .choice(["VERBATIM", "SMART"]),
        "wordTimestamp": .flag, "diarization": .flag,
    ])

    private static let setup = WireShape.object([
        "model": .text, "generationConfig": generationConfig, "systemInstruction": content,
        "tools": .list(
            .object([
                "functionDeclarations": .list(
                    .object([
                        "name": .text, "description": .text, "parameters": .anyObject,
                        "parametersJsonSchema": .anyObject,
                        "behavior": .choice(["BLOCKING", "NON_BLOCKING"]),
                        "response": .anyObject,
                    ])), "googleSearch": empty,
            ])),
        "realtimeInputConfig": realtimeInputConfig,
        // `transparent` is Vertex's alone.
        "sessionResumption": .object(["handle": .text]),
        "contextWindowCompression": .object([
            "triggerTokens": .whole, "slidingWindow": .object(["targetTokens": .whole]),
        ]),
        "inputAudioTranscription": transcription, "outputAudioTranscription": transcription,
        "proactivity": .object(["proactiveAudio": .flag, "proactiveVideo": .flag]),
        "historyConfig": .object(["initialHistoryInClientContent": .flag]),
        "safetySettings": .list(.object(["category": .text, "threshold": .text])),
        "labels": .anyObject,
    ])

    /// The client messages of live-protocol.md section 3.
    static let clientMessage = WireShape.object([
        "setup": setup,
        "clientContent": .object(["turns": .list(content), "turnComplete": .flag]),
        "realtimeInput": .object([
            "audio": blob, "video": blob, "text": .text, "audioStreamEnd": .flag,
            "activityStart": empty, "activityEnd": empty, "mediaChunks": .list(blob),
        ]),
        "toolResponse": .object([
            "functionResponses": .list(
                .object([
                    "id": .text, "name": .text, "response": .anyObject,
                    "scheduling": .choice(["SILENT", "WHEN_IDLE", "INTERRUPT"]),
                    "willContinue": .flag, "parts": .anything,
                ]))
        ]),
    ])
}
