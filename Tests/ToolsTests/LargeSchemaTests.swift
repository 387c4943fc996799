import Testing
import WireCodec

@testable import Tools

/// Schemas and arguments with any number of members: processed, or refused, in linear time.
@Suite(.timeLimit(.minutes(5)))
struct LargeSchemaTests {
    private static let count = 100_000

    private func many(_ value: (Int) -> JSONValue) -> JSONObject {
        JSONObject((0..<Self.count).map { ("name\($0)", value($0)) })
    }

    @Test("a schema of 100000 properties is refused, and costs little where it is referred to")
    func aSchemaOf100000Properties() {
        let part: JSONValue = [
            "type": "object", "properties": .object(many { _ in ["type": "string"] }),
        ]
        #expect(throws: SchemaError.self) { try ForeignSchema(part) }
        let list = JSONValue.array(Array(repeating: ["$ref": "#/$defs/part"], count: 900))
        for key in ["allOf", "anyOf"] {
            let json: JSONValue = [
                "type": "object", "$defs": ["part": part],
                "properties": ["x": .object([key: list])],
            ]
            // If many alternatives accept any value, that is little to send.
            if let schema = try? ForeignSchema(json) {
                #expect(schema.announced.serialized.utf8.count < 1000, "\(key)")
            }
        }
        // Merged names count once each.
        let repeated = JSONValue.array(
            (0..<900).map { .object(["name\($0)": 1, "type": "object"]) })
        _ = try? ForeignSchema(["allOf": repeated])
    }

    @Test("of 100000 undeclared arguments some are named")
    func of100000ArgumentsThatNobody() throws {
        let declared = JSONObject((0..<900).map { ("known\($0)", ["type": "string"]) })
        let schema = try Schema(["type": "object", "properties": .object(declared)])
        let faults = SchemaCheck(schema).violations(of: .object(many { .int(Int64($0)) }))
        #expect(faults.count == SchemaCheck.maximumViolations)
        let list = try Schema([
            "type": "object",
            "properties": ["x": ["type": "array", "items": ["type": "string"]]],
        ])
        let numbers = JSONValue.array((0..<Self.count).map { .int(Int64($0)) })
        #expect(
            SchemaCheck(list).violations(of: ["x": numbers]).count == SchemaCheck.maximumViolations)
    }

    @Test("arguments of any size are shown without secrets and short")
    func argumentsOfAnySizeAre() {
        let shown = HiddenArguments.hide(
            .object(many { ["code": .int(Int64($0))] }), named: HiddenArguments.names(nil))
        #expect(shown.serialized.utf8.count < 10_000)
    }
}
