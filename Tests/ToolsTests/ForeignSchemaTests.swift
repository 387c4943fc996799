import ModelTypes
import Testing

@testable import Tools

@Suite("schemas that somebody else wrote")
struct ForeignSchemaTests {
    private func map(_ text: String) throws -> ForeignSchema {
        try ForeignSchema(try JSONValue(parsing: text))
    }

    private func faults(_ text: String, _ arguments: JSONValue) throws -> [String] {
        SchemaCheck(try map(text).schema).violations(of: arguments)
    }

    @Test("an optional of pydantic is its type for the model, and null for the check")
    func optional() throws {
        let text = """
            {"type": "object", "properties": {"room": {"anyOf": [{"type": "string"}, \
            {"type": "null"}], "default": null, "title": "Room"}}, "title": "args"}
            """
        #expect(
            try map(text).announced
                == ["type": "object", "properties": ["room": ["type": "string"]]])
        #expect(try faults(text, ["room": "hall"]).isEmpty)
        #expect(try faults(text, ["room": .null]).isEmpty)
        #expect(try faults(text, [:]).isEmpty)
        #expect(try faults(text, ["room": 5]).first?.contains("must be text") == true)
        #expect(try faults(text, ["rooom": "x"]).first?.contains("not known") == true)
    }

    @Test("what must be there and may be null need not come from the model")
    func requiredNull() throws {
        let schema = try map(
            """
            {"type": "object", "required": ["a", "b"], "properties": \
            {"a": {"type": ["integer", "null"]}, "b": {"type": "integer"}}}
            """)
        #expect(schema.nulls == ["a"])
        #expect(schema.announced["required"] == ["b"])
    }

    @Test("references are followed, and one that comes back to itself ends at some depth")
    func references() throws {
        let text = """
            {"type": "object", "$defs": {"Node": {"type": "object", "properties": \
            {"name": {"type": "string"}, "next": {"$ref": "#/$defs/Node"}}}}, \
            "properties": {"root": {"$ref": "#/$defs/Node", "description": "the first"}}}
            """
        let schema = try map(text)
        #expect(schema.announced["properties"]?["root"]?["description"] == "the first")
        #expect(
            schema.announced["properties"]?["root"]?["properties"]?["next"]?["properties"]?["name"]
                == ["type": "string"])
        #expect(schema.announced.serialized.contains("$ref") == false)
        #expect(try faults(text, ["root": ["next": ["name": 5]]]).count == 1)
    }

    @Test("references that lead nowhere, elsewhere or in a circle are refused")
    func badReferences() throws {
        for target in ["#/$defs/None", "https://example.com/schema", "#/properties/x"] {
            #expect(throws: SchemaError.self) {
                try map(#"{"type": "object", "properties": {"x": {"$ref": "\#(target)"}}}"#)
            }
        }
    }

    @Test("lists of types and oneOf become anyOf, const an enum, allOf one object")
    func combinations() throws {
        let text = """
            {"type": "object", "allOf": [{"properties": {"a": {"type": ["string", "integer"]}}, \
            "required": ["a"]}], "properties": {"b": {"oneOf": [{"const": "on"}, \
            {"type": "object", "properties": {"level": {"type": "number"}}}]}}}
            """
        let schema = try map(text)
        let properties = try #require(schema.announced["properties"])
        #expect(properties["a"]?["anyOf"] == [["type": "string"], ["type": "integer"]])
        #expect(properties["b"]?["anyOf"]?.array?.first == ["type": "string", "enum": ["on"]])
        #expect(try faults(text, ["a": 3, "b": ["level": 0.5]]).isEmpty)
        #expect(try faults(text, ["a": true]).count == 1)
        #expect(try faults(text, ["a": 3, "b": "off"]).count == 1)
        #expect(try faults(text, [:]).first?.hasPrefix("a is missing") == true)
    }

    @Test("what is no keyword of the service is said in words")
    func words() throws {
        let schema = try map(
            """
            {"type": "object", "properties": {"day": {"type": "string", "format": "date", \
            "description": "The\\nday.", "pattern": "^2", "x-other": 1, "enum": ["", "2026"]}, \
            "n": {"enum": [1, 2]}, "m": {"type": "integer", "exclusiveMinimum": 0, "maximum": 9}}}
            """)
        let properties = try #require(schema.announced["properties"])
        #expect(
            properties["day"]
                == [
                    "type": "string", "enum": ["2026"],
                    "description": "The day. (format date; pattern ^2)",
                ])
        #expect(properties["n"] == ["type": "integer", "description": "(one of 1, 2)"])
        #expect(properties["m"]?["minimum"] == 1)
        #expect(properties["m"]?["maximum"] == 9)
    }

    @Test("a schema that says nothing takes any object, and one of no object is refused")
    func roots() throws {
        #expect(try faults("{}", ["x": 1]).isEmpty)
        #expect(try faults("{\"type\": \"object\"}", ["x": 1]).isEmpty)
        #expect(throws: SchemaError.self) { try map("{\"type\": \"string\"}") }
        #expect(throws: SchemaError.self) { try map("[]") }
        #expect(throws: SchemaError.self) { try map("{\"type\": \"date\"}") }
    }

    @Test("a schema that grows without end is refused")
    func growth() throws {
        let members = (0..<9).map { "\"p\($0)\": {\"$ref\": \"#\"}" }.joined(separator: ",")
        #expect(throws: SchemaError.self) {
            try map("{\"type\": \"object\", \"properties\": {\(members)}}")
        }
    }

    @Test("limits that contradict each other, or are none, are passed over")
    func nonsense() throws {
        let text = """
            {"type": "object", "properties": {"a": {"type": "string", "minLength": 9, \
            "maxLength": 1}, "b": {"type": "integer", "minimum": "x", "maximum": 1e300}, \
            "c": {"type": "number", "minimum": 5, "maximum": 1}}, "required": 7}
            """
        #expect(try faults(text, ["a": "x", "b": 5, "c": 3]).isEmpty)
    }
}
