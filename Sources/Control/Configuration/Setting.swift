/// A type that a setting's value can have.
package protocol SettingValue: Sendable {
    /// Reads a value; nil when the node is of another type.
    static func read(_ value: TOMLValue) -> Self?
    /// The type in words, for error texts.
    static var typeName: String { get }
    /// The value as TOML writes it.
    var toml: String { get }
}

extension String: SettingValue {
    package static func read(_ value: TOMLValue) -> String? {
        if case .string(let text) = value { text } else { nil }
    }
    package static var typeName: String { "a string" }
}

extension [String]: SettingValue {
    package static func read(_ value: TOMLValue) -> [String]? {
        guard case .array(let nodes) = value else { return nil }
        let texts = nodes.compactMap { String.read($0.value) }
        return texts.count == nodes.count ? texts : nil
    }
    package static var typeName: String { "an array of strings" }
    package var toml: String { "[\(map(\.toml).joined(separator: ", "))]" }
}

extension Int: SettingValue {
    package static func read(_ value: TOMLValue) -> Int? {
        if case .integer(let number) = value { Int(exactly: number) } else { nil }
    }
    package static var typeName: String { "an integer" }
    package var toml: String { "\(self)" }
}

extension Double: SettingValue {
    package static func read(_ value: TOMLValue) -> Double? {
        switch value {
        case .float(let number): number
        case .integer(let number): Double(number)
        case .string, .boolean, .array, .table: nil
        }
    }
    package static var typeName: String { "a number" }
    package var toml: String { "\(self)" }
}

extension Bool: SettingValue {
    package static func read(_ value: TOMLValue) -> Bool? {
        if case .boolean(let bool) = value { bool } else { nil }
    }
    package static var typeName: String { "true or false" }
    package var toml: String { "\(self)" }
}

/// What a setting may be set to, beyond its type.
package enum Allowed<Value: SettingValue>: Sendable {
    case anything
    case oneOf([String])
    case range(ClosedRange<Double>)
    /// A text that is used as it is, including blanks at its ends.
    case prose
    /// A name: not empty.
    case name
    /// A name, or one of these words in exactly this spelling; not empty.
    case nameOr([String])
    /// The address of a WebSocket, or an empty text.
    case addressOrNothing
    /// The absolute path of a file or folder.
    case path
    /// The same, or an empty text.
    case pathOrNothing
    /// `{secret:NAME}` and nothing else, or an empty text.
    case secretOrNothing
    /// A text with its own form; the closure returns what is wrong with a text, nil if nothing is.
    case form(@Sendable (String) -> String?)

    var words: String? {
        switch self {
        case .anything, .prose, .name, .nameOr, .addressOrNothing, .path, .pathOrNothing,
            .secretOrNothing, .form:
            nil
        case .oneOf(let names): names.map { "\"\($0)\"" }.joined(separator: ", ")
        case .range(let range):
            "\(Self.plain(range.lowerBound)) to \(Self.plain(range.upperBound))"
        }
    }

    /// What a value must be if a wrong one is not repeated: that may be a secret in the wrong
    /// place.
    var demand: String? {
        switch self {
        case .anything, .prose, .name, .nameOr, .oneOf, .range, .form: nil
        case .addressOrNothing:
            "ws:// or wss:// with a host, such as \"wss://example.org:8443\"; a key is never part "
                + "of it"
        case .path, .pathOrNothing: "a path that begins with /"
        case .secretOrNothing:
            "\"{secret:NAME}\": secrets do not belong here, where everyone can read them, but "
                + "into a file NAME of tools.secrets_dir (mode 600) or the systemd credential NAME"
        }
    }

    private static func isAddress(_ text: String) -> Bool {
        guard let mark = text.firstRange(of: "://"),
            ["ws", "wss", "http", "https"].contains(text[..<mark.lowerBound].lowercased())
        else { return false }
        let rest = text[mark.upperBound...]
        let isPlain = !rest.contains { $0.isWhitespace || "?#@".contains($0) }
        return isPlain && rest.first.map { $0 != "/" && $0 != ":" } ?? false
    }

    private static func plain(_ number: Double) -> String {
        number == number.rounded() ? "\(Int(number))" : "\(number)"
    }

    /// What is wrong with a text that has its own form, or with the spelling of a name.
    func mistake(in value: Value) -> String? {
        if case .prose = self { return nil }
        let texts = value as? [String] ?? (value as? String).map { [$0] } ?? []
        return texts.lazy.compactMap(fault).first
    }

    private func fault(_ text: String) -> String? {
        if case .secretOrNothing = self { return nil }
        if text.first?.isWhitespace ?? false || text.last?.isWhitespace ?? false {
            return "it has blanks around it; leave them out"
        }
        switch self {
        case .form(let judge): return judge(text)
        case .name, .nameOr:
            if text.isEmpty { return "it must not be empty" }
            guard case .nameOr(let words) = self, !words.contains(text) else { return nil }
            return words.first { $0 == text.lowercased() }.map { "did you mean \"\($0)\"?" }
        case .oneOf(let names):
            return names.contains(text) || names.isEmpty
                ? nil
                : names.first { $0 == text.lowercased() }.map { "did you mean \"\($0)\"?" }
        case .anything, .prose, .range, .addressOrNothing, .path, .pathOrNothing, .secretOrNothing:
            return nil
        }
    }

    func admits(_ value: Value) -> Bool {
        switch self {
        case .anything, .prose, .form, .name, .nameOr: return mistake(in: value) == nil
        case .oneOf(let names): return (value as? String).map(names.contains) ?? true
        case .range(let range):
            if let number = value as? Int { return range.contains(Double(number)) }
            if let number = value as? Double { return range.contains(number) }
            return true
        case .addressOrNothing:
            return (value as? String).map { $0.isEmpty || Self.isAddress($0) } ?? true
        case .path: return (value as? String)?.hasPrefix("/") ?? true
        case .pathOrNothing:
            return (value as? String).map { $0.isEmpty || $0.hasPrefix("/") } ?? true
        case .secretOrNothing:
            guard let text = value as? String, !text.isEmpty else { return true }
            guard let pieces = try? SecretText(text).pieces, pieces.count == 1 else { return false }
            return if case .secret? = pieces.first { true } else { false }
        }
    }
}

/// One setting, declared once: its place, its allowed values, its default, its purpose.
///
/// The declaration serves the reader of the files, `config show`, and the shipped
/// `config/martlet.toml`.
package struct Setting<Value: SettingValue>: AnySetting {
    package let section: String
    package let name: String
    /// An empty text and 0 mean "not set" where the description says so.
    package let fallback: Value
    package let allowed: Allowed<Value>
    package let description: String

    init(
        _ path: String, _ fallback: Value, _ allowed: Allowed<Value>,
        _ description: String
    ) {
        let parts = path.split(separator: ".")
        section = parts.dropLast().joined(separator: ".")
        name = String(parts.last ?? "")
        self.fallback = fallback
        self.allowed = allowed
        self.description = description
    }

    init(_ path: String, _ fallback: Value, _ description: String) {
        self.init(path, fallback, .anything, description)
    }

    package var fallbackText: String { fallback.toml }
    package var allowedWords: String? { allowed.words }
    package var bounds: ClosedRange<Double>? {
        if case .range(let range) = allowed { range } else { nil }
    }

    package func check(_ node: TOMLNode) -> Diagnostic? {
        func mistake(_ words: String) -> Diagnostic {
            Diagnostic(node.position, "\(path) \(words)")
        }
        // Text in the place of a secret may be one.
        let shown = isSecret ? "set to what is not repeated here" : node.value.shown
        guard let value = Value.read(node.value) else {
            return mistake(
                "is \(shown), but must be \(Value.typeName)\(allowedSuffix)"
                    + (isSecret ? "" : node.value.remedy(for: Value.self)))
        }
        if let words = allowed.mistake(in: value) {
            return mistake("is \(shown): \(words)\(allowedSuffix)")
        }
        if allowed.admits(value) { return nil }
        guard let demand = allowed.demand else { return mistake("is \(shown)\(allowedSuffix)") }
        let found = isSecret || node.value.mayBeSecret ? "" : "is \(shown), but "
        return mistake("\(found)must be \(demand)")
    }

    private var isSecret: Bool { if case .secretOrNothing = allowed { true } else { false } }

    private var allowedSuffix: String { allowedWords.map { "; allowed: \($0)" } ?? "" }

    package func text(_ node: TOMLNode) -> String {
        Value.read(node.value)?.toml ?? fallbackText
    }
}

/// A setting of any type.
package protocol AnySetting: Sendable {
    /// The table it belongs to, such as "audio.capture".
    var section: String { get }
    var name: String { get }
    var description: String { get }
    /// The default as TOML writes it.
    var fallbackText: String { get }
    /// What is allowed, in words.
    var allowedWords: String? { get }
    /// The smallest and the largest number that are allowed.
    var bounds: ClosedRange<Double>? { get }
    /// What is wrong with a value.
    func check(_ node: TOMLNode) -> Diagnostic?
    /// A value as TOML writes it.
    func text(_ node: TOMLNode) -> String
}

extension AnySetting {
    /// Section and name, with a dot between.
    package var path: String { "\(section).\(name)" }
}
