internal import Broker
internal import Configuration
internal import Mosquitto
internal import Tools

// Messages to the broker: `[[tool.mqtt]]`.
extension ToolSetBuilder {
    mutating func addMessages(_ own: OwnParts?) {
        let messages = settings.tools(MQTTToolSettings.self)
        guard let first = messages.first else { return }
        do {
            let client = try own?.broker ?? ownClient()
            for (settings, message) in messages {
                add(settings) {
                    try MessageTool(
                        declaration: try settings.declaration(),
                        settings: MessageToolSettings(message), client: client)
                }
            }
        } catch {
            note(error, at: first.settings.position)
        }
    }

    /// A line of the tools' own; its thread and libmosquitto come with the first message.
    private mutating func ownClient() throws -> MQTTClient {
        // Not the daemon's, whose line would be taken away.
        let suffix = "-tools-\(Int.random(in: 0..<1_000_000))"
        guard let broker = settings.brokerSettings(secrets, suffix: suffix) else {
            throw NoBroker()
        }
        let client = try MQTTClient(broker) { _ in }
        if !isDry { endings.append { await client.stop(farewell: []) } }
        return client
    }
}

extension MessageToolSettings {
    fileprivate init(_ message: MQTTToolSettings) {
        self.init(
            topic: message.topic, payload: message.payload,
            format: Format(message.format),
            quality: message.quality == 0 ? .atMostOnce : .atLeastOnce,
            isRetained: message.isRetained, answerTopic: message.answerTopic,
            answer: message.answer, answerID: message.answerID)
    }
}

extension MessageToolSettings.Format {
    fileprivate init(_ format: MQTTToolSettings.Format) {
        self =
            switch format {
            case .auto: .auto
            case .text: .text
            case .json: .json
            }
    }
}

/// Messages without anybody to take them.
private struct NoBroker: Error, CustomStringConvertible {
    let description = "a tool of [[tool.mqtt]] needs a broker: set mqtt.host"
}
