internal import Text
internal import WireCodec

/// A third party's words for the model: cut to a length, with a description of unsupported
/// keywords.
package enum ForeignWords {
    /// A longer description of one part is cut (characters).
    private static let partLimit = 500
    /// A longer value of the schema is not repeated (characters).
    private static let valueLimit = 100
    /// The limit of name patterns in a description.
    private static let patternsLimit = 4

    private static let described = [
        ("format", "format"), ("pattern", "pattern"), ("default", "default"),
        ("multipleOf", "a multiple of"), ("exclusiveMinimum", "more than"),
        ("exclusiveMaximum", "less than"), ("not", "not"),
    ]

    /// The description of a part; nil when there is none.
    static func description(of members: JSONObject, schema: Schema) -> String? {
        var hints: [String] = []
        for (key, words) in described {
            guard let value = members[key], value != .null else { continue }
            let text = value.string ?? value.serialized
            if text.count <= valueLimit, !text.isEmpty { hints.append("\(words) \(text)") }
        }
        let patterns = (members["patternProperties"]?.object ?? [:]).map(\.key)
            .filter { !$0.isEmpty && $0.count <= valueLimit }
        if !patterns.isEmpty {
            hints.append(
                "names that match \(patterns.prefix(patternsLimit).joined(separator: ", "))")
        }
        let others = schema.choices.filter { $0.string == nil }
        if !others.isEmpty {
            let list = others.map(\.serialized).joined(separator: ", ")
            if list.count <= valueLimit { hints.append("one of \(list)") }
        }
        if schema.kind == .any { hints.append("any JSON value") }
        let own = members["description"]?.string.map { $0.oneLine(limit: partLimit) } ?? ""
        let parts = [own, hints.isEmpty ? "" : "(\(hints.joined(separator: "; ")))"]
        let whole = parts.filter { !$0.isEmpty }.joined(separator: " ")
        return whole.isEmpty ? nil : whole
    }
}
