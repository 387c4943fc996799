internal import Curl
internal import Tools
internal import WireCodec

/// A server's answer, as the model gets it.
struct WebAnswer {
    /// How much of an error answer is reported (characters).
    private static let excerptLimit = 300
    /// How much of it is read for that (bytes).
    private static let excerptBytes = 16 * 1024
    private static let blanks: Set<Character> = [" ", "\t", "\n", "\r", "\r\n"]

    let response: HTTPResponse
    /// What must not be disclosed.
    let hidden: HiddenSecrets

    /// The answer itself, or the value at a place in it.
    func result(_ place: JSONPlace?) throws(ToolFailure) -> JSONValue {
        guard !response.body.isEmpty else {
            // A model repeats a call that returns nothing.
            guard place == nil else { throw ToolFailure("it was done, but the answer is empty") }
            return .string("done; the server answered \(response.status) and nothing else")
        }
        if let place { return try picked(place) }
        if kind.hasSuffix("json"), let value = try? JSONValue(parsing: response.body) {
            return hidden.hide(in: value)
        }
        guard let text = Self.text(response.body, kind) else {
            return .string(
                "done; the server answered \(response.body.count) bytes of "
                    + "\(kind.isEmpty ? "data" : String(kind.prefix(64))), which is no text")
        }
        return .string(hidden.hide(in: text))
    }

    /// Why there is no result, for a status of 300 or more.
    var failure: ToolFailure {
        let words = excerpt
        return ToolFailure(
            "the server answered with status \(response.status)"
                + (words.isEmpty ? "" : ": \(words)"))
    }

    private func picked(_ place: JSONPlace) throws(ToolFailure) -> JSONValue {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: response.body)
        } catch {
            throw ToolFailure("it was done, but the answer is no JSON (\(error)): \(excerpt)")
        }
        guard let picked = place.pick(from: value) else {
            throw ToolFailure(
                "it was done, but the answer has nothing at \"\(place.text)\": \(excerpt)")
        }
        return hidden.hide(in: picked)
    }

    /// The content type alone, in lower case.
    private var kind: String {
        (response.head["content-type"] ?? "").prefix { $0 != ";" }.lowercased()
            .filter { !Self.blanks.contains($0) }
    }

    /// The beginning of the answer on one line.
    private var excerpt: String {
        guard let text = Self.text(Array(response.body.prefix(Self.excerptBytes)), kind) else {
            return ""
        }
        let plain = kind == "text/html" ? Self.withoutTags(text) : text
        let line = plain.split { Self.blanks.contains($0) || $0.isNewline }.joined(separator: " ")
        // Hidden before it is cut, since half a secret is still a secret.
        let safe = hidden.hide(in: line)
        return safe.count > Self.excerptLimit ? safe.prefix(Self.excerptLimit) + "…" : safe
    }

    private static func withoutTags(_ text: String) -> String {
        var isTag = false
        return String(
            text.map { character in
                if character == "<" { isTag = true }
                defer { if character == ">" { isTag = false } }
                return isTag ? " " : character
            })
    }

    /// The bytes as text; nil when they are something else.
    private static func text(_ bytes: [UInt8], _ kind: String) -> String? {
        guard !bytes.contains(0) else { return nil }
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        guard kind.hasPrefix("text/") || kind.hasSuffix("xml") else {
            // The end of an excerpt may be in the middle of a character.
            let text = String(decoding: bytes, as: UTF8.self)
            return kind.hasSuffix("json") ? text : nil
        }
        // Old devices send Latin-1, in which every byte is a character.
        return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    }
}
