internal import Broker
package import Configuration
internal import Mosquitto
internal import Synchronization

/// What a user does on the broker by hand.
package enum BrokerCommandHandler {
    /// How long to wait for a broker.
    private static let patience = Duration.seconds(10)

    /// Checks that the broker admits the device and takes a message from it; throws the reason if
    /// not.
    package static func check(_ settings: Settings) async throws -> String {
        let presence = Presence(settings.presenceSettings(version: ProgramVersion.text))
        // A topic that only the device may write, so that a wrong access list shows.
        let probe = MQTTMessage(topic: presence.will.topic + "/check", "")
        try await publish([probe], settings)
        return "\(settings[Keys.mqtt.host]) takes messages of \(settings.deviceID)"
    }

    /// Removes the device from the broker and from Home Assistant; returns its id.
    ///
    /// Throws if a daemon is connected, unless it `mayRun`: Home Assistant would lose a device that
    /// works, until the daemon reconnects and publishes it again.
    package static func forget(_ settings: Settings, mayRun: Bool) async throws -> String {
        let presence = Presence(settings.presenceSettings(version: ProgramVersion.text))
        let kept = await kept(of: presence, settings)
        if !mayRun, let status = kept?[presence.will.topic], status != presence.will.payload {
            throw RunningDaemon(id: settings.deviceID)
        }
        // Only what exists is removed, since Home Assistant complains otherwise.
        try await publish(
            presence.removal.filter { kept?.keys.contains($0.topic) ?? true }, settings)
        return settings.deviceID
    }

    /// The device's messages that the broker has kept, by topic; nil if it does not answer.
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
                try client.subscribe(to: message.topic, includesRetained: true)
            }
            // The answer comes after everything that the broker has kept.
            _ = try await client.ask(
                MQTTMessage(topic: fence, "?"), answerOn: fence, patience: patience,
                within: patience
            ) { _ in true }
            isWhole = true
        } catch {
            // Then everything is removed, or removing it fails with the reason.
        }
        await client.stop(farewell: [])
        return isWhole ? found.byTopic.withLock { $0 } : nil
    }

    /// A client with an id of its own, so that it does not take over the daemon's connection.
    ///
    /// Throws when its first attempt finds no broker, since the user waits for the answer.
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
                // Other errors may be due to the protocol's version, and the next attempt uses
                // another.
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
        // If it has neither connected nor failed by then, the first message sent on it fails.
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

/// No broker is configured.
private struct NoBroker: Error, CustomStringConvertible {
    let description = "there is no broker: set mqtt.host"
}

/// The daemon is connected, and Home Assistant would lose a device that works.
private struct RunningDaemon: Error, CustomStringConvertible {
    let id: String

    var description: String {
        "the daemon is connected as \(id), and Home Assistant would lose it while it runs: stop it "
            + "first (systemctl stop martlet); --running removes it anyway"
    }
}
