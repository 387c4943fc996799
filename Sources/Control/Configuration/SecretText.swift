/// A setting's text with the names of secrets in their places: `Bearer {secret:printer}`.
///
/// Files, `martlet config show` and error texts only ever hold the names; the daemon looks the
/// secrets up when it needs them. Other braces mean nothing here, and `{{` and `}}` are passed
/// through, since templates use them for single braces.
package struct SecretText: Sendable, Equatable {
    /// A part of the text.
    package enum Piece: Sendable, Equatable {
        case text(String)
        case secret(String)
    }

    /// The text as it is in the file.
    package let written: String
    package let pieces: [Piece]

    /// Longer names are refused (characters); systemd's own limit is that of a file's name.
    private static let nameLimit = 64
    private static let opening = "{secret:"

    /// Reads a text; a name that no file could have is refused.
    package init(_ written: String) throws(SecretTextError) {
        var pieces: [Piece] = []
        var text = ""
        var rest = Substring(written)
        while let character = rest.first {
            if rest.hasPrefix("{{") {
                text += "{{"
                rest.removeFirst(2)
            } else if rest.hasPrefix(Self.opening) {
                rest.removeFirst(Self.opening.count)
                guard let end = rest.firstIndex(of: "}") else { throw .open }
                let name = String(rest[..<end])
                guard Self.isValid(name: name) else { throw .badName }
                if !text.isEmpty { pieces.append(.text(text)) }
                text = ""
                pieces.append(.secret(name))
                rest = rest[rest.index(after: end)...]
            } else {
                text.append(character)
                rest.removeFirst()
            }
        }
        self.written = written
        self.pieces = text.isEmpty ? pieces : pieces + [.text(text)]
    }

    /// The names of the secrets, in order.
    package var names: [String] {
        pieces.compactMap { if case .secret(let name) = $0 { name } else { nil } }
    }

    /// Whether a name can be that of a credential, and of a file within a folder.
    package static func isValid(name: String) -> Bool {
        func isPlain(_ byte: UInt8) -> Bool {
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                || (0x61...0x7A).contains(byte) || [0x5F, 0x2E, 0x2D].contains(byte)
        }
        return !name.isEmpty && name.utf8.count <= nameLimit && name.utf8.allSatisfy(isPlain)
            && !name.hasPrefix(".")
    }
}

/// Why a text with secrets cannot be read; text in the place of a name is not repeated, since it
/// may be the secret itself.
package enum SecretTextError: Error, Sendable, Equatable, CustomStringConvertible {
    case open
    case badName

    package var description: String {
        switch self {
        case .open:
            "holds {secret: without its }"
        case .badName:
            "holds a {secret:NAME} whose NAME is invalid: letters, digits, _ . and -, at most 64; "
                + "the secret itself does not belong there"
        }
    }
}

extension SecretText {
    /// Texts by name as an inline table of TOML.
    package static func table(_ texts: [(name: String, value: SecretText)]) -> String {
        let members = texts.map { "\($0.name.inlineTOML) = \($0.value.written.inlineTOML)" }
        return "{\(members.joined(separator: ", "))}"
    }
}

extension TableReader {
    /// A text that may hold secrets; without a fallback it is required.
    package mutating func secretText(_ key: String, _ fallback: String? = nil) -> SecretText? {
        guard let text: String = value(key, fallback) else { return nil }
        return secretText(text, at: key)
    }

    /// A text that is a secret, and so must hold its name and nothing else; it may be empty only if
    /// it is not required.
    package mutating func secret(_ key: String, isRequired: Bool = true) -> SecretText? {
        guard let text = secretText(key, isRequired ? nil : "") else { return nil }
        if !isRequired, text.pieces.isEmpty { return text }
        guard case .secret? = text.pieces.first, text.pieces.count == 1 else {
            if !isWrong(key) {
                note(
                    key,
                    "must be \"{secret:NAME}\": secrets do not belong here, where everyone can "
                        + "read them, but into a file NAME of tools.secrets_dir (mode 600) or "
                        + "the systemd credential NAME")
            }
            return nil
        }
        return text
    }

    /// The texts of an inline table, which may hold secrets, by name.
    package mutating func secretVariables(_ key: String) -> [(name: String, value: SecretText)] {
        variables(key).compactMap { name, written in
            secretText(written, at: key).map { (name, $0) }
        }
    }

    /// Reads a text that may hold secrets; notes a mistake at the member.
    mutating func secretText(_ written: String, at key: String) -> SecretText? {
        do {
            return try SecretText(written)
        } catch {
            note(key, error.description)
            return nil
        }
    }

    /// Notes what is wrong with an address, unless it begins with a secret.
    package mutating func checkAddress(_ text: SecretText?, at key: String) {
        guard let text, !isWrong(key), case .text(let start)? = text.pieces.first,
            let mistake = Words.webAddress(start)
        else { return }
        let found = TOMLValue.string(text.written)
        note(key, (found.mayBeSecret ? "" : "is \(found.shown): ") + mistake)
    }
}
