import Linux
import ModelTypes
import Mosquitto
import Simulation
import TestBroker
import Testing

/// The real program, and its controls as users set them.
@Suite(
    "Mute and volume survive every end of the daemon",
    .enabled(if: TestBroker.isInstalled, Comment(rawValue: TestBroker.absence)), .serialized,
    .timeLimit(.minutes(5)))
struct MuteLifeTests {
    /// Another client of the broker.
    private final class Remote: Sendable {
        let messages = Collector<MQTTMessage>()
        private let client: MQTTClient

        init(_ broker: TestBroker) async throws {
            let (messages, lines) = (messages, Collector<Bool>())
            client = try MQTTClient(
                BrokerSettings(host: "127.0.0.1", port: broker.port, clientID: "remote")
            ) { event in
                switch event {
                case .received(let message): messages.add(message)
                case .connected: lines.add(true)
                case .disconnected, .forbidden, .refused: break
                }
            }
            try client.subscribe(to: "martlet/kitchen/#")
            try client.start()
            try await lines.wait { $0 }
        }

        func ask(_ property: String, _ text: String) async throws {
            _ = try await client.publish(
                MQTTMessage(topic: "martlet/kitchen/\(property)/set", text),
                patience: .seconds(60), within: .seconds(60))
        }

        /// Waits until a property was published once more than before.
        func wait(_ property: String, _ text: String, after before: Int) async throws {
            let topic = "martlet/kitchen/\(property)"
            let known = messages.all.prefix(before).count { $0.topic == topic && $0.text == text }
            try await messages.wait(count: known + 1) { $0.topic == topic && $0.text == text }
        }

        func stop() async { await client.stop(farewell: []) }
    }

    private func household(_ broker: TestBroker) async throws -> Household {
        try await Household(scenario: .saying(Noise.samples(2400, seed: 1))) { _ in
            """
            [mqtt]
            host = "127.0.0.1"
            port = \(broker.port)
            id = "kitchen"
            name = "Kitchen"
            """
        }
    }

    private func wordsBegun(_ house: Household) -> Int {
        house.service.all.count { $0.isWordsBegan }
    }

    @Test(
        "mute and volume stay as they were until a user changes them",
        arguments: [Signal.hangUp, .terminate, .kill])
    func whatWasMutedStaysMuted(
        signal: Signal
    ) async throws {
        let broker = try TestBroker()
        let remote = try await Remote(broker)
        let house = try await household(broker)
        defer { house.end() }
        try await house.start()
        try await remote.wait("mute", "OFF", after: 0)
        try await remote.ask("volume", "35")
        try await remote.wait("volume", "35", after: 0)
        try await remote.ask("mute", "ON")
        try await remote.wait("mute", "ON", after: 0)
        // A published value is on the disk by then.
        let before = remote.messages.all.count
        try await house.disturb(signal)
        if signal == .kill {
            // The volume is not guaranteed that quickly.
            try await remote.wait("mute", "ON", after: before)
        } else {
            try await remote.wait("volume", "35", after: before)
        }
        let words = wordsBegun(house)
        await house.speak()
        #expect(wordsBegun(house) == words, "it hears although it is muted")
        #expect(
            !remote.messages.all.dropFirst(before).contains {
                $0.topic == "martlet/kitchen/mute" && $0.text == "OFF"
            })
        // Continuous words have no beginning: two seconds of silence come between.
        await house.microphone.say([Int16](repeating: 0, count: 2 * 16_000))
        // The client that muted it unmutes it.
        let muted = remote.messages.all.count
        try await remote.ask("mute", "OFF")
        try await remote.wait("mute", "OFF", after: muted)
        await house.speak()
        try await house.service.wait(count: words + 1) { $0.isWordsBegan }
        await remote.stop()
    }
}
