import AllToolKinds
import Assistant
import Configuration
import Daemon
import Linux
import ModelTypes
import Mosquitto
import Simulation
import TestBroker
import Testing
import WireCodec

@Suite(
    "The device on a real broker, as Home Assistant sees it",
    .enabled(if: TestBroker.isInstalled, Comment(rawValue: TestBroker.absence)),
    .timeLimit(.minutes(5)))
struct BrokerLifeTests {
    private let reply = Noise.samples(4800, seed: 1)

    /// Another client of the broker, which sees all of the device's messages.
    private final class Witness: Sendable {
        let messages = Collector<MQTTMessage>()
        private let lines = Collector<Bool>()
        private let client: MQTTClient

        init(_ broker: TestBroker) async throws {
            let (messages, lines) = (messages, lines)
            client = try MQTTClient(
                BrokerSettings(host: "127.0.0.1", port: broker.port, clientID: "witness")
            ) { event in
                switch event {
                case .received(let message): messages.add(message)
                case .connected: lines.add(true)
                case .disconnected, .forbidden, .refused: break
                }
            }
            for filter in ["martlet/#", "homeassistant/#"] { try client.subscribe(to: filter) }
            try client.start()
            try await lines.wait { $0 }
        }

        /// Waits until a property was published for the `count`-th time.
        func wait(_ property: String, _ text: String, count: Int = 1) async throws {
            try await messages.wait(count: count) {
                $0.topic == "martlet/kitchen/\(property)" && $0.text == text
            }
        }

        /// Asks the device for something, as Home Assistant does.
        func ask(_ property: String, _ text: String) async throws {
            try await publish("martlet/kitchen/\(property)/set", text)
        }

        /// The same without waiting for the broker.
        func post(_ property: String, _ text: String) throws {
            try client.post(MQTTMessage(topic: "martlet/kitchen/\(property)/set", text))
        }

        func publish(_ topic: String, _ text: String) async throws {
            _ = try await client.publish(
                MQTTMessage(topic: topic, text), patience: .seconds(60), within: .seconds(60))
        }

        func stop() async { await client.stop(farewell: []) }
    }

    private func appliance(
        _ broker: TestBroker, _ more: String = "", mode: String = "hold", role: Role = .device,
        calls: [Scenario.Call] = []
    ) async throws -> Appliance {
        var scenario = Scenario.saying(reply)
        scenario.turns[0].calls = calls
        return try await Appliance.started(
            scenario: scenario, mode: mode, role: role,
            more: """
                [mqtt]
                host = "127.0.0.1"
                port = \(broker.port)
                id = "kitchen"
                name = "Kitchen"
                \(more)
                """)
    }

    @Test("the device announces itself, and reports its state")
    func announced() async throws {
        let broker = try TestBroker()
        let witness = try await Witness(broker)
        let appliance = try await appliance(broker)
        try await witness.wait("status", "online")
        try await witness.wait("state", "idle")
        _ = try await witness.messages.first { $0.topic.hasSuffix("/diagnostics") ? true : nil }
        // What a Home Assistant that starts now gets, read by another program.
        let config = try await broker.read("homeassistant/#", count: 1)
        #expect(config.map(\.topic) == ["homeassistant/device/kitchen/config"])
        let announcement = try JSONValue(parsing: config[0].text)
        #expect(announcement["device"]?["name"] == "Kitchen")
        let kept = Dictionary(
            uniqueKeysWithValues: try await broker.read("martlet/#", count: 7).map {
                ($0.topic, $0.text)
            })
        #expect(kept["martlet/kitchen/status"] == "online")
        #expect(kept["martlet/kitchen/state"] == "idle")
        #expect(kept["martlet/kitchen/mute"] == "OFF")
        #expect(kept["martlet/kitchen/pin"] == "OFF")
        #expect(kept["martlet/kitchen/volume"].flatMap { Int($0) } != nil)
        #expect(kept["martlet/kitchen/timers"] == #"{"count":0,"next":null}"#)
        let diagnostics = try JSONValue(parsing: kept["martlet/kitchen/diagnostics"] ?? "")
        #expect(diagnostics["reconnects"] == 0)
        #expect(kept["martlet/kitchen/reply"] == nil)
        _ = try await appliance.stopped()
        try await witness.wait("status", "offline")
        await witness.stop()
    }

    @Test("every entity drives the device")
    func driven() async throws {
        let broker = try TestBroker()
        let witness = try await Witness(broker)
        let appliance = try await appliance(broker, "publish_words = true")
        try await witness.wait("state", "idle")

        try await witness.ask("mute", "ON")
        try await witness.wait("mute", "ON")
        try await witness.wait("state", "muted")
        try await witness.ask("listen", "PRESS")
        try await witness.ask("mute", "OFF")
        try await witness.wait("mute", "OFF", count: 2)
        // The muted microphone was not opened.
        #expect(
            !appliance.timeline.all.contains { if case .turnOpened = $0 { true } else { false } })

        try await witness.ask("volume", "37")
        try await witness.wait("volume", "37")

        try await witness.ask("listen", "PRESS")
        try await witness.wait("state", "listening")
        try await appliance.timeline.wait { $0 == .turnOpened(1, by: .request) }
        try await witness.ask("stop", "PRESS")
        try await witness.wait("state", "idle", count: 3)

        try await witness.ask("say", "Dinner is ready")
        let text = try await appliance.service.first { event in
            if case .text(let text) = event { text } else { nil }
        }
        #expect(text.contains("\"Dinner is ready\"") && text.contains("word for word"))
        try await witness.wait("state", "speaking")
        try await witness.wait("reply", "sounds")
        appliance.press()
        await appliance.microphone.say(Noise.samples(20 * 320, seed: 1))
        appliance.release()
        try await witness.wait("request", "words")
        _ = try await appliance.stopped()
        await witness.stop()
    }

    @Test("the birth of Home Assistant is answered with the announcement")
    func birth() async throws {
        let broker = try TestBroker()
        let witness = try await Witness(broker)
        let appliance = try await appliance(broker)
        try await witness.wait("state", "idle")
        try await witness.publish("homeassistant/status", "online")
        try await witness.messages.wait(count: 2) {
            $0.topic == "homeassistant/device/kitchen/config"
        }
        try await witness.wait("status", "online", count: 2)
        _ = try await appliance.stopped()
        await witness.stop()
    }

    @Test("a broker that is killed and comes back empty gets everything again")
    func restarted() async throws {
        let broker = try TestBroker()
        let appliance = try await appliance(broker)
        let first = try await Witness(broker)
        try await first.publish("homeassistant/status", "online")
        try await first.wait("state", "idle")
        await first.stop()
        broker.kill()
        // The device goes on without a broker.
        appliance.press()
        await appliance.microphone.say(Noise.samples(20 * 320, seed: 1))
        appliance.release()
        try await appliance.timeline.wait { $0 == .replyPlayed }
        try broker.start()
        let config = try await broker.read("homeassistant/#", count: 1, seconds: 60)
        #expect(config.map(\.topic) == ["homeassistant/device/kitchen/config"])
        let second = try await Witness(broker)
        try await second.ask("mute", "ON")
        try await second.wait("mute", "ON")
        _ = try await appliance.stopped()
        await second.stop()
    }

    @Test("a broker that is unreachable at the start delays nothing, and is found later")
    func late() async throws {
        let broker = try TestBroker()
        broker.kill()
        let appliance = try await appliance(broker)
        try await appliance.timeline.wait { $0 == .online(resumed: false) }
        try broker.start()
        #expect(try await broker.read("homeassistant/#", count: 1, seconds: 60).count == 1)
        _ = try await appliance.stopped()
    }

    @Test("retained junk on the command topics does nothing, nor does a long message")
    func junk() async throws {
        let broker = try TestBroker()
        try await broker.publish("martlet/kitchen/listen/set", "PRESS", "-r")
        try await broker.publish("martlet/kitchen/mute/set", "ON", "-r")
        let file = "\(broker.folder)/long"
        try Files.writeAtomically(
            file, [UInt8](repeating: UInt8(ascii: "x"), count: 10 << 20), mode: 0o600)
        let witness = try await Witness(broker)
        let appliance = try await appliance(broker)
        try await witness.wait("state", "idle")
        try await broker.publish(file: file, to: "martlet/kitchen/say/set")
        try await witness.ask("mute", "neither")
        try await witness.ask("volume", "12")
        try await witness.wait("volume", "12")
        #expect(appliance.timeline.all.allSatisfy { $0 != .muted(true) })
        #expect(
            !appliance.timeline.all.contains { if case .turnOpened = $0 { true } else { false } })
        _ = try await appliance.stopped()
        await witness.stop()
    }

    @Test("a guest client takes nothing of the device's on the broker, and its tools work")
    func guest() async throws {
        let broker = try TestBroker()
        let witness = try await Witness(broker)
        let device = try await appliance(broker)
        try await witness.wait("state", "idle")
        let guest = try await appliance(
            broker,
            """
            [[tool.mqtt]]
            name = "lamp"
            description = "Switches the lamp on."
            topic = "martlet/lamp"
            payload = "ON"
            """, role: .guest, calls: [Scenario.Call(name: "lamp", arguments: [:])])
        guest.press()
        await guest.microphone.say(Noise.samples(20 * 320, seed: 1))
        guest.release()
        try await guest.timeline.wait { $0 == .replyPlayed }
        try await witness.messages.wait { $0.topic == "martlet/lamp" && $0.text == "ON" }
        _ = try await guest.stopped()
        try await witness.ask("volume", "37")
        try await witness.wait("volume", "37")
        let status = witness.messages.all.filter { $0.topic == "martlet/kitchen/status" }
        #expect(status.map(\.text) == ["online"])
        _ = try await device.stopped()
        await witness.stop()
    }

    @Test("a device that is removed leaves nothing on the broker")
    func forgotten() async throws {
        let broker = try TestBroker()
        let witness = try await Witness(broker)
        let appliance = try await appliance(broker)
        try await witness.wait("state", "idle")
        _ = try await witness.messages.first { $0.topic.hasSuffix("/diagnostics") ? true : nil }
        let settings = try SettingsFile.settings(from: [
            (
                "test.toml",
                "[mqtt]\nhost = \"127.0.0.1\"\nport = \(broker.port)\nid = \"kitchen\"\n"
            )
        ])
        // Home Assistant would lose a device that is running.
        var reason = ""
        do { _ = try await BrokerCommandHandler.forget(settings, mayRun: false) } catch {
            reason = "\(error)"
        }
        #expect(reason.contains("the daemon is connected as kitchen"), "\(reason)")
        _ = try await appliance.stopped()
        #expect(try await BrokerCommandHandler.check(settings).hasPrefix("127.0.0.1"))
        #expect(try await BrokerCommandHandler.forget(settings, mayRun: false) == "kitchen")
        // An empty message removes it from Home Assistant, and no retained message is left.
        try await witness.messages.wait {
            $0.topic == "homeassistant/device/kitchen/config" && $0.payload.isEmpty
        }
        #expect(try await broker.read("#", count: 1, seconds: 1).isEmpty)
        // Home Assistant logs an error about an unknown entity.
        #expect(try await BrokerCommandHandler.forget(settings, mayRun: false) == "kitchen")
        try await witness.publish("martlet/end", "now")
        try await witness.messages.wait { $0.topic == "martlet/end" }
        let removals = witness.messages.all.count {
            $0.topic == "homeassistant/device/kitchen/config" && $0.payload.isEmpty
        }
        #expect(removals == 1)
        await witness.stop()
    }

    @Test("during a flood of commands the device still answers the user's voice")
    func flood() async throws {
        let broker = try TestBroker()
        let witness = try await Witness(broker)
        let appliance = try await appliance(broker)
        try await witness.wait("state", "idle")
        for round in 0..<200 { try witness.post("volume", "\(round % 100)") }
        appliance.press()
        await appliance.microphone.say(Noise.samples(20 * 320, seed: 1))
        appliance.release()
        try await appliance.timeline.wait { $0 == .replyPlayed }
        let told = witness.messages.all.filter { $0.topic == "martlet/kitchen/volume" }
        #expect(told.count < 150)
        // The last of them takes effect as soon as another one is allowed.
        try await witness.wait("volume", "99")
        _ = try await appliance.stopped()
        await witness.stop()
    }
}
