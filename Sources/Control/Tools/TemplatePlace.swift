internal import ModelTypes
internal import WireCodec

// What templates of all kinds ask of the parameters that stand in them.

extension Schema {
    /// Checks that a parameter can stand in a template: it is declared, always given, and plain.
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
    /// The argument as text, whatever it is; empty when it is absent.
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
            "{\(name)} stands in the program's place; a model may not choose the program"
        case .unknown(let name):
            "{\(name)} is none of the parameters"
        case .optional(let name):
            "{\(name)} stands in a template, so it must be among the required parameters"
        case .notPlain(let name):
            "{\(name)} must be a string, a number or a boolean to stand in a template"
        case .brace(let word):
            "\"\(word)\" has a single brace; write {{ or }} for a brace itself"
        }
    }
}
