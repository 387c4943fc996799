package import WireCodec

/// The part of JSON Schema that function declarations need.
///
/// Understood: `type` (one of the seven names, in either case), `enum`, `properties`, `required`,
/// `additionalProperties` (true or false, and false when absent, so that a slip of the model is
/// seen), `items`, `minItems`, `maxItems`, `minimum`, `maximum`, `minLength`, `maxLength`;
/// `title`, `description`, `default` and `example` are for the model only. Any other keyword is
/// refused when the schema is read: a limit that is written down and not enforced is worse than
/// none. `pattern` is left out on purpose, since a bad pattern can take for ever to match.
package struct Schema: Sendable, Equatable {
    /// What values may be.
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
        /// So many items of one kind; nil: of any.
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

        /// The named value that is called so.
        package subscript(name: String) -> Property? { properties.first { $0.name == name } }
    }

    /// One named value of an object.
    package struct Property: Sendable, Equatable {
        package var name: String
        package var schema: Schema
        package var isRequired: Bool
        /// What the executor of the call calls it; nil: as it is called here.
        package var original: String?
    }

    /// What values may be.
    package var kind: Kind
    /// The only values allowed; empty: all of the kind.
    package var choices: [JSONValue]
    /// Whether null stands for no value.
    package var isNullable = false

    /// Schemas nest no deeper than this; a model could not fill them in.
    package static let maximumDepth = 8

    /// Reads a schema; `path` says in errors where it stands.
    package init(_ json: JSONValue, at path: String = "parameters") throws(SchemaError) {
        self = try SchemaReader.read(json, at: path, depth: 0)
    }

    init(kind: Kind, choices: [JSONValue]) {
        self.kind = kind
        self.choices = choices
    }
}

/// Why a schema cannot be used; the text says where and what is allowed.
package struct SchemaError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Where in the schema, as `parameters.properties.level`.
    package var path: String
    /// What is wrong there.
    package var problem: String

    package var description: String { "\(path): \(problem)" }
}
