/// A position in a JSON value: a pointer, "/list/0/name" (RFC 6901), or the same in plain words,
/// "list.0.name".
package struct JSONPlace: Sendable, Equatable {
    /// No sensible position is deeper.
    private static let depthLimit = 32

    /// As it was written.
    package let text: String
    private let names: [String]

    /// Reads a place; the empty one is the whole value; nil when it is not one.
    package init?(_ text: String) {
        self.text = text
        if text.isEmpty {
            names = []
        } else if text.hasPrefix("/") {
            let parts = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
            let names = parts.compactMap(Self.unescaped)
            guard names.count == parts.count else { return nil }
            self.names = names
        } else {
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            guard !parts.contains(where: \.isEmpty) else { return nil }
            names = parts.map(String.init)
        }
        guard names.count <= Self.depthLimit else { return nil }
    }

    /// The value at this place; nil when there is none.
    package func pick(from value: JSONValue) -> JSONValue? {
        names.reduce(Optional(value)) { value, name in
            switch value {
            case .object(let members)?: members[name]
            case .array(let values)?: Self.index(name, below: values.count).map { values[$0] }
            case .null?, .bool?, .int?, .double?, .string?, nil: nil
            }
        }
    }

    /// "~1" is a slash and "~0" a tilde; nil for any other tilde.
    private static func unescaped(_ part: Substring) -> String? {
        let bare = part.replacing("~0", with: "").replacing("~1", with: "")
        guard !bare.contains("~") else { return nil }
        return String(part).replacing("~1", with: "/").replacing("~0", with: "~")
    }

    private static func index(_ name: String, below count: Int) -> Int? {
        guard name.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let index = Int(name),
            index < count, name == "0" || !name.hasPrefix("0")
        else { return nil }
        return index
    }
}
