internal import WireCodec

/// Answers in the service's format: `output` for a result, `error` for a failure.
enum ToolAnswer {
    static func output(_ value: JSONValue, limitBytes: Int) -> JSONValue {
        let size = value.serialized.utf8.count
        guard size > limitBytes else { return .object(["output": value]) }
        guard case .string(let text) = value else {
            return error("it was done, but its result of \(size) bytes is too long to be given")
        }
        return .object(["output": .string(cut(text, limitBytes)), "truncated": .bool(true)])
    }

    static func error(_ text: String, limitBytes: Int = .max) -> JSONValue {
        let isLong = text.utf8.count > limitBytes
        return .object(["error": .string(isLong ? cut(text, limitBytes) + "…" : text)])
    }

    /// The beginning of a text, in whole characters.
    private static func cut(_ text: String, _ limitBytes: Int) -> String {
        var bytes = 0
        let end = text.firstIndex { character in
            bytes += character.utf8.count
            return bytes > limitBytes
        }
        return String(text[..<(end ?? text.endIndex)])
    }
}
