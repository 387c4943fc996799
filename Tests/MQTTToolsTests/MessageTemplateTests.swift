import Testing
import Tools
import WireCodec

@testable import MQTTTools

struct MessageTemplateTests {
    let schema: Schema

    init() throws {
        schema = try Schema([
            "type": "object",
            "properties": ["room": ["type": "string"], "level": ["type": "number"]],
            "required": ["room", "level"],
        ])
    }

    private func arguments(_ room: String, _ level: JSONValue = 3) -> ToolArguments {
        ToolArguments(["room": .string(room), "level": level])
    }

    @Test(
        "an argument cannot turn a topic into another one",
        arguments: ["", "a/b", "+", "#", "a\u{0}", "x\ny", "$SYS"])
    func topicArguments(room: String) throws {
        let topic = try MessageTemplate(
            topic: "home/{room}/set", isFilter: false, schema: schema)
        #expect(throws: ToolFailure.self) { try topic.fill(arguments(room), callID: "i") }
        #expect(try topic.fill(arguments("Küche 2"), callID: "i") == "home/Küche 2/set")
    }

    @Test("a payload of JSON stays JSON, whatever an argument holds")
    func escaping() throws {
        let payload = try MessageTemplate(
            payload: #"{"name": "the {room}!", "id": {call_id}, "level": {level}, "x": {}}"#,
            format: .auto, schema: schema)
        let hostile = "\"}, \"admin\": true, \"\\\n\u{1}{level}"
        let text = try payload.fill(arguments(hostile, 2.5), callID: "abc")
        let value = try JSONValue(parsing: text)
        #expect(value["name"]?.string == "the \(hostile)!")
        #expect(value["id"]?.string == "abc")
        #expect(value["level"] == 2.5)
        #expect(value["admin"] == nil)
    }

    @Test("a payload of text is taken as it is; one that must be JSON is checked at the start")
    func formats() throws {
        let plain = try MessageTemplate(payload: "{level}", format: .auto, schema: schema)
        #expect(try plain.fill(arguments("x", 40), callID: "") == "40")
        let text = try MessageTemplate(payload: "{{room}} {room}", format: .text, schema: schema)
        #expect(try text.fill(arguments("a\"b"), callID: "") == "{room} a\"b")
        #expect(throws: MessageTemplateError.self) {
            try MessageTemplate(payload: "{\"a\": }", format: .auto, schema: schema)
        }
        #expect(throws: MessageTemplateError.self) {
            try MessageTemplate(payload: "on", format: .json, schema: schema)
        }
        #expect(throws: MessageTemplateError.self) {
            try MessageTemplate(payload: "{nobody}", format: .auto, schema: schema)
        }
    }

    @Test("wildcards are only for subscriptions, and only from the settings")
    func wildcards() throws {
        #expect(throws: MessageTemplateError.self) {
            try MessageTemplate(topic: "a/#", isFilter: false, schema: schema)
        }
        let filter = try MessageTemplate(
            topic: "a/{room}/+", isFilter: true, schema: schema)
        #expect(try filter.fill(arguments("b"), callID: "") == "a/b/+")
        #expect(throws: ToolFailure.self) { try filter.fill(arguments("#"), callID: "") }
        #expect(throws: MessageTemplateError.self) {
            try MessageTemplate(topic: "a/+{room}", isFilter: true, schema: schema)
        }
    }
}
