// Names that a user wrote: which one was meant, and which must not be repeated.

/// A name, short enough for a message.
package func shortened(_ name: String) -> String {
    name.unicodeScalars.count <= 40
        ? name : String(String.UnicodeScalarView(name.unicodeScalars.prefix(40))) + "…"
}

extension Diagnostic {
    /// Keys that hold secrets in other programs, and must not be in our files.
    private static let secretNames: Set<String> = [
        "key", "api_key", "apikey", "gemini_api_key", "token", "secret", "password",
    ]

    /// Whether a setting of this name holds a secret, here or in other programs.
    static func isSecret(name: String) -> Bool { secretNames.contains(name.lowercased()) }

    /// The mistake of having a secret in the file, if the member's name says that it is one.
    init?(secret member: TOMLTable.Member) {
        guard Self.isSecret(name: member.key) else { return nil }
        self.init(
            member.position,
            "secrets do not belong here, where everyone can read them: put the key into a file "
                + "of its own (mode 600) and name that with live.key_file, or into the systemd "
                + "credential gemini-api-key")
    }
}

extension TOMLValue {
    /// A longer run of letters and digits is not a name that a user made up (characters).
    private static let nameLength = 16

    /// Whether a value in the wrong place could be a key, which no message may repeat.
    package var mayBeSecret: Bool {
        guard case .string(let text) = self else { return false }
        if text.contains(where: { "@?&=".contains($0) }) { return true }
        let runs = text.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }
        return runs.contains { run in
            run.count > Self.nameLength && run.contains(where: \.isNumber)
                && run.contains(where: \.isLetter)
        }
    }

    /// A hint at how a value of the wrong type was probably meant, to append to the message; else
    /// empty.
    func remedy<Wanted: SettingValue>(for wanted: Wanted.Type) -> String {
        switch self {
        case .string(let text):
            if wanted is [String].Type { return "; write [\(shown)]" }
            if wanted is String.Type { return "" }
            let number = text.filter { !$0.isWhitespace }
            if Double(number) != nil || wanted is Bool.Type { return "; without quotes" }
            guard number.first?.isNumber ?? false else { return "" }
            return number.contains(",")
                ? "; a decimal number has a point: 8.5"
                : "; write the number alone, without quotes and unit"
        case .float: return wanted is Int.Type ? "; a whole number" : ""
        case .integer, .boolean: return wanted is String.Type ? "; in quotes" : ""
        case .array(let nodes):
            if wanted is [String].Type { return "; each in quotes" }
            return nodes.count == 1 ? "; without brackets" : ""
        case .table: return ""
        }
    }
}
