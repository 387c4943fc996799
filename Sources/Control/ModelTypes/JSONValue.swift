/// Any JSON value, objects in the order of their text.
///
/// Server messages are read key by key, so that one member of an unexpected type costs that
/// member and not the message; that is why wire types here are made from values and not by
/// `Codable`, which gives up a whole document.
package indirect enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    /// A number without fraction and exponent that fits.
    case int(Int64)
    case double(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

/// The members of a JSON object, in order; names are unique.
package struct JSONObject: Sendable, Sequence, ExpressibleByDictionaryLiteral {
    /// A member's name (the key) and value.
    package typealias Member = (key: String, value: JSONValue)

    /// All members in order.
    package private(set) var members: [Member]

    /// An object of these members, which must have different names.
    package init(_ members: [Member] = []) { self.members = members }

    /// An object of these members, in the order written.
    package init(dictionaryLiteral members: (String, JSONValue)...) {
        self.members = members.map { ($0.0, $0.1) }
    }

    /// The members in order.
    package func makeIterator() -> IndexingIterator<[Member]> { members.makeIterator() }

    /// The value of a name; assigning nil removes the member.
    package subscript(name: String) -> JSONValue? {
        get { members.first { $0.key == name }?.value }
        set {
            let index = members.firstIndex { $0.key == name }
            switch (index, newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append((name, value))
            case (nil, nil): break
            }
        }
    }

    /// The names in order.
    package var names: [String] { members.map(\.key) }

    /// Whether there is no member.
    package var isEmpty: Bool { members.isEmpty }
}

extension JSONObject: Equatable {
    /// Objects are equal whatever the order of their members.
    package static func == (one: JSONObject, other: JSONObject) -> Bool {
        one.members.count == other.members.count
            && one.members.allSatisfy { other[$0.key] == $0.value }
    }
}

extension JSONValue {
    /// The member of an object; nil for other values and for names that it lacks.
    package subscript(name: String) -> JSONValue? { object?[name] }

    /// The members, when it is an object.
    package var object: JSONObject? { if case .object(let object) = self { object } else { nil } }

    /// The elements, when it is an array.
    package var array: [JSONValue]? { if case .array(let array) = self { array } else { nil } }

    /// The text, when it is a string.
    package var string: String? { if case .string(let text) = self { text } else { nil } }

    /// The truth value, when it is one.
    package var bool: Bool? { if case .bool(let bool) = self { bool } else { nil } }

    /// The whole number; a double that is whole counts.
    package var int: Int64? {
        switch self {
        case .int(let number): number
        case .double(let number): Int64(exactly: number)
        case .null, .bool, .string, .array, .object: nil
        }
    }

    /// The number.
    package var double: Double? {
        switch self {
        case .int(let number): Double(number)
        case .double(let number): number
        case .null, .bool, .string, .array, .object: nil
        }
    }

    /// What a person calls the kind of value, for error texts.
    package var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .int: "an integer"
        case .double: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByFloatLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    /// A string.
    package init(stringLiteral text: String) { self = .string(text) }
    /// A whole number.
    package init(integerLiteral number: Int64) { self = .int(number) }
    /// A truth value.
    package init(booleanLiteral bool: Bool) { self = .bool(bool) }
    /// A number.
    package init(floatLiteral number: Double) { self = .double(number) }
    /// An array.
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// An object, members in the order written.
    package init(dictionaryLiteral members: (String, JSONValue)...) {
        self = .object(JSONObject(members.map { ($0.0, $0.1) }))
    }
    /// Null.
    package init(nilLiteral: ()) { self = .null }
}
