internal import WireCodec

/// Which fields of a session's setup an ephemeral token determines, in the service's format.
///
/// live-protocol.md section 7 lists the three cases of Google's own libraries.
enum FieldMask {
    /// The mask's text; nil sends no mask, for a whole setup that is locked, or for no fields.
    static func text(_ setup: JSONObject?, _ lock: LockedFields) -> String? {
        let given = setup.map { paths($0) } ?? []
        let mask: [String]
        switch lock {
        case .everything: return nil
        case .given: mask = given
        case .givenAnd(let names):
            mask = names.map(path).reduce(into: given) { mask, path in
                if !mask.contains(path) { mask.append(path) }
            }
        }
        return mask.isEmpty ? nil : mask.joined(separator: ",")
    }

    /// The fields that a setup has, two levels deep, which is as deep as the service looks.
    private static func paths(_ setup: JSONObject) -> [String] {
        setup.flatMap { name, value in
            guard let inner = value.object, !inner.isEmpty else { return [name] }
            return inner.names.map { "\(name).\($0)" }
        }
    }

    private static func path(_ name: String) -> String {
        generationFields.contains(name) || generationFields.contains(snakeCase(name))
            ? "generationConfig.\(name)" : name
    }

    private static func snakeCase(_ name: String) -> String {
        name.reduce(into: "") { text, letter in
            text += letter.isUppercase ? "_\(letter.lowercased())" : String(letter)
        }
    }

    /// The fields of `generationConfig` in a setup (live-protocol.md 2.2), in Python's spelling.
    private static let generationFields: Set<String> = [
        "audio_timestamp", "candidate_count", "enable_affective_dialog", "frequency_penalty",
        "logprobs", "max_output_tokens", "media_resolution", "presence_penalty",
        "response_json_schema", "response_logprobs", "response_mime_type", "response_modalities",
        "response_schema", "routing_config", "seed", "speech_config", "stop_sequences",
        "temperature", "thinking_config", "top_k", "top_p", "translation_config",
    ]
}
