import Mosquitto
import TestBroker
import Testing
import Tools
import WireCodec

@testable import MQTTTools

@Suite(
    .enabled(if: TestBroker.isInstalled, Comment(rawValue: TestBroker.absence)),
    .timeLimit(.minutes(5)))
struct MQTTToolTests {
    @Test("a message is published with its arguments, and retained where that is configured")
    func published() async throws {
        let broker = try TestBroker()
        var rig = try Rig(broker)
        rig.isRetained = true
        rig.payload = #"{"state": "{text}"}"#
        let answer = try await rig.call("a \"quoted\" word")
        #expect(answer["output"]?["sent"] == true)
        let kept = try await broker.read("lamp/#", count: 1)
        #expect(kept.map(\.topic) == ["lamp/set"])
        let state = try JSONValue(parsing: kept[0].text)["state"]?.string
        #expect(state == "a \"quoted\" word")
    }

    @Test("a message without a subscriber is a failure that is reported")
    func nobody() async throws {
        let broker = try TestBroker()
        let answer = try await Rig(broker).call("on")
        #expect(
            answer["error"]?.string
                == "nothing was done: nobody listens to the topic lamp/set")
    }

    @Test("an answer is awaited, and a part of it is the result")
    func answered() async throws {
        let broker = try TestBroker()
        var rig = try Rig(broker)
        (rig.answerTopic, rig.answer) = ("lamp/state", "/now/level")
        try await withDevice(broker, "lamp/set") { _ in
            [MQTTMessage(topic: "lamp/state", #"{"now": {"level": 7}}"#)]
        } _: {
            #expect(try await rig.call("on")["output"] == 7)
            rig.answer = ""
            #expect(try await rig.call("on")["output"]?["now"]?["level"] == 7)
            rig.answer = "/other"
            let odd = try await rig.call("on")["output"]
            #expect(odd?["problem"]?.string?.contains("nothing at \"/other\"") == true)
        }
    }

    @Test("each of several calls gets the answer with its own number")
    func correlated() async throws {
        let broker = try TestBroker()
        var rig = try Rig(broker)
        rig.payload = #"{"text": "{text}", "id": {call_id}}"#
        (rig.answerTopic, rig.answerID, rig.answer) = ("lamp/state", "/id", "/text")
        let calls = rig
        try await withDevice(broker, "lamp/set") { message in
            guard let value = try? JSONValue(parsing: message.payload) else { return [] }
            return [
                MQTTMessage(topic: "lamp/state", "no JSON"),
                MQTTMessage(topic: "lamp/state", #"{"id": "another", "text": "wrong"}"#),
                MQTTMessage(topic: "lamp/state", value.serialized),
            ]
        } _: {
            try await withThrowingTaskGroup(of: (String, JSONValue?).self) { group in
                for name in ["a", "b", "c", "d"] {
                    group.addTask { (name, try await calls.call(name)["output"]) }
                }
                for try await (name, answer) in group { #expect(answer == .string(name)) }
            }
        }
    }

    @Test("a device that does not answer is distinguished from an unreachable broker")
    func silent() async throws {
        let broker = try TestBroker()
        var rig = try Rig(broker)
        (rig.answerTopic, rig.deadline) = ("lamp/state", .milliseconds(1500))
        try await withDevice(broker, "lamp/set") { _ in
            []
        } _: {
            let answer = try await rig.call("on")
            #expect(
                answer["error"]?.string
                    == "it was sent, but no answer came on the topic lamp/state in time")
        }
    }

    @Test("an unreachable broker fails the call in time, and the next call works when it is back")
    func away() async throws {
        let broker = try TestBroker()
        var rig = try Rig(broker)
        rig.isRetained = true
        broker.kill()
        let answer = try await rig.call("on")
        #expect(
            answer["error"]?.string?.hasPrefix(
                "nothing was done: cannot reach the broker 127.0.0.1:\(broker.port)") == true)
        try broker.start()
        #expect(try await rig.call("off")["output"]?["sent"] == true)
        #expect(try await broker.read("lamp/set", count: 1).map(\.text) == ["off"])
    }

    @Test("a broker lost in a call still leaves the call with an answer")
    func gone() async throws {
        let broker = try TestBroker()
        var rig = try Rig(broker)
        rig.isRetained = true
        #expect(try await rig.call("first")["output"]?["sent"] == true)
        broker.setHalted(true)
        let calls = rig
        async let call = calls.call("second")
        // Sent before the broker dies, or refused because it is gone: both are answers.
        await Task.yield()
        broker.kill()
        #expect(try await call["error"]?.string != nil)
        try broker.start()
        #expect(try await rig.call("third")["output"]?["sent"] == true)
    }

    @Test(
        "mistakes in the settings are found at the start",
        arguments: [
            ("lamp/#", "x", "", "", ""), ("lamp", "{", "", "", ""), ("lamp", "x", "", "/a", ""),
            ("lamp", "x", "", "", "/id"), ("lamp", "x", "a/#/b", "", ""),
            ("lamp", "x", "answer", "", "/id"), ("lamp", "x", "answer", "a..b", ""),
            ("lamp/{other}", "x", "", "", ""),
        ])
    func mistakes(
        topic: String, payload: String, answerTopic: String, answer: String, answerID: String
    ) throws {
        var rig = Rig(
            try MQTTClient(BrokerSettings(host: "127.0.0.1", port: 1, clientID: "x")) { _ in })
        (rig.topic, rig.payload) = (topic, payload)
        (rig.answerTopic, rig.answer, rig.answerID) = (answerTopic, answer, answerID)
        #expect(throws: ToolDeclarationError.self) { try rig.tool }
    }
}
