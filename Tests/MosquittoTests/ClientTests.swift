import Linux
import Mosquitto
import TestBroker
import Testing

/// A client and a working broker.
@Suite(
    .enabled(if: TestBroker.isInstalled, Comment(rawValue: TestBroker.absence)),
    .timeLimit(.minutes(5)))
struct ClientTests {
    let events = Events()

    @Test("published messages are received with their bytes and in their order")
    func published() async throws {
        let broker = try TestBroker()
        let client = try MQTTClient.started(BrokerSettings(broker), events)
        async let read = broker.read("room/#", count: 3, "--retained-only")
        for (topic, text) in [("a", "1"), ("b", "{\"é\": \"\\n\"}"), ("c", "3")] {
            let delivery = try await client.publish(
                MQTTMessage(topic: "room/\(topic)", text, isRetained: true))
            #expect(delivery == .delivered || delivery == .nobodyListens)
        }
        let later = try await broker.read("room/#", count: 3)
        #expect(later.map(\.topic).sorted() == ["room/a", "room/b", "room/c"])
        #expect(later.first { $0.topic == "room/b" }?.text == "{\"é\": \"\\n\"}")
        _ = try? await read
        await client.stop(farewell: [])
    }

    @Test("a message without subscribers is distinguished from one with some")
    func listeners() async throws {
        let broker = try TestBroker()
        let client = try MQTTClient.started(BrokerSettings(broker), events)
        let nobody = try await client.publish(MQTTMessage(topic: "empty", "x"))
        #expect(nobody == .nobodyListens)
        try client.subscribe(to: "own/+")
        // It subscribes before this message, in order, so the subscription is active when this
        // arrives.
        let somebody = try await client.publish(MQTTMessage(topic: "own/a", "x"))
        #expect(somebody == .delivered)
        #expect(await events.message()?.topic == "own/a")
        let unsure = try await client.publish(
            MQTTMessage(topic: "empty", "x", quality: .atMostOnce))
        #expect(unsure == .delivered)
    }

    @Test("a retained message is no new message")
    func retained() async throws {
        let broker = try TestBroker()
        try await broker.publish("command", "old", "-r")
        let client = try MQTTClient.started(BrokerSettings(broker), events)
        try client.subscribe(to: "command")
        await events.connected()
        _ = try await client.publish(MQTTMessage(topic: "command", "new"))
        #expect(await events.message()?.text == "new")
        #expect(
            events.all.allSatisfy {
                if case .received(let message) = $0 { message.text == "new" } else { true }
            })
    }

    @Test("a request gets its own answer, also among others")
    func asked() async throws {
        let broker = try TestBroker()
        let other = Events()
        let device = try MQTTClient.started(BrokerSettings(broker, id: "device"), other)
        try device.subscribe(to: "ask/+")
        await other.connected()
        let client = try MQTTClient.started(BrokerSettings(broker), events)
        let answering = Task {
            var questions: [MQTTMessage] = []
            while questions.count < 3, let question = await other.message() {
                questions.append(question)
            }
            // In another order than the requests.
            for question in questions.reversed() {
                try device.post(MQTTMessage(topic: "answer", "noise"))
                try device.post(MQTTMessage(topic: "answer", "re \(question.text)"))
            }
        }
        try await withThrowingTaskGroup(of: (String, String).self) { group in
            for name in ["a", "b", "c"] {
                group.addTask {
                    let answer = try await client.ask(
                        MQTTMessage(topic: "ask/\(name)", name), answerOn: "answer",
                        patience: .seconds(20), within: .seconds(30)
                    ) { $0.text == "re \(name)" }
                    return (name, answer.text)
                }
            }
            for try await (name, answer) in group { #expect(answer == "re \(name)") }
        }
        try await answering.value
    }

    @Test("a request without a subscriber, and one without an answer, fail with a message")
    func unanswered() async throws {
        let broker = try TestBroker()
        let client = try MQTTClient.started(BrokerSettings(broker), events)
        let unheard = await failure {
            _ = try await client.ask(
                MQTTMessage(topic: "ask", "x"), answerOn: "answer", patience: .seconds(20),
                within: .seconds(30)
            ) { _ in true }
        }
        #expect(unheard == .unanswered(topic: "ask"))
        try client.subscribe(to: "ask")
        let late = await failure {
            _ = try await client.ask(
                MQTTMessage(topic: "ask", "x"), answerOn: "answer", patience: .seconds(20),
                within: .seconds(1)
            ) { _ in true }
        }
        #expect(late == .noAnswer(topic: "answer"))
    }

    @Test("the will is published when the device is lost, and not after a disconnect")
    func will() async throws {
        let broker = try TestBroker()
        var settings = BrokerSettings(broker, id: "appliance")
        settings.will = MQTTMessage(topic: "status", "offline", isRetained: true)
        let witness = try MQTTClient.started(BrokerSettings(broker), events)
        try witness.subscribe(to: "status")
        await events.connected()
        let first = Events()
        let appliance = try MQTTClient.started(settings, first)
        await first.connected()
        try appliance.post(MQTTMessage(topic: "status", "online", isRetained: true))
        #expect(await events.message()?.text == "online")
        // Another client of the same name takes the connection over, which is no disconnect by the
        // client.
        try await broker.publish("other", "x", "-i", "appliance")
        #expect(await events.message()?.text == "offline")
        await first.connected()
        await appliance.stop(farewell: [MQTTMessage(topic: "status", "bye", isRetained: true)])
        let kept = try await broker.read("status", count: 1)
        #expect(kept.map(\.text) == ["bye"])
        #expect(await events.message()?.text == "bye")
    }

    @Test("an invalid message is refused before it is sent")
    func malformed() async throws {
        let broker = try TestBroker()
        var settings = BrokerSettings(broker)
        settings.payloadLimitBytes = 1000
        let client = try MQTTClient.started(settings, events)
        await events.connected()
        for topic in ["", "a/#", "+", "a\u{0}b"] {
            let error = await failure {
                _ = try await client.publish(MQTTMessage(topic: topic, ""))
            }
            guard case .malformed = error else {
                Issue.record("\(topic): \(String(describing: error))")
                continue
            }
        }
        let payload = [UInt8](repeating: 0, count: 1001)
        let error = await failure {
            _ = try await client.publish(MQTTMessage(topic: "a", payload: payload))
        }
        #expect(error == .tooLarge(bytes: 1001, limitBytes: 1000))
        #expect(await failure { try client.subscribe(to: "a/#/b") } != nil)
        #expect(try await client.publish(MQTTMessage(topic: "a", "")) == .nobodyListens)
    }
}
