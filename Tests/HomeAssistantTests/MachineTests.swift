import Testing
import WireCodec

@testable import HomeAssistant

/// The WebSocket API, event by event.
struct MachineTests {
    private static let second: Int64 = 1_000_000_000
    private var machine = HomeMachine(
        HomeExposure(domains: ["light"], areas: [], labels: [], entities: [], exceptions: []))

    private mutating func receive(_ message: JSONValue, at now: Int64 = 0) -> [HomeOrder] {
        machine.received(message, at: now, random: 0.5) { .success(Secret("t0ken")) }
    }

    /// The ids and types of the messages sent.
    private func sent(_ orders: [HomeOrder]) -> [(id: Int64, type: String)] {
        orders.compactMap { order in
            guard case .send(let message) = order else { return nil }
            return (message["id"]?.int ?? 0, message["type"]?.string ?? "")
        }
    }

    private mutating func answer(
        _ id: Int64, _ result: JSONValue = [], at now: Int64 = 0
    ) -> [HomeOrder] {
        receive(
            ["id": .int(id), "type": "result", "success": true, "result": result], at: now)
    }

    /// Answers a batch of requests, and those that follow from the answers; returns all orders.
    private mutating func answerAll(
        _ orders: [HomeOrder], states: JSONValue = [], at now: Int64 = 0
    ) -> [HomeOrder] {
        var open = sent(orders)
        var all: [HomeOrder] = []
        while !open.isEmpty {
            let (id, type) = open.removeFirst()
            let orders = answer(id, type == "get_states" ? states : [], at: now)
            all += orders
            open += sent(orders)
        }
        return all
    }

    private static let lamp: JSONValue = [
        ["entity_id": "light.a", "state": "on", "attributes": ["friendly_name": "Lamp"]]
    ]

    @discardableResult
    private mutating func becomeReady(at now: Int64 = 0) -> [HomeOrder] {
        _ = machine.want(at: now)
        _ = machine.opened()
        _ = receive(["type": "auth_required"], at: now)
        return answerAll(receive(["type": "auth_ok"], at: now), states: Self.lamp, at: now)
    }

    @Test("nothing is sent before a caller wants something")
    mutating func asleep() {
        #expect(machine.phase == .asleep)
        #expect(machine.alarmed(at: 0, random: 0).contains(.open) == false)
        #expect(machine.want(at: 0).first == .open)
        #expect(machine.want(at: 0).isEmpty)
    }

    @Test("the token is sent when it is asked for; then lists and changes are requested")
    mutating func opening() {
        _ = machine.want(at: 0)
        #expect(machine.opened().isEmpty)
        #expect(receive(["type": "auth_ok"]).isEmpty)
        #expect(
            receive(["type": "auth_required"])
                == [.send(["type": "auth", "access_token": "t0ken"])])
        let orders = receive(["type": "auth_ok"])
        let asked = sent(orders)
        #expect(asked.map(\.id) == Array(1...9))
        #expect(asked.filter { $0.type == "subscribe_events" }.count == 4)
        #expect(Set(asked.map(\.type)).isSuperset(of: HomeRegistries.List.allCases.map(\.rawValue)))
        let end = answerAll(orders, states: Self.lamp)
        #expect(end.contains(.tell(.ready)))
        #expect(
            end.contains(.publish(HomeDirectory([HomeEntity(id: "light.a", name: "Lamp")]))))
        #expect(machine.standing == .ready)
    }

    @Test("a refused token is reported once, and not sent again for a long time")
    mutating func badToken() {
        var notes = 0
        var now: Int64 = 0
        for _ in 0..<3 {
            #expect(machine.want(at: now).first == .open)
            _ = machine.opened()
            _ = receive(["type": "auth_required"], at: now)
            let orders = receive(["type": "auth_invalid", "message": "no"], at: now)
            #expect(orders.first == .drop)
            #expect(orders.contains(.tell(.refused("no"))))
            notes += orders.count { if case .note = $0 { true } else { false } }
            // The end of the connection adds nothing.
            #expect(machine.ended("closed", at: now, random: 0).isEmpty)
            now += HomeMachine.refusalRest - 1
            #expect(machine.want(at: now).isEmpty)
            #expect(machine.alarmed(at: now, random: 0).contains(.open) == false)
            now += 1
        }
        #expect(notes == 1)
    }

    @Test("without its secret, nothing is sent to Home Assistant")
    mutating func noToken() {
        struct Missing: Error, CustomStringConvertible { let description = "there is no secret" }
        _ = machine.want(at: 0)
        _ = machine.opened()
        let orders = machine.received(["type": "auth_required"], at: 0, random: 0.5) {
            .failure(Missing())
        }
        #expect(sent(orders).isEmpty)
        #expect(machine.standing == .away("there is no secret"))
    }

    @Test("failures are retried ever later, and reported once until it works")
    mutating func rests() {
        var now: Int64 = 0
        var waits: [Int64] = []
        var notes = 0
        _ = machine.want(at: 0)
        for _ in 0..<8 {
            let orders = machine.ended("nobody there", at: now, random: 0.5)
            notes += orders.count { if case .note = $0 { true } else { false } }
            guard case .resting(let until) = machine.phase else {
                Issue.record("\(machine.phase)")
                return
            }
            waits.append((until - now) / Self.second)
            #expect(machine.alarmed(at: until - 1, random: 0).contains(.open) == false)
            now = until
            #expect(machine.alarmed(at: now, random: 0).first == .open)
        }
        #expect(waits == [1, 2, 4, 8, 16, 32, 60, 60])
        #expect(notes == 1)
        _ = machine.opened()
        _ = receive(["type": "auth_required"], at: now)
        let end = answerAll(receive(["type": "auth_ok"], at: now), at: now)
        #expect(end.contains(.note("Home Assistant is back")))
    }

    @Test("a caller does not wait for a long back-off, but for a short one")
    mutating func wantedAgain() {
        _ = machine.want(at: 0)
        _ = machine.ended("x", at: 0, random: 0.5)
        #expect(machine.want(at: HomeMachine.leastRest - 1).isEmpty)
        #expect(machine.want(at: HomeMachine.leastRest).first == .open)
    }

    @Test("a request without an answer ends, in the greeting and in the lists")
    mutating func tooSlow() {
        _ = machine.want(at: 0)
        _ = machine.opened()
        #expect(
            machine.alarmed(at: HomeMachine.loadingPatience, random: 0.5).first == .drop)
        #expect(machine.standing == .away("it did not answer in time"))
        let now = HomeMachine.loadingPatience * 2
        _ = machine.want(at: now)
        _ = machine.opened()
        _ = receive(["type": "auth_required"], at: now)
        _ = receive(["type": "auth_ok"], at: now)
        #expect(
            machine.alarmed(at: now + HomeMachine.loadingPatience, random: 0.5).first == .drop)
    }

    @Test("a call has an id of its own, and gets its own answer")
    mutating func calls() throws {
        becomeReady()
        let service = try HomeService(.on, HomeValues(), on: "light")
        let first = sent(machine.call(service, on: ["light.a"], ticket: 7))
        let second = sent(machine.call(service, on: ["light.b"], ticket: 8))
        let ids = try [#require(first.first).id, #require(second.first).id]
        #expect(ids[1] == ids[0] + 1)
        let refused = receive([
            "id": .int(ids[1]), "type": "result", "success": false,
            "error": ["code": "home_assistant_error", "message": "bulb is gone"],
        ])
        #expect(refused == [.settle(8, .refused("bulb is gone"))])
        #expect(answer(ids[0]) == [.settle(7, .done)])
        // Twice, and under unknown ids.
        #expect(answer(ids[0]).isEmpty)
        #expect(answer(999).isEmpty)
        #expect(receive(["type": "result"]).isEmpty)
    }

    @Test("calls whose connection ends have an unknown result; forgotten ones are dropped")
    mutating func endedCalls() throws {
        becomeReady()
        let service = try HomeService(.on, HomeValues(), on: "light")
        for ticket in 1...3 { _ = machine.call(service, on: ["light.a"], ticket: ticket) }
        machine.forget(ticket: 2)
        let orders = machine.ended("gone", at: 0, random: 0.5)
        #expect(
            orders.prefix(2)
                == [.settle(1, .unknown("gone")), .settle(3, .unknown("gone"))])
        #expect(
            machine.call(service, on: ["light.a"], ticket: 4)
                == [.settle(4, .refused("not connected"))])
    }

    @Test("calls have a limit")
    mutating func callLimit() throws {
        becomeReady()
        let service = try HomeService(.on, HomeValues(), on: "light")
        for ticket in 1...HomeMachine.callLimit {
            #expect(sent(machine.call(service, on: ["light.a"], ticket: ticket)).count == 1)
        }
        #expect(
            machine.call(service, on: ["light.a"], ticket: 99)
                == [.settle(99, .refused("too many calls at once"))])
    }

    @Test("registry changes are gathered, and then requested once")
    mutating func changes() {
        becomeReady()
        let event: JSONValue = ["id": 1, "type": "event", "event": [:]]
        let alarm = Self.second + HomeMachine.gatheringTime
        #expect(receive(event, at: Self.second) == [.alarm(alarm)])
        #expect(receive(event, at: Self.second + 1) == [.alarm(alarm)])
        #expect(sent(machine.alarmed(at: alarm - 1, random: 0)).isEmpty)
        let orders = machine.alarmed(at: alarm, random: 0)
        #expect(sent(orders).count == HomeRegistries.List.allCases.count)
        // It stays ready meanwhile.
        #expect(machine.standing == .ready)
        #expect(
            answerAll(orders).contains(.publish(HomeDirectory([]))))
    }

    @Test("recent lists are not requested again because of a name")
    mutating func young() {
        becomeReady(at: Self.second)
        #expect(machine.refresh(at: Self.second + HomeMachine.youth - 1).isEmpty)
        #expect(!machine.refresh(at: Self.second + HomeMachine.youth).isEmpty)
        #expect(machine.refresh(at: Self.second + 3 * HomeMachine.youth).isEmpty)
    }

    @Test("a list that an older Home Assistant does not have is an empty one")
    mutating func oldRelease() {
        _ = machine.want(at: 0)
        _ = machine.opened()
        _ = receive(["type": "auth_required"])
        for (id, type) in sent(receive(["type": "auth_ok"])) {
            let orders =
                type == "get_states"
                ? answer(id, Self.lamp)
                : receive([
                    "id": .int(id), "type": "result", "success": false,
                    "error": ["code": "unknown_command", "message": "Unknown command."],
                ])
            if machine.standing == .ready { #expect(orders.contains(.tell(.ready))) }
        }
        #expect(machine.standing == .ready)
    }

    @Test("no message makes it trap")
    mutating func nonsense() {
        let messages: [JSONValue] = [
            .null, [], "x", ["type": 1], ["type": "result", "id": "x"],
            ["type": "result", "id": 1, "success": 1, "result": ["x"]],
            ["type": "event"], ["type": "auth_invalid"], ["type": "pong", "id": 3],
        ]
        for message in messages { _ = receive(message) }
        becomeReady()
        for message in messages { _ = receive(message) }
        #expect(machine.standing == .ready)
    }
}
