import ModelTypes
import Testing
import VoiceSession
import WireCodec

@testable import Live

/// A service that makes, repeats and cancels calls, on connections that break at any moment.
private struct CallWorld {
    let world: SessionWorld
    var dice: SeededDice
    /// The service's ids for which it awaits answers on this connection.
    var awaited: Set<String> = []
    /// The call reported to the owner under each id.
    var told: [String: FunctionCall] = [:]
    /// Answers that were sent and not awaited.
    var stray: [String] = []
    /// Ids that were reported for two calls.
    var shared: [String] = []

    init(seed: Int) {
        dice = SeededDice(seed)
        world = SessionWorld(manual: seed % 3 != 0) { $0.isVertex = seed % 5 == 0 }
        world.connect()
    }

    private mutating func makeCalls() {
        // The service gives each id to one call only.
        let numbers = [0, 1, 2, 3, 4, 5].shuffled(using: &dice).prefix(dice.number(1...3))
        let calls = numbers.map { number in
            let id = dice.isLucky(15) ? "" : "c\(number)"
            if world.isReady, !id.isEmpty { awaited.insert(id) }
            return #"{"id": "\#(id)", "name": "switch", "args": {"on": \#(number % 4)}}"#
        }
        world.receive(#"{"toolCall": {"functionCalls": [\#(calls.joined(separator: ", "))]}}"#)
    }

    private mutating func takeBack() {
        let id = "c\(dice.number(0...5))"
        awaited.remove(id)
        world.receive(#"{"toolCallCancellation": {"ids": ["\#(id)"]}}"#)
    }

    mutating func step() {
        switch dice.number(0...19) {
        case 0...4: makeCalls()
        case 5...8: world.answer(told.keys.sorted().randomElement(using: &dice) ?? "c0")
        case 9: takeBack()
        case 10: world.talk()
        case 11: world.speak()
        case 12: world.said("well")
        case 13: world.generated()
        case 14: world.turnComplete()
        case 15: world.giveHandle("h\(dice.number(0...99))")
        case 16: world.goAway(seconds: dice.number(0...20))
        case 17: world.lose(dice.pick([1000, 1006, 1008, 1011]))
        case 18: world.wait(Int64(dice.number(0...20_000)))
        default: world.connect()
        }
        if dice.isLucky(40) { world.accept() }
        look()
    }

    /// Looks at the events and messages since the last call.
    private mutating func look() {
        for call in world.calls {
            let first = told[call.id] ?? call
            if first.name != call.name || first.arguments != call.arguments {
                shared.append(call.id)
            }
            told[call.id] = call
        }
        for case .toolResponses(let responses) in world.sent {
            for response in responses where !response.id.isEmpty {
                if awaited.remove(response.id) == nil { stray.append(response.id) }
            }
        }
        world.forget()
        if !world.isReady { awaited = [] }
    }
}

@Suite("state of a connection ends with it, and a call is one call")
struct SessionStateTests {
    @Test("in any order of calls, answers and losses no call without a connection is awaited")
    func anyOrder() {
        for seed in 0..<150 {
            var calls = CallWorld(seed: seed)
            for _ in 0..<200 {
                calls.step()
                let machine = calls.world.machineState
                #expect(machine.isReady == machine.hasLine, "seed \(seed)")
                #expect(machine.isReady || !machine.isAnyCallAwaited, "seed \(seed)")
                #expect(machine.isConnected || !machine.isToBeLeft, "seed \(seed)")
            }
            #expect(calls.stray.isEmpty, "seed \(seed)")
            #expect(calls.shared.isEmpty, "seed \(seed)")
            #expect(!calls.told.keys.contains(""), "seed \(seed)")
        }
    }

    @Test("another session's call with a known id and other arguments is another call")
    func anotherCallUnderAKnownID() {
        let world = SessionWorld.ready()
        world.talk()
        world.callSwitch("c1")
        world.lose()
        world.wait(1_000)
        world.accept()
        world.forget()
        world.receive(
            #"{"toolCall": {"functionCalls": [{"id": "c1", "name": "switch", "args": {"on": false}}]}}"#
        )
        let id = world.calls.first?.id
        #expect(id != nil && id != "c1")
        world.answer("c1", ["result": "the first"])
        #expect(world.sent.isEmpty)
        world.answer(id ?? "", ["result": "the second"])
        guard case .toolResponses(let responses)? = world.sent.first else {
            Issue.record("\(world.sent)")
            return
        }
        #expect(responses.map(\.id) == ["c1"])
        #expect(responses.first?.response == ["result": "the second"])
    }

    @Test("a turn's calls are bounded: unanswered ones stay, others are dropped")
    func boundedCalls() {
        var calls = SessionCalls()
        let limit = SessionCalls.turnLimit
        for number in 0..<limit {
            _ = calls.make(FunctionCall(id: "c\(number)", name: "f", arguments: [:]), at: 0)
        }
        let more = FunctionCall(id: "more", name: "f", arguments: [:])
        guard case .refuse = calls.make(more, at: 0) else {
            Issue.record("there was room")
            return
        }
        #expect(calls.awaitedCount == limit)
        let answer = FunctionResponse(id: "c7", name: "f", response: ["result": "done"])
        #expect(calls.answer(answer).map(\.id) == ["c7"])
        guard case .tell = calls.make(more, at: 0) else {
            Issue.record("there was no room")
            return
        }
        #expect(calls.awaitedCount == limit)
    }

    @Test("after a refusal the next session hears nothing of a forgotten turn")
    func nothingIsToldOfAForgottenTurn() {
        let world = SessionWorld.ready()
        world.talk()
        world.callSwitch("c1")
        world.lose()
        world.wait(1_000)
        world.lose(1007, "API key not valid. Please pass a valid API key.")
        #expect(world.isFailed)
        world.forget()
        world.connect()
        world.accept()
        world.wait(30_000)
        let accounts = world.sent.filter { "\($0)".contains("The connection was renewed") }
        #expect(accounts.isEmpty)
    }
}

extension SessionWorld {
    /// The machine's current description of itself.
    fileprivate var machineState: MachineState {
        MachineState(
            isReady: machine.isReady, hasLine: machine.line != nil,
            isConnected: machine.isConnected, isToBeLeft: machine.leave != nil,
            isAnyCallAwaited: machine.calls.isAnyAwaited)
    }
}

private struct MachineState {
    var isReady: Bool
    var hasLine: Bool
    var isConnected: Bool
    var isToBeLeft: Bool
    var isAnyCallAwaited: Bool
}
