/// A value of a TOML document, with its place.
package struct TOMLNode: Sendable {
    package var value: TOMLValue
    package var position: Position
}

/// A TOML value; no setting uses dates, and the parser refuses them.
package enum TOMLValue: Sendable {
    case string(String)
    case integer(Int64)
    case float(Double)
    case boolean(Bool)
    case array([TOMLNode])
    case table(TOMLTable)

    /// The kind of value in words.
    var kind: String {
        switch self {
        case .string: "a string"
        case .integer: "an integer"
        case .float: "a number"
        case .boolean: "a boolean"
        case .array: "an array"
        case .table: "a table"
        }
    }

    /// The value as it is in the file, shortened.
    package var shown: String {
        switch self {
        case .string(let text): shortened(text).inlineTOML
        case .integer(let number): "\(number)"
        case .float(let number): "\(number)"
        case .boolean(let bool): "\(bool)"
        case .array, .table: kind
        }
    }
}

/// The members of a table, in the order of the file.
package struct TOMLTable: Sendable {
    /// A key with its place, and its value.
    package struct Member: Sendable {
        package var key: String
        package var position: Position
        package var node: TOMLNode
    }

    package var members: [Member] = []
    /// Whether a header or an inline table defined it, so that it must not be defined again.
    var isDefined = false
    /// Whether dotted keys made it, so that more of them, but no header, may add to it.
    var isDotted = false
    /// An inline table must not be added to.
    var isClosed = false

    /// The value of a key.
    package subscript(key: String) -> TOMLNode? { members.first { $0.key == key }?.node }

    func index(of key: String) -> Int? { members.firstIndex { $0.key == key } }
}
