package import WireCodec

/// The part of JSON Schema that function declarations need.
///
/// Supported: `type` (one of the seven names, in either case), `enum`, `properties`, `required`,
/// `additionalProperties` (true or false; false when absent, so that a mistake of the model is
/// detected), `items`, `minItems`, `maxItems`, `minimum`, `maximum`, `minLength`, `maxLength`;
/// `title`, `description`, `default` and `example` are for the model only. Any other keyword is
/// refused when the schema is read: a limit that is declared and not enforced is worse than none.
/// `pattern` is left out on purpose, because a bad pattern can take forever to match.
package struct Schema: Sendable, Equatable {
    /// The values that are allowed.
    package indirect enum Kind: Sendable, Equatable {
        /// Text, with its limits in characters.
        case string(length: ClosedRange<Int>)
        /// Whole numbers; 3.0 counts as 3.
        case integer(ClosedRange<Int64>)
        /// Numbers.
        case number(ClosedRange<Double>)
        /// true or false.
        case boolean
        /// null.
        case null
        /// A number of items of one kind; nil: of any kind.
        case array(of: Schema?, count: ClosedRange<Int>)
        /// Named values.
        case object(Members)
        /// One of several forms.
        case anyOf([Schema])
        /// Anything: the executor of the call checks it.
        case any
    }

    /// The named values of an object.
    package struct Members: Sendable, Equatable {
        /// In the order they were declared.
        package var properties: [Property]
        /// Whether names that were not declared may appear.
        package var allowsOthers: Bool

        /// The property of that name.
        package subscript(name: String) -> Property? { properties.first { $0.name == name } }
    }

    /// One named value of an object.
    package struct Property: Sendable, Equatable {
        package var name: String
        package var schema: Schema
        package var isRequired: Bool
        /// The executor's name for it; nil: the same name.
        package var original: String?
    }

    /// The values that are allowed.
    package var kind: Kind
    /// The only values allowed; empty: all of the kind.
    package var choices: [JSONValue]
    /// Whether null is allowed for a missing value.
    package var isNullable = false

    /// The nesting limit of schemas; a model could not fill in deeper ones.
    package static let maximumDepth = 8

    /// Reads a schema; `path` is its position in errors.
    package init(_ json: JSONValue, at path: String = "parameters") throws(SchemaError) {
        self = try SchemaReader.read(json, at: path, depth: 0)
    }

    init(kind: Kind, choices: [JSONValue]) {
        self.kind = kind
        self.choices = choices
    }
}

/// Why a schema cannot be used; the text says where, and what is allowed.
package struct SchemaError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Where in the schema, as `parameters.properties.level`.
    package var path: String
    /// What is wrong there.
    package var problem: String

    package var description: String { "\(path): \(problem)" }
}
