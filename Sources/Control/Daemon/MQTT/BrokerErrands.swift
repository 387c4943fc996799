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
        return "\(settings[Keys.mqtt.host]) takes messages of \(settings.deviceID)"
    }

    /// Takes back what the broker and Home Assistant know of the device; returns its id.
    ///
    /// Throws where a daemon is connected, unless it `mayRun`: Home Assistant would lose a device
    /// that is there, until the daemon connects anew and publishes it again.
    package static func forget(_ settings: Settings, mayRun: Bool) async throws -> String {
        let presence = Presence(settings.presenceSettings(version: ProgramVersion.text))
        let kept = await kept(of: presence, settings)
        if !mayRun, let status = kept?[presence.will.topic], status != presence.will.payload {
            throw RunningDaemon(id: settings.deviceID)
        }
        // What is not there is not taken back, since Home Assistant complains of that.
        try await publish(
            presence.removal.filter { kept?.keys.contains($0.topic) ?? true }, settings)
        return settings.deviceID
    }

    /// What the broker keeps of the device, by topic; nil where it does not say.
    private static func kept(
        of presence: Presence, _ settings: Settings
    ) async -> [String: [UInt8]]? {
        let found = KeptPayloads()
        let client = try? await client(settings) { event in
            guard case .received(let message) = event, message.isRetained else { return }
            found.byTopic.withLock { $0[message.topic] = message.payload }
        }
        guard let client else { return nil }
        let fence = presence.will.topic + "/check"
        var isWhole = false
        do {
            for message in presence.removal {
                try client.subscribe(to: message.topic, wantsKept: true)
            }
            // Comes behind what the broker has kept.
            _ = try await client.ask(
                MQTTMessage(topic: fence, "?"), answerOn: fence, patience: patience,
                within: patience
            ) { _ in true }
            isWhole = true
        } catch {
            // Then everything is taken back, or that fails with the reason.
        }
        await client.stop(farewell: [])
        return isWhole ? found.byTopic.withLock { $0 } : nil
    }

    /// A client of its own name, since the daemon's line would be taken away.
    ///
    /// Throws when its first attempt finds no broker, since somebody waits for the answer.
    private static func client(
        _ settings: Settings, onEvent: @escaping @Sendable (MQTTEvent) -> Void
    ) async throws -> MQTTClient {
        guard
            let broker = settings.brokerSettings(
                SecretStore(settings), suffix: "-errand-\(Int.random(in: 0..<1_000_000))")
        else { throw NoBroker() }
        let (attempts, attempt) = AsyncStream.makeStream(
            of: MQTTError?.self, bufferingPolicy: .bufferingOldest(1))
        let client = try MQTTClient(broker) { event in
            switch event {
            case .connected: attempt.yield(nil)
            case .disconnected(let error):
                // Others may be of the protocol's version, and the next attempt has another one.
                switch error {
                case .unreachable, .unresolved, .untrusted: attempt.yield(error)
                default: break
                }
            case .received, .forbidden, .refused: break
            }
            onEvent(event)
        }
        try client.start()
        let limit = Task {
            try? await ContinuousClock().sleep(for: patience)
            attempt.finish()
        }
        defer { limit.cancel() }
        // Where it neither stands nor fails by then, what is sent on it says so.
        guard let failure = await attempts.first(where: { _ in true }) ?? nil else {
            return client
        }
        await client.stop(farewell: [])
        throw failure
    }

    private static func publish(_ messages: [MQTTMessage], _ settings: Settings) async throws {
        guard !messages.isEmpty else { return }
        let client = try await client(settings) { _ in }
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

/// What a broker has kept.
private final class KeptPayloads: Sendable {
    // An object, because the compiler of Swift 6.0 fails on closures that share such a value.
    let byTopic = Mutex<[String: [UInt8]]>([:])
}

/// There is nobody to talk to.
private struct NoBroker: Error, CustomStringConvertible {
    let description = "there is no broker: set mqtt.host"
}

/// The device is there, and would be taken from Home Assistant all the same.
private struct RunningDaemon: Error, CustomStringConvertible {
    let id: String

    var description: String {
        "the daemon is connected as \(id), and would go on without Home Assistant knowing it: stop it "
            + "first (systemctl stop martlet); --running takes it back all the same"
    }
}
