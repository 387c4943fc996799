/// What the service has against a key, as far as its words say.
package enum RefusedKey: String, Sendable, CaseIterable {
    /// None came.
    case missing
    /// It is no key.
    case invalid
    case expired
    /// It was found in public, and nobody may use it any more.
    case leaked
    /// It is for other programs, addresses or interfaces.
    case restricted
    /// Words that nobody here knows.
    case refused

    /// Phrases of the service; the first that is found decides.
    private static let phrases: [(words: String, fault: RefusedKey)] = [
        ("leaked", .leaked), ("unregistered callers", .missing),
        ("missing a valid api key", .missing), ("api key expired", .expired),
        ("token has expired", .expired), ("key_expired", .expired), ("are blocked", .restricted),
        ("_blocked", .restricted), ("restriction", .restricted), ("not valid", .invalid),
        ("invalid", .invalid), ("api key not found", .invalid),
    ]

    /// Reads the words of a refusal for which the key is the reason.
    package init(text: String) {
        let text = text.lowercased()
        self = Self.phrases.first { text.contains($0.words) }?.fault ?? .refused
    }
}
