internal import ModelTypes
internal import WireCodec

// Requirements of all templates for their parameters.

extension Schema {
    /// Checks that a parameter can be in a template: it is declared, required, and plain.
    package func checkPlace(of name: String) throws(TemplateError) {
        guard case .object(let members) = kind, let property = members[name] else {
            throw TemplateError.unknown(name)
        }
        guard property.isRequired else { throw TemplateError.optional(name) }
        switch property.schema.kind {
        case .string, .integer, .number, .boolean: break
        case .null, .array, .object, .anyOf, .any: throw TemplateError.notPlain(name)
        }
    }
}

extension ToolArguments {
    /// The argument as text, whatever its type; empty when it is absent.
    package func text(_ name: String) -> String {
        switch self[name] {
        case .string(let text)?: text
        case .double(let number)?: Int64(exactly: number).map(String.init) ?? "\(number)"
        case let other?: other.serialized
        case nil: ""
        }
    }
}

/// Why a template cannot be used.
package enum TemplateError: Error, Equatable, CustomStringConvertible {
    case noProgram
    case zeroByte
    case programArgument(String)
    case unknown(String)
    case optional(String)
    case notPlain(String)
    case brace(String)

    package var description: String {
        switch self {
        case .noProgram:
            "the command is empty; give the program and its arguments as a list"
        case .zeroByte:
            "the command holds a zero character"
        case .programArgument(let name):
            "{\(name)} is in place of the program; a model must not choose the program"
        case .unknown(let name):
            "{\(name)} is not among the parameters"
        case .optional(let name):
            "{\(name)} is in a template, so it must be among the required parameters"
        case .notPlain(let name):
            "{\(name)} must be a string, a number or a boolean to be in a template"
        case .brace(let word):
            "\"\(word)\" has a single brace; write {{ or }} for a brace itself"
        }
    }
}
