import Configuration
import Linux
import ModelTypes
import Mosquitto
import TestBroker
import Tools
import WireCodec

@testable import MQTTTools

/// A tool that talks to a test's broker, in the runner that the daemon uses.
struct Rig {
    let client: MQTTClient
    var topic = "lamp/set"
    var payload = "{text}"
    var format = MQTTToolSettings.Format.auto
    var isRetained = false
    var answerTopic = ""
    var answer = ""
    var answerID = ""
    var deadline = Duration.seconds(20)

    init(_ broker: TestBroker, id: String = "martlet-tools") throws {
        self.init(
            try MQTTClient(
                BrokerSettings(host: "127.0.0.1", port: broker.port, clientID: id)
            ) { _ in })
    }

    init(_ client: MQTTClient) { self.client = client }

    var tool: MQTTTool {
        get throws {
            try MQTTTool(
                declaration: try ToolDeclaration(
                    name: "send", description: "Sends.",
                    parameters: [
                        "type": "object", "properties": ["text": ["type": "string"]],
                        "required": ["text"],
                    ], terms: ToolTerms(deadline: deadline)),
                settings: MQTTToolSettings(
                    topic: topic, payload: payload, format: format, quality: .atLeastOnce,
                    isRetained: isRetained, answerTopic: answerTopic, answer: answer,
                    answerID: answerID), client: client)
        }
    }

    /// The answer to the model.
    func call(_ text: String) async throws -> JSONValue {
        let runner = ToolRunner(
            registry: try ToolRegistry([tool]), limits: ToolLimits(),
            ports: RunnerPorts(
                clock: SystemClock(), confirmation: NoConfirmation(), journal: NoJournal(),
                audit: NoAudit()))
        let call = FunctionCall(
            id: "1", name: "send", arguments: .object(["text": .string(text)]))
        guard case .answered(let answer) = await runner.run(call, conversation: 1) else {
            return "no answer"
        }
        return answer.response
    }
}

/// A device on the broker that answers each message under `topic` with a closure.
func withDevice(
    _ broker: TestBroker, _ topic: String,
    answers: @escaping @Sendable (MQTTMessage) -> [MQTTMessage], _ body: () async throws -> Void
) async throws {
    let (stream, continuation) = AsyncStream<MQTTEvent>.makeStream()
    let device = try MQTTClient(
        BrokerSettings(host: "127.0.0.1", port: broker.port, clientID: "device")
    ) { continuation.yield($0) }
    try device.subscribe(to: topic)
    try device.start()
    // An echo proves that the subscription is active.
    _ = try await device.publish(
        MQTTMessage(topic: topic, "ready?"), patience: .seconds(20), within: .seconds(30))
    let answering = Task {
        var isReady = false
        for await case .received(let message) in stream {
            if !isReady {
                isReady = true
                continue
            }
            for answer in answers(message) { try device.post(answer) }
        }
    }
    try await body()
    continuation.finish()
    answering.cancel()
    await device.stop(farewell: [])
}
