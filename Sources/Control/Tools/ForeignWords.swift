internal import Text
internal import WireCodec

/// Words of somebody else for the model: cut to a length, and what cannot be a keyword said.
package enum ForeignWords {
    /// A longer description of one part is cut (characters).
    private static let partLimit = 500
    /// A value of the schema that is longer is not repeated (characters).
    private static let valueLimit = 100
    /// Patterns of names beyond these are not said.
    private static let patternsLimit = 4

    private static let described = [
        ("format", "format"), ("pattern", "pattern"), ("default", "default"),
        ("multipleOf", "a multiple of"), ("exclusiveMinimum", "more than"),
        ("exclusiveMaximum", "less than"), ("not", "not"),
    ]

    /// What a part is said to be; nil when nothing is.
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
