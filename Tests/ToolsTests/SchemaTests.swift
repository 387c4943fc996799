import Testing
import WireCodec

@testable import Tools

@Suite("schemas of parameters")
struct SchemaTests {
    private func problem(_ json: JSONValue) -> String? {
        do {
            _ = try Schema(json)
            return nil
        } catch {
            return error.description
        }
    }

    @Test("keywords that are not enforced are refused, with the ones that are")
    func unsupportedKeywords() {
        let text = problem([
            "type": "object",
            "properties": ["name": ["type": "string", "pattern": "^[a-z]+$"]],
        ])
        #expect(
            text
                == "parameters.properties.name: \"pattern\" is not supported for type string; "
                + "supported are default, description, enum, example, maxLength, minLength, title, "
                + "type")
        #expect(problem(["type": "integer", "minLength": 1])?.contains("minLength") == true)
        #expect(problem(["type": "object", "$ref": "#/x"])?.contains("$ref") == true)
    }

    static let nonsenses: [(JSONValue, String)] = [
        (JSONValue.string("string"), "is not an object"),
        ([:], "needs a \"type\""),
        (["type": "text"], "needs a \"type\""),
        (["type": ["string", "null"]], "needs a \"type\""),
        (["type": "string", "enum": []], "is not a list of values"),
        (["type": "string", "enum": ["a", 1]], "holds a value that the type does not allow"),
        (["type": "integer", "minimum": 5, "maximum": 1], "\"minimum\" is above \"maximum\""),
        (["type": "integer", "minimum": 0.5], "is not a number of this type"),
        (["type": "object", "required": ["a"]], "\"a\" is not among the properties"),
        (["type": "object", "required": "a"], "must be a list of names"),
        (["type": "object", "additionalProperties": 1], "must be true or false"),
        (["type": "object", "properties": []], "is not an object"),
    ]

    @Test(
        "contradictory schemas are refused",
        arguments: nonsenses)
    func nonsense(json: JSONValue, problem expected: String) {
        #expect(problem(json)?.contains(expected) == true)
    }

    @Test("nesting has a limit")
    func nesting() {
        var json: JSONValue = ["type": "null"]
        for _ in 0..<Schema.maximumDepth { json = ["type": "array", "items": json] }
        #expect(problem(json)?.contains("nests deeper") == true)
    }

    @Test("the service's upper-case names of types are understood")
    func upperCase() throws {
        #expect(try Schema(["type": "STRING"]).kind == .string(length: 0...Int.max))
    }
}

@Suite("arguments against a schema")
struct SchemaCheckTests {
    private let schema: JSONValue = [
        "type": "object",
        "properties": [
            "output": ["type": "string", "enum": ["lamp", "fan"]],
            "level": ["type": "integer", "minimum": 0, "maximum": 100],
            "warmth": ["type": "number", "minimum": 0.5],
            "label": ["type": "string", "minLength": 1, "maxLength": 5],
            "days": [
                "type": "array", "items": ["type": "integer", "maximum": 6], "maxItems": 2,
            ],
            "fade": ["type": "boolean"],
        ],
        "required": ["output"],
    ]

    private func violations(_ arguments: JSONValue) throws -> [String] {
        SchemaCheck(try Schema(schema)).violations(of: arguments)
    }

    @Test("valid arguments pass, whole numbers also as 3.0")
    func fits() throws {
        #expect(
            try violations([
                "output": "lamp", "level": .double(3), "warmth": 1, "label": "a", "days": [0, 6],
                "fade": false,
            ]).isEmpty)
    }

    static let faults: [(JSONValue, String)] = [
        (
            ["output": "lampe"],
            "output is \"lampe\", but must be one of \"lamp\", \"fan\""
        ),
        ([:], "output is missing; it is one of \"lamp\", \"fan\""),
        (["output": "fan", "level": 101], "level is 101, but must be from 0 to 100"),
        (["output": "fan", "level": 1.5], "level must be a whole number, but is 1.5"),
        (["output": "fan", "level": "5"], "level must be a whole number, but is \"5\""),
        (["output": "fan", "warmth": 0], "warmth is 0.0, but must be at least 0.5"),
        (
            ["output": "fan", "label": "abcdef"],
            "label has 6 characters, but may have at most 5"
        ),
        (["output": "fan", "days": [1, 7]], "days[1] is 7, but must be at most 6"),
        (["output": "fan", "days": [1, 2, 3]], "days has 3 items, but may have at most 2"),
        (["output": "fan", "fade": "yes"], "fade must be true or false, but is \"yes\""),
        (
            ["output": "fan", "colour": "red"],
            "\"colour\" is not known; known are \"output\", \"level\", \"warmth\", \"label\", "
                + "\"days\", \"fade\""
        ),
        ([1], "the arguments must be an object, but is [1]"),
    ]

    @Test(
        "errors say where, what was found and what is allowed",
        arguments: faults)
    func fault(arguments: JSONValue, expected: String) throws {
        #expect(try violations(arguments) == [expected])
    }

    @Test("all errors are reported at once, up to a limit, and long values are cut")
    func manyFaults() throws {
        #expect(try violations(["level": -1, "fade": 1]).count == 3)
        let long = JSONValue.string(String(repeating: "x", count: 1_000_000))
        let text = try violations(["output": long]).first ?? ""
        #expect(text.count < 120)
        let many = JSONValue.array((0..<100).map { .int($0 + 10) })
        #expect(
            try violations(["output": "fan", "days": many]).count <= SchemaCheck.maximumViolations)
    }
}
