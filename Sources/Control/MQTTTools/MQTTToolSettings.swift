package import Configuration
package import Mosquitto
package import Tools

/// A message that the model may publish: `[[tool.mqtt]]`.
package struct MQTTToolSettings: ToolKind, Equatable {
    /// The form of a payload.
    package enum Format: String, Sendable, CaseIterable {
        /// JSON if it begins with { or [.
        case auto
        case text
        case json
    }

    /// With `{name}` for arguments, as in the payload and the topic of the answer.
    package var topic: String
    package var payload: String
    package var format: Format
    package var quality: MQTTMessage.Quality
    package var isRetained: Bool
    /// It may hold wildcards; empty: no answer is waited for.
    package var answerTopic: String
    /// The place in a JSON answer that is the result; empty: all of it.
    package var answer: String
    /// The place in the answer where the call's id must be; empty: the next message is the answer.
    package var answerID: String

    package static let name = "mqtt"
    package static let shape = ToolShape.function
    package static let usualRisk = ToolRisk.low

    package static let example = #"""
        # Messages to the broker of [mqtt], each a function of its own. {room} stands for the value
        # that the model gives: in a topic it cannot become several levels or a wildcard, in a
        # payload that begins as JSON it is escaped, and {level} outside quotes is the value itself.
        # {call_id} is a different text for each call. When the broker is away the call fails, and
        # the message is not sent later.
        #
        # [[tool.mqtt]]
        # name = "blinds"
        # description = "Moves the blinds of a room; 0 is shut, 100 is open."
        # topic = "home/{room}/blinds/set"
        # payload = '{"position": {position}}'
        # parameters = { room = { type = "string", enum = ["kitchen", "bath"] }, position = { type = "integer", minimum = 0, maximum = 100 } }
        # format = "auto"              # "json", "text"; default: JSON if it begins like JSON
        # qos = 1                      # 0: sent only; 1: the broker acknowledges it; default
        # retain = false               # whether the broker keeps it for later; default
        #
        # [[tool.mqtt]]
        # name = "soil"
        # description = "How moist the soil of a plant is, in percent."
        # risk = "read"
        # topic = "garden/ask"
        # payload = '{"plant": "{plant}", "id": "{call_id}"}'
        # parameters = { plant = { type = "string" } }
        # answer_topic = "garden/answer"   # waited for until deadline_ms; default: no answer is
        # answer = "/moisture"             # of a JSON answer; default: all of it
        # answer_id = "/id"                # where {call_id} must be; default: the next message

        """#

    /// Settings that `MQTTTool` checks.
    package init(
        topic: String, payload: String, format: Format = .auto,
        quality: MQTTMessage.Quality = .atLeastOnce, isRetained: Bool = false,
        answerTopic: String = "", answer: String = "", answerID: String = ""
    ) {
        self.topic = topic
        self.payload = payload
        self.format = format
        self.quality = quality
        self.isRetained = isRetained
        self.answerTopic = answerTopic
        self.answer = answer
        self.answerID = answerID
    }

    package static func read(_ table: inout TableReader) -> MQTTToolSettings? {
        let topic = table.text("topic")
        let payload: String? = table.value("payload", "")
        let format = table.choice("format", Format.auto)
        let quality = table.number("qos", 1, 0...1)
        let isRetained: Bool? = table.value("retain", false)
        let answerTopic: String? = table.value("answer_topic", "")
        let answer: String? = table.value("answer", "")
        let answerID: String? = table.value("answer_id", "")
        guard let topic, let payload, let format, let quality, let isRetained, let answerTopic,
            let answer, let answerID
        else { return nil }
        return MQTTToolSettings(
            topic: topic, payload: payload, format: format,
            quality: quality == 0 ? .atMostOnce : .atLeastOnce,
            isRetained: isRetained, answerTopic: answerTopic, answer: answer, answerID: answerID)
    }

    package var members: [(key: String, toml: String)] {
        [
            ("topic", topic.toml), ("payload", payload.toml), ("format", format.rawValue.toml),
            ("qos", quality == .atMostOnce ? "0" : "1"), ("retain", isRetained.toml),
            ("answer_topic", answerTopic.toml), ("answer", answer.toml),
            ("answer_id", answerID.toml),
        ]
    }

    package static func make(_ tables: [Table], with maker: inout ToolMaker) {
        do {
            let client = try client(&maker)
            for (settings, message) in tables {
                maker.add(settings) {
                    try MQTTTool(
                        declaration: try settings.declaration(), settings: message, client: client)
                }
            }
        } catch {
            maker.note(error, at: tables.first?.settings.position)
        }
    }

    /// The connection to the broker; its thread starts and libmosquitto is loaded with the first
    /// message.
    private static func client(_ maker: inout ToolMaker) throws -> MQTTClient {
        switch maker.ports[MQTTPort.self] {
        case .shared(let client): return client
        case .own(let broker):
            let client = try MQTTClient(broker) { _ in }
            if !maker.isDry { maker.end { await client.stop(farewell: []) } }
            return client
        case nil:
            throw ToolFailure("a tool of [[tool.mqtt]] needs a broker: set mqtt.host")
        }
    }
}

/// The broker for the messages of tools; there is none if this port is not set.
package enum MQTTPort: Sendable {
    /// Over the device's own connection.
    case shared(MQTTClient)
    /// Over a connection of the tools' own.
    case own(BrokerSettings)
}
