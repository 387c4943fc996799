import Testing
import WireCodec

@testable import Tools

@Suite("schemas from other servers")
struct ForeignSchemaTests {
    private func map(_ text: String) throws -> ForeignSchema {
        try ForeignSchema(try JSONValue(parsing: text))
    }

    private func faults(_ text: String, _ arguments: JSONValue) throws -> [String] {
        SchemaCheck(try map(text).schema).violations(of: arguments)
    }

    @Test("a pydantic optional is its type for the model, and null for the check")
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

    @Test("a required nullable property need not come from the model")
    func requiredNull() throws {
        let schema = try map(
            """
            {"type": "object", "required": ["a", "b"], "properties": \
            {"a": {"type": ["integer", "null"]}, "b": {"type": "integer"}}}
            """)
        #expect(schema.nulls == ["a"])
        #expect(schema.announced["required"] == ["b"])
    }

    @Test("references are followed, and a recursive one ends at some depth")
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

    @Test("references that lead nowhere, outside or in a circle are refused")
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

    @Test("keywords that the service lacks are described in words")
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

    @Test("an empty schema accepts any object, and a schema of no object is refused")
    func roots() throws {
        #expect(try faults("{}", ["x": 1]).isEmpty)
        #expect(try faults("{\"type\": \"object\"}", ["x": 1]).isEmpty)
        #expect(throws: SchemaError.self) { try map("{\"type\": \"string\"}") }
        #expect(throws: SchemaError.self) { try map("[]") }
        #expect(throws: SchemaError.self) { try map("{\"type\": \"date\"}") }
    }

    @Test("an endlessly growing schema is refused")
    func growth() throws {
        let members = (0..<9).map { "\"p\($0)\": {\"$ref\": \"#\"}" }.joined(separator: ",")
        #expect(throws: SchemaError.self) {
            try map("{\"type\": \"object\", \"properties\": {\(members)}}")
        }
    }

    @Test("contradicting or invalid limits are skipped")
    func nonsense() throws {
        let text = """
            {"type": "object", "properties": {"a": {"type": "string", "minLength": 9, \
            "maxLength": 1}, "b": {"type": "integer", "minimum": "x", "maximum": 1e300}, \
            "c": {"type": "number", "minimum": 5, "maximum": 1}}, "required": 7}
            """
        #expect(try faults(text, ["a": "x", "b": 5, "c": 3]).isEmpty)
    }

    @Test("a map with a pattern for its names accepts entries, and describes the pattern")
    func maps() throws {
        let text = """
            {"type": "object", "required": ["env"], "properties": {"env": {"type": "object", \
            "patternProperties": {"^[A-Z_]+$": {"type": "string"}}, \
            "additionalProperties": false}}}
            """
        #expect(try faults(text, ["env": ["PATH_X": "1", "b": "2"]]).isEmpty)
        #expect(try faults(text, ["env": "PATH_X=1"]).count == 1)
        let said = try map(text).announced["properties"]?["env"]?["description"]?.string
        #expect(said?.contains("^[A-Z_]+$") == true)
    }

    @Test(
        "an optional property that allows nothing is left out, and the rest stays",
        arguments: [
            "false", #"{"not": {}}"#, #"{"not": true}"#, #"{"enum": []}"#,
            ##"{"$ref": "#/$defs/never"}"##, #"{"anyOf": [false, {"not": {}}]}"#,
            #"{"type": "object", "required": ["x"], "properties": {"x": false}}"#,
        ])
    func nothing(schema: String) throws {
        func text(_ required: String) -> String {
            """
            {"type": "object", "$defs": {"never": false}, "required": [\(required)], \
            "properties": {"a": {"type": "string"}, "b": \(schema)}}
            """
        }
        let schema = try map(text("\"a\""))
        #expect(schema.announced["properties"] == ["a": ["type": "string"]])
        #expect(try faults(text("\"a\""), ["a": "x"]).isEmpty)
        #expect(try faults(text("\"a\""), ["a": "x", "b": 1]).count == 1)
        #expect(throws: SchemaError.self) { try map(text("\"a\", \"b\"")) }
    }

    @Test("'not' is described in words")
    func negation() throws {
        let text =
            #"{"type": "object", "properties": {"a": {"type": "string", "not": {"const": "x"}}}}"#
        let said = try map(text).announced["properties"]?["a"]?["description"]
        #expect(said == #"(not {"const":"x"})"#)
    }

    @Test("a list that allows no items accepts the empty one")
    func emptyList() throws {
        let text = #"{"type": "object", "properties": {"a": {"type": "array", "items": false}}}"#
        #expect(try faults(text, ["a": []]).isEmpty)
        #expect(try faults(text, ["a": [1]]).count == 1)
    }

    @Test("names that the service does not accept are replaced, and restored in calls")
    func foreignNames() throws {
        let text = """
            {"type": "object", "required": ["größe", "with space", "@type", ""], "properties": {\
            "größe": {"type": "string"}, "groesse": {"type": "integer"}, "": {"type": "boolean"}, \
            "with space": {"type": "array", "items": {"type": "object", "properties": \
            {"内": {"type": "string"}, "b": {"type": "string"}}}}, "@type": {"anyOf": [\
            {"type": "object", "properties": {"é": {"type": "integer"}}}, {"type": "string"}]}}}
            """
        let schema = try map(text)
        let properties = try #require(schema.announced["properties"]?.object)
        #expect(properties.names.count == 5)
        let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-$")
        #expect(properties.names.allSatisfy { !$0.isEmpty && $0.allSatisfy(plain.contains) })
        let called = Dictionary(
            properties.compactMap { name, json in
                let words = json["description"]?.string ?? "(called \(name))"
                return (String(words.dropFirst(8).dropLast()), name)
            }, uniquingKeysWith: { $1 })
        let inner = properties[called["with space"] ?? ""]?["items"]?["properties"]?.object?.names
        let deep = properties[called["@type"] ?? ""]?["anyOf"]?.array?[0]["properties"]?.object
        let arguments = JSONValue.object(
            JSONObject([
                (try #require(called["größe"]), "tall"), ("groesse", 5),
                (try #require(called[""]), true),
                (
                    try #require(called["with space"]),
                    [.object(JSONObject([(try #require(inner?.first), "in"), ("b", "out")]))]
                ),
                (
                    try #require(called["@type"]),
                    .object(JSONObject([(try #require(deep?.names.first), 3)]))
                ),
            ]))
        #expect(SchemaCheck(schema.schema).violations(of: arguments).isEmpty)
        #expect(
            schema.restored(arguments)
                == [
                    "größe": "tall", "groesse": 5, "": true,
                    "with space": [["内": "in", "b": "out"]], "@type": ["é": 3],
                ])
    }

    @Test("the error is that of the alternative which the value names")
    func discriminated() throws {
        let text = """
            {"type": "object", "$defs": {"A": {"type": "object", "required": ["t", "x"], \
            "properties": {"t": {"const": "a"}, "x": {"type": "integer"}}}, "B": {"type": "object", \
            "required": ["t", "y"], "properties": {"t": {"const": "b"}, "y": {"type": "string"}, \
            "z": {"type": "string"}}}}, "required": ["op"], "properties": {"op": {\
            "oneOf": [{"$ref": "#/$defs/B"}, {"$ref": "#/$defs/A"}, {"type": "null"}]}}}
            """
        #expect(try faults(text, ["op": ["t": "a"]]) == ["op.x is missing"])
        #expect(try faults(text, ["op": ["t": "b", "z": 5]]).count == 2)
        #expect(try faults(text, ["op": ["t": "b"]]) == ["op.y is missing"])
        #expect(
            try faults(text, ["op": ["t": "c"]])
                == [#"op.t is "c", but must be one of "b", "a""#])
        #expect(
            try faults(text, ["op": ["x": 1]]) == [#"op.t is missing; it is one of "b", "a""#])
        #expect(try faults(text, ["op": ["t": "a", "x": 1]]).isEmpty)
    }

    @Test("a recursive type is an object at any depth, and calls of any depth are valid")
    func recursion() throws {
        let text = """
            {"type": "object", "$defs": {"N": {"type": "object", "required": ["v"], "properties": {\
            "v": {"type": "string"}, "kids": {"type": "array", "items": {"$ref": "#/$defs/N"}}, \
            "next": {"$ref": "#/$defs/N"}}}}, "properties": {"root": {"$ref": "#/$defs/N"}}}
            """
        let schema = try map(text)
        func check(_ json: JSONValue) {
            // A node, and a list of nodes, is never declared as a text or a number.
            for (name, part) in json["properties"]?.object ?? [:] {
                switch name {
                case "next", "root": #expect(part["type"] == "object")
                case "kids":
                    #expect(part["type"] == "array")
                    #expect(part["items"]?["type"] == "object")
                    if let items = part["items"] { check(items) }
                default: #expect(part["type"] == "string")
                }
                check(part)
            }
        }
        check(schema.announced)
        var value: JSONValue = ["v": "leaf"]
        for depth in 0..<20 {
            #expect(
                SchemaCheck(schema.schema).violations(of: ["root": value]).isEmpty, "\(depth)")
            value = depth % 2 == 0 ? ["v": "x", "next": value] : ["v": "x", "kids": [value]]
        }
        #expect(SchemaCheck(schema.schema).violations(of: ["root": ["next": [:]]]).count > 0)
    }
}
