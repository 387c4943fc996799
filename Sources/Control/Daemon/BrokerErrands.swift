internal import Broker
package import Configuration
internal import Mosquitto

/// What is done on the broker by hand.
package enum BrokerErrands {
    /// How long a broker is waited for.
    private static let patience = Duration.seconds(10)

    /// Whether the broker lets the device in, and takes a message of it; throws why not.
    package static func check(_ settings: Settings) async throws -> String {
        let presence = Presence(settings.presenceSettings(version: ProgramVersion.text))
        // Where only the device itself may write, so that an access list shows.
        let probe = MQTTMessage(topic: presence.will.topic + "/check", "")
        try await publish([probe], settings)
        return "\(settings[Keys.MQTT.host]) takes messages of \(settings.deviceID)"
    }

    /// Takes back what the broker and Home Assistant know of the device; returns its id.
    ///
    /// A daemon that runs would tell it anew with its next connection.
    package static func forget(_ settings: Settings) async throws -> String {
        let presence = Presence(settings.presenceSettings(version: ProgramVersion.text))
        try await publish(presence.removal, settings)
        return settings.deviceID
    }

    private static func publish(_ messages: [MQTTMessage], _ settings: Settings) async throws {
        // Not the daemon's id, whose line would be taken away.
        guard
            let broker = settings.brokerSettings(
                SecretStore(settings), suffix: "-errand-\(Int.random(in: 0..<1_000_000))")
        else { throw NoBroker() }
        let client = try MQTTClient(broker) { _ in }
        do {
            for message in messages {
                _ = try await client.publish(message, patience: patience, within: patience)
            }
        } catch {
            await client.stop(farewell: [])
            throw error
        }
        await client.stop(farewell: [])
    }
}

/// There is nobody to talk to.
private struct NoBroker: Error, CustomStringConvertible {
    let description = "there is no broker: set mqtt.host"
}
