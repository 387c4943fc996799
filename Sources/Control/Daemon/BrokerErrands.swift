internal import Broker
package import Configuration
internal import Mosquitto
internal import Synchronization

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

    /// How long a broker takes to send what it keeps, after it has taken a subscription.
    private static let keptPatience = Duration.seconds(2)

    /// Takes back what the broker and Home Assistant know of the device; returns its id.
    ///
    /// Throws where a daemon is connected, unless it `mayRun`: Home Assistant would lose a device
    /// that is there, until the daemon connects anew and tells it again.
    package static func forget(_ settings: Settings, mayRun: Bool) async throws -> String {
        let presence = Presence(settings.presenceSettings(version: ProgramVersion.text))
        if !mayRun, try await isOnline(presence, settings) {
            throw RunningDaemon(id: settings.deviceID)
        }
        try await publish(presence.removal, settings)
        return settings.deviceID
    }

    /// Whether the broker keeps that the device is there.
    private static func isOnline(_ presence: Presence, _ settings: Settings) async throws -> Bool {
        guard
            let broker = settings.brokerSettings(
                SecretStore(settings), suffix: "-look-\(Int.random(in: 0..<1_000_000))")
        else { throw NoBroker() }
        let topic = presence.will.topic
        let sighting = Sighting()
        let client = try MQTTClient(broker) { event in
            guard case .received(let message) = event, message.topic == topic else { return }
            // The will says the opposite of what is looked for.
            if message.payload != presence.will.payload, !message.payload.isEmpty {
                sighting.isMade = true
            }
        }
        try client.subscribe(to: topic)
        try client.start()
        try? await Task.sleep(for: keptPatience)
        await client.stop(farewell: [])
        return sighting.isMade
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
            throw BrokerTrouble(error: error, hint: hint(for: error, settings))
        }
        await client.stop(farewell: [])
    }

    /// What a line that breaks while it is being made is most often about.
    static func hint(for error: any Error, _ settings: Settings) -> String {
        guard case .unreachable(_, let reason)? = error as? MQTTError else { return "" }
        let isBroken = ["connection was lost", "Protocol error"].contains { reason.contains($0) }
        guard isBroken else { return "" }
        guard settings[Keys.MQTT.tls] else {
            return "; where the broker wants TLS, set mqtt.tls = true (and mostly port 8883)"
        }
        return settings[Keys.MQTT.certificate].isEmpty
            ? "; where the broker wants a certificate of the device, set mqtt.certificate_file and "
                + "mqtt.key_file" : ""
    }
}

/// What a broker did not do, with what is most often behind it.
private struct BrokerTrouble: Error, CustomStringConvertible {
    let error: any Error
    let hint: String

    var description: String { "\(error)\(hint)" }
}

/// There is nobody to talk to.
private struct NoBroker: Error, CustomStringConvertible {
    let description = "there is no broker: set mqtt.host"
}

/// Whether something was seen, by whatever thread.
private final class Sighting: Sendable {
    private let state = Mutex(false)

    var isMade: Bool {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}

/// The device is there, and would be taken from Home Assistant all the same.
private struct RunningDaemon: Error, CustomStringConvertible {
    let id: String

    var description: String {
        "the daemon is connected as \(id), and would go on without Home Assistant knowing it: stop it "
            + "first (systemctl stop martlet); --running takes it back all the same"
    }
}
