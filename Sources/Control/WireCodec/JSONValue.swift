/// Any JSON value; objects keep the order of their text.
///
/// Server messages are read key by key, so that one member of an unexpected type affects that
/// member and not the message; for that reason wire types are made from values here and not with
/// `Codable`, which rejects the whole document.
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
///
/// A far end decides how many members there are, so a name is found without a scan of all of them:
/// work on an object of any size is linear.
package struct JSONObject: Sendable, Sequence, ExpressibleByDictionaryLiteral {
    /// A member's name (the key) and value.
    package typealias Member = (key: String, value: JSONValue)

    /// Up to this number, members are found faster one by one.
    private static let plainCount = 16

    /// All members in order.
    package private(set) var members: [Member]
    /// The index of each name in `members`; nil while there are few.
    private var places: [String: Int]?

    /// An object of these members, which must have different names.
    package init(_ members: [Member] = []) {
        self.members = members
        index()
    }

    /// An object of these members, in the order written.
    package init(dictionaryLiteral members: (String, JSONValue)...) {
        self.init(members.map { ($0.0, $0.1) })
    }

    /// The members in order.
    package func makeIterator() -> IndexingIterator<[Member]> { members.makeIterator() }

    /// The value of a name; assigning nil removes the member.
    package subscript(name: String) -> JSONValue? {
        get { place(of: name).map { members[$0].value } }
        set {
            switch (place(of: name), newValue) {
            case (let place?, let value?): members[place].value = value
            case (let place?, nil):
                members.remove(at: place)
                index()
            case (nil, let value?):
                members.append((name, value))
                if places == nil { index() } else { places?[name] = members.count - 1 }
            case (nil, nil): break
            }
        }
    }

    /// The names in order.
    package var names: [String] { members.map(\.key) }

    /// Whether there is no member.
    package var isEmpty: Bool { members.isEmpty }

    private func place(of name: String) -> Int? {
        if let places { return places[name] }
        return members.firstIndex { $0.key == name }
    }

    private mutating func index() {
        guard members.count > Self.plainCount else {
            places = nil
            return
        }
        let named = members.enumerated().lazy.map { ($1.key, $0) }
        places = Dictionary(named) { first, _ in first }
    }
}

extension JSONObject: Equatable {
    /// Objects are equal whatever the order of their members.
    package static func == (one: JSONObject, other: JSONObject) -> Bool {
        one.members.count == other.members.count
            && one.members.allSatisfy { other[$0.key] == $0.value }
    }
}

extension JSONValue {
    /// Whether both mean the same: numbers are compared by value, however they are written, and
    /// objects whatever the order of their members.
    package func isSame(as other: JSONValue) -> Bool {
        switch (self, other) {
        case (.int(let one), .double(let two)), (.double(let two), .int(let one)):
            Int64(exactly: two) == one
        case (.array(let one), .array(let two)):
            one.count == two.count && zip(one, two).allSatisfy { $0.isSame(as: $1) }
        case (.object(let one), .object(let two)):
            one.members.count == two.members.count
                && one.members.allSatisfy { two[$0.key]?.isSame(as: $0.value) ?? false }
        case (.null, _), (.bool, _), (.int, _), (.double, _), (.string, _), (.array, _),
            (.object, _):
            self == other
        }
    }

    /// The member of an object; nil for other values and for names that it lacks.
    package subscript(name: String) -> JSONValue? { object?[name] }

    /// The members, when it is an object.
    package var object: JSONObject? { if case .object(let object) = self { object } else { nil } }

    /// The elements, when it is an array.
    package var array: [JSONValue]? { if case .array(let array) = self { array } else { nil } }

    /// The text, when it is a string.
    package var string: String? { if case .string(let text) = self { text } else { nil } }

    /// The boolean, when it is one.
    package var bool: Bool? { if case .bool(let bool) = self { bool } else { nil } }

    /// The whole number; a double without a fraction counts.
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

    /// The name of the kind of value, for error texts.
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
    /// A boolean.
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
