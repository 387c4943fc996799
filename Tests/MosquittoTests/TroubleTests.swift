import Linux
import Mosquitto
import TestBroker
import TestSockets
import Testing

/// Brokers that are unreachable, refuse, or send unwanted messages.
@Suite(
    .enabled(if: TestBroker.isInstalled, Comment(rawValue: TestBroker.absence)),
    .timeLimit(.minutes(5)))
struct TroubleTests {
    let events = Events()

    private func publish(
        _ client: MQTTClient, _ text: String = "x", topic: String = "a",
        patience: Duration = .milliseconds(300)
    ) async throws -> MQTTDelivery {
        try await client.publish(
            MQTTMessage(topic: topic, text), patience: patience, within: .seconds(30))
    }

    @Test(
        "while the broker is unreachable a message is refused with the reason, and not sent later")
    func away() async throws {
        let broker = try TestBroker()
        broker.kill()
        let client = try MQTTClient.started(BrokerSettings(broker), events)
        let error = await failure { _ = try await publish(client, "early") }
        guard case .unreachable(let place, let reason) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(place == "127.0.0.1:\(broker.port)")
        #expect(reason == "Connection refused")
        #expect(!client.isConnected)
        try client.subscribe(to: "a")
        try broker.start()
        #expect(try await publish(client, "late", patience: .seconds(30)) == .delivered)
        #expect(await events.message()?.text == "late")
    }

    @Test("a broker that is killed and restarted is found again, with all subscriptions")
    func restarted() async throws {
        let broker = try TestBroker()
        let client = try MQTTClient.started(BrokerSettings(broker), events)
        try client.subscribe(to: "a/#")
        await events.connected()
        broker.kill()
        guard case .lost = await events.disconnected() else {
            Issue.record("not lost: \(events.all)")
            return
        }
        // A message that was not sent cannot have had an effect.
        guard case .unreachable = await failure({ _ = try await publish(client) }) else {
            Issue.record("taken for sent")
            return
        }
        try broker.start()
        #expect(try await publish(client, topic: "a/b", patience: .seconds(30)) == .delivered)
        #expect(await events.message()?.topic == "a/b")
        #expect(client.connections == 2)
    }

    @Test("a broker that dies in a call ends the call, and the request is not sent again")
    func killedInCall() async throws {
        let broker = try TestBroker()
        let client = try MQTTClient.started(BrokerSettings(broker), events)
        await events.connected()
        broker.setHalted(true)
        async let call = failure { _ = try await publish(client, "open the door") }
        async let question = failure {
            _ = try await client.ask(
                MQTTMessage(topic: "a", "?"), answerOn: "b", patience: .seconds(1),
                within: .seconds(30)
            ) { _ in true }
        }
        let third = Task { await failure { _ = try await publish(client, "third") } }
        while client.underWay < 2 { await Task.yield() }
        third.cancel()
        #expect(await third.value == .cancelled)
        broker.kill()
        switch await call {
        // On a busy machine the connection may have broken before it was sent.
        case .lost, .unreachable: break
        case let error: Issue.record("\(String(describing: error))")
        }
        // The awaited answer is lost, or the broker was gone before the request.
        #expect(await question != nil)
        try client.subscribe(to: "a")
        try broker.start()
        #expect(try await publish(client, "next", patience: .seconds(30)) == .delivered)
        #expect(await events.message()?.text == "next")
    }

    @Test("a wrong password is reported as such and never shown; a right one is accepted")
    func password() async throws {
        let broker = try TestBroker { folder in
            // Output of mosquitto_passwd, for "right".
            let file = "\(folder)/users"
            try Files.writeAtomically(file, Array("martlet:right\n".utf8), mode: 0o600)
            return ["password_file \(file)"]
        } preparing: { folder in
            [["mosquitto_passwd", "-U", "\(folder)/users"]]
        }
        var settings = BrokerSettings(broker)
        settings.user = "martlet"
        settings.password = { "wrong-secret" }
        let client = try MQTTClient.started(settings, events)
        let error = await failure { _ = try await publish(client, patience: .seconds(2)) }
        guard case .refused(_, let reason) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason == "Not authorized" || reason.contains("password"))
        #expect(!"\(error!)".contains("wrong-secret"))
        await client.stop(farewell: [])
        settings.password = { "right" }
        let second = try MQTTClient.started(settings, Events())
        #expect(try await publish(second, patience: .seconds(20)) == .nobodyListens)
    }

    @Test("a topic that the access list does not allow is refused by name")
    func accessList() async throws {
        let broker = try TestBroker { folder in
            let file = "\(folder)/access"
            try Files.writeAtomically(
                file, Array("topic readwrite open/#\n".utf8), mode: 0o600)
            return ["acl_file \(file)"]
        }
        let client = try MQTTClient.started(BrokerSettings(broker), events)
        let error = await failure {
            _ = try await publish(client, topic: "shut", patience: .seconds(20))
        }
        guard case .forbidden("shut", _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try await publish(client, topic: "open/a") == .nobodyListens)
    }

    @Test("a posted message that is not allowed is reported as an event")
    func whatIsPostedAndNot()
        async throws
    {
        let broker = try TestBroker { folder in
            let file = "\(folder)/access"
            try Files.writeAtomically(file, Array("topic readwrite open/#\n".utf8), mode: 0o600)
            return ["acl_file \(file)"]
        }
        let client = try MQTTClient.started(BrokerSettings(broker), events)
        await events.connected()
        try client.post(MQTTMessage(topic: "open/a", "x"))
        try client.post(MQTTMessage(topic: "shut", "x"))
        let told = await events.next { if case .forbidden(let error) = $0 { error } else { nil } }
        guard case .forbidden("shut", _) = told else {
            Issue.record("\(String(describing: told))")
            return
        }
    }

    @Test("retained messages arrive where they are wanted, and nowhere else")
    func whatTheBrokerHasKept() async throws {
        let broker = try TestBroker()
        for topic in ["wanted", "unwanted"] {
            try await broker.publish(topic, "of yesterday", "-r")
        }
        let client = try MQTTClient.started(BrokerSettings(broker), events)
        try client.subscribe(to: "unwanted")
        try client.subscribe(to: "wanted", includesRetained: true)
        await events.connected()
        #expect(
            await events.message()
                == MQTTMessage(topic: "wanted", "of yesterday", isRetained: true))
        #expect(try await publish(client, "of today", topic: "unwanted") == .delivered)
        #expect(await events.message()?.text == "of today")
    }

    @Test("a message of ten megabytes is not accepted, and the connection survives")
    func tooLong() async throws {
        let broker = try TestBroker()
        let client = try MQTTClient.started(BrokerSettings(broker), events)
        try client.subscribe(to: "a")
        await events.connected()
        let file = "\(broker.folder)/long"
        try Files.writeAtomically(
            file, [UInt8](repeating: UInt8(ascii: "x"), count: 10 << 20), mode: 0o600)
        try await broker.publish(file: file, to: "a")
        #expect(try await publish(client, "short") == .delivered)
        #expect(await events.message()?.text == "short")
        #expect(client.connections == 1)
    }

    private func isBusy(_ body: () async throws -> Void) async -> Bool {
        if case .busy = await failure(body) { true } else { false }
    }

    @Test("a flood of messages is refused at the limit, and the connection works again afterwards")
    func flood() async throws {
        let broker = try TestBroker()
        let client = try MQTTClient.started(BrokerSettings(broker), events)
        await events.connected()
        broker.setHalted(true)
        var refusals = 0
        for _ in 0..<1000 {
            if await isBusy({ try client.post(MQTTMessage(topic: "a", "x")) }) { refusals += 1 }
        }
        #expect(refusals > 500)
        broker.setHalted(false)
        // The accepted messages are acknowledged before there is room again.
        var delivery: MQTTDelivery?
        while await isBusy({ delivery = try await publish(client) }) { await Task.yield() }
        #expect(delivery == .nobodyListens)
    }

    @Test("an old broker without version 5 is addressed in 3.1.1")
    func oldBroker() async throws {
        let server = try OldBroker()
        var settings = BrokerSettings(host: "127.0.0.1", port: server.port, clientID: "martlet")
        settings.user = "somebody"
        let client = try MQTTClient.started(settings, events)
        await events.connected()
        #expect(client.isConnected)
        #expect(server.versions.contains(5))
        #expect(server.versions.last == 4)
    }

    @Test(
        "a connection that another client takes over is reported as such by a broker that says so")
    func takenOver() async throws {
        let server = try RawServer { line in
            _ = line.read()
            // A CONNACK without properties, then DISCONNECT with its reason (MQTT 5.0, 3.14).
            line.write([0x20, 3, 0, 0, 0, 0xE0, 1, 0x8E])
            while !line.read().isEmpty {}
        }
        let settings = BrokerSettings(host: "127.0.0.1", port: server.port, clientID: "twin")
        let client = try MQTTClient.started(settings, events)
        let told = await events.disconnected()
        #expect(told == .takenOver(broker: "127.0.0.1:\(server.port)", client: "twin"))
        #expect(told?.description.contains("another mqtt.id") == true)
        await client.stop(farewell: [])
    }

    @Test("two clients of one name are reported, also by a broker that does not say so")
    func twins() async throws {
        let broker = try TestBroker()
        let settings = BrokerSettings(broker, id: "twin")
        let first = try MQTTClient.started(settings, events)
        await events.connected()
        let second = try MQTTClient.started(settings, Events())
        let told = await events.next { event in
            switch event {
            case .disconnected(.unsteady(_, "twin", _)), .disconnected(.takenOver(_, "twin")): event
            default: nil
            }
        }
        #expect(told != nil)
        await first.stop(farewell: [])
        await second.stop(farewell: [])
    }

    @Test("a connection that an old broker ends again and again is reported as such")
    func unsteady() async throws {
        let server = try OldBroker(hangsUp: true)
        let settings = BrokerSettings(host: "127.0.0.1", port: server.port, clientID: "twin")
        let client = try MQTTClient.started(settings, events)
        let told = await events.next { event in
            if case .disconnected(.unsteady(_, "twin", _)) = event { event } else { nil }
        }
        #expect(told != nil)
        let lost = events.all.count {
            if case .disconnected(.lost) = $0 { true } else { false }
        }
        #expect(lost >= 2, "once or twice is a broker's restart")
        await client.stop(farewell: [])
    }

    @Test("an unknown host is reported as such")
    func unknownHost() async throws {
        let client = try MQTTClient.started(
            BrokerSettings(host: "nobody.invalid", port: 1883, clientID: "martlet"), events)
        guard case .unresolved("nobody.invalid:1883") = await events.disconnected() else {
            Issue.record("\(events.all)")
            return
        }
        await client.stop(farewell: [])
    }

    @Test("a client that was stopped or released has no thread any more, and says so")
    func stopped() async throws {
        let broker = try TestBroker()
        let client = try MQTTClient.started(BrokerSettings(broker), events)
        await events.connected()
        await client.stop(farewell: [])
        guard case .unavailable = await failure({ _ = try await publish(client) }) else {
            Issue.record("still there")
            return
        }
        try await broker.publish("a", "x")
        #expect(!client.isConnected)
    }
}
