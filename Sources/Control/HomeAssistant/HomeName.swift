internal import WireCodec

/// Makes names comparable, as people say them.
enum HomeName {
    /// Letters that may be written without their marks.
    private static let bare: [Character: String] = [
        "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "à": "a", "á": "a", "â": "a", "ã": "a",
        "å": "a", "ç": "c", "è": "e", "é": "e", "ê": "e", "ë": "e", "ì": "i", "í": "i", "î": "i",
        "ï": "i", "ñ": "n", "ò": "o", "ó": "o", "ô": "o", "õ": "o", "ø": "o", "ù": "u", "ú": "u",
        "û": "u", "ý": "y", "æ": "ae", "œ": "oe", "š": "s", "ž": "z", "č": "c", "ł": "l",
    ]
    /// Longer names are cut (characters); nobody says one.
    static let lengthLimit = 128

    /// Lower-case letters and digits, in words with one blank between.
    static func plain(_ name: some StringProtocol) -> String {
        words(name).joined(separator: " ")
    }

    /// The words of a name in lower case.
    static func words(_ name: some StringProtocol) -> [String] {
        let letters = name.prefix(lengthLimit).lowercased().map { bare[$0] ?? String($0) }.joined()
        return letters.split { !$0.isLetter && !$0.isNumber }.map(String.init)
    }

    /// Whether a text is written like an id, which nobody says: "light.kitchen_ceiling".
    static func isID(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 2
            && parts.allSatisfy { part in
                !part.isEmpty
                    && part.utf8.allSatisfy {
                        (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F
                    }
            }
    }

    /// A name that the model gave, shortened and quoted for an error text.
    static func quoted(_ name: String) -> String {
        JSONValue.string(name.count > 40 ? name.prefix(40) + "…" : name).serialized
    }
}
