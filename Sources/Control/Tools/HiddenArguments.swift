internal import WireCodec

/// Arguments in the form that a log may hold: secrets hidden, long texts shortened.
enum HiddenArguments {
    /// Longer texts are cut (characters).
    private static let textLimit = 200
    /// Further members and items are left out.
    private static let countLimit = 32
    /// Deeper values are left out.
    private static let depthLimit = 4
    /// Names that hold secrets, whatever the declaration says.
    private static let usual: Set<String> = [
        "password", "passwort", "passphrase", "pin", "code", "secret", "token", "api_key", "key",
    ]

    /// The names of a tool's arguments that hold secrets, in lower case.
    static func names(_ terms: ToolTerms?) -> Set<String> {
        usual.union((terms?.secrets ?? []).map { $0.lowercased() })
    }

    /// Whether an argument of this name is among those.
    static func isHidden(_ name: String, _ names: Set<String>) -> Bool {
        names.contains(name.lowercased())
    }

    static func hide(_ arguments: JSONValue, named names: Set<String>) -> JSONValue {
        hide(arguments, names, depth: 0)
    }

    /// The values under such names, at any depth.
    static func values(of arguments: JSONValue, named names: Set<String>) -> [Secret] {
        switch arguments {
        case .null, .bool, .int, .double, .string: return []
        case .array(let values): return values.flatMap { self.values(of: $0, named: names) }
        case .object(let members):
            return members.flatMap { name, value in
                isHidden(name, names) ? texts(of: value) : values(of: value, named: names)
            }
        }
    }

    private static func texts(of value: JSONValue) -> [Secret] {
        switch value {
        case .null, .bool: []
        case .int, .double: [Secret(value.serialized)]
        case .string(let text): [Secret(text)]
        case .array(let values): values.flatMap(texts)
        case .object(let members): members.flatMap { texts(of: $0.value) }
        }
    }

    private static func hide(_ value: JSONValue, _ names: Set<String>, depth: Int) -> JSONValue {
        switch value {
        case .null, .bool, .int, .double: return value
        case .string(let text):
            return text.utf8.count <= textLimit ? value : .string(text.prefix(textLimit) + "…")
        case .array(let values):
            guard depth < depthLimit else { return "…" }
            return .array(
                values.prefix(countLimit).map { hide($0, names, depth: depth + 1) })
        case .object(let members):
            guard depth < depthLimit else { return "…" }
            return .object(
                JSONObject(
                    members.members.prefix(countLimit).map { name, value in
                        isHidden(name, names)
                            ? (name, "(hidden)")
                            : (String(name.prefix(textLimit)), hide(value, names, depth: depth + 1))
                    }))
        }
    }
}
