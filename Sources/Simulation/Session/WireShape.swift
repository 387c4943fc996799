internal import WireCodec

/// The shape of a client's message, as the service checks it.
///
/// Names are compared in camelCase; snake_case is accepted, as by the service.
indirect enum WireShape: Sendable {
    case object([String: WireShape])
    case list(WireShape)
    case text
    case whole
    case number
    case flag
    /// One of these words.
    case choice(Set<String>)
    /// Seconds with an `s`.
    case duration
    /// Any object, such as a function's arguments.
    case anyObject
    case anything

    /// The reason text of the close for a wrong value; nil if the value fits.
    func fault(in value: JSONValue, at path: String) -> String? {
        switch (self, value) {
        case (.object(let members), .object(let object)):
            for (name, member) in object {
                guard let shape = members[Self.camelCase(name)] else {
                    let place = path.isEmpty ? "" : " at '\(path)'"
                    return "Invalid JSON payload received. Unknown name \"\(name)\"\(place): "
                        + "Cannot find field."
                }
                let inner = path.isEmpty ? name : "\(path).\(name)"
                if let fault = shape.fault(in: member, at: inner) { return fault }
            }
            return nil
        case (.list(let shape), .array(let elements)):
            for (index, element) in elements.enumerated() {
                if let fault = shape.fault(in: element, at: "\(path)[\(index)]") { return fault }
            }
            return nil
        case (.text, .string), (.flag, .bool), (.anyObject, .object), (.anything, _), (_, .null):
            return nil
        case (.choice(let words), .string(let word)) where words.contains(word): return nil
        case (.duration, .string(let text))
        where text.hasSuffix("s") && Double(text.dropLast()) != nil:
            return nil
        case (.choice, .string(let word)):
            return "Invalid value at '\(path)', \"\(word.prefix(40))\""
        case (.whole, _) where value.int != nil, (.number, _) where value.double != nil:
            return nil
        case (.whole, .string(let text)) where Int64(text) != nil:
            return nil
        case (.object, _), (.list, _), (.text, _), (.whole, _), (.number, _), (.flag, _),
            (.anyObject, _), (.choice, _), (.duration, _):
            return "Invalid value at '\(path)', \(value.serialized.prefix(40))"
        }
    }

    static func camelCase(_ name: String) -> String {
        let words = name.split(separator: "_")
        guard words.count > 1 else { return name }
        return String(words[0])
            + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }
            .joined()
    }

    /// Members with arbitrary content.
    private static let free: Set<String> = [
        "response", "parameters", "parametersJsonSchema", "responseJsonSchema", "labels",
    ]

    /// A value with the names of its objects in camelCase, except in free objects.
    static func normalized(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let object):
            return .object(
                JSONObject(
                    object.map { member in
                        let key = camelCase(member.key)
                        return (key, free.contains(key) ? member.value : normalized(member.value))
                    }))
        case .array(let elements): return .array(elements.map(normalized))
        case .null, .bool, .int, .double, .string: return value
        }
    }
}
