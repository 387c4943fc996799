internal import ModelTypes

/// Arguments as a log may hold them: secrets hidden, long texts shortened.
enum HiddenArguments {
    /// Longer texts are cut (characters).
    private static let textLimit = 200
    /// More members and items than this are left out.
    private static let countLimit = 32
    /// What lies deeper is left out.
    private static let depthLimit = 4
    /// Names that hold secrets whatever the declaration says.
    private static let usual: Set<String> = [
        "password", "passwort", "passphrase", "pin", "code", "secret", "token", "api_key", "key",
    ]

    static func hide(_ arguments: JSONValue, named names: Set<String>) -> JSONValue {
        hide(arguments, names.union(usual), depth: 0)
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
                        names.contains(name.lowercased()) || names.contains(name)
                            ? (name, "(hidden)")
                            : (String(name.prefix(textLimit)), hide(value, names, depth: depth + 1))
                    }))
        }
    }
}
