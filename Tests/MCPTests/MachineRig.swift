import Testing
import WireCodec

@testable import MCP

/// A machine, with its actions sorted by kind, and a clock that is set by hand.
final class MachineRig {
    var machine = ServerMachine(
        name: "kitchen", startTimeout: 20_000_000_000, startsPerHour: MachineRig.startsPerHour,
        clientVersion: "1")
    static let startsPerHour = 20
    /// Seconds.
    var now: Double = 1_000
    private(set) var sent: [JSONValue] = []
    private(set) var opens = 0
    private(set) var closes = 0
    private(set) var ended: [Int: CallOutcome] = [:]
    private(set) var offers: [[String]] = []
    private(set) var versions: [String] = []
    private(set) var faults: [String] = []
    private(set) var logged: [String] = []
    private(set) var isStopped = false

    init() {}

    var time: Int64 { Int64((now * 1e9).rounded()) }

    func note(_ actions: [ServerAction]) {
        for action in actions {
            switch action {
            case .open: opens += 1
            case .close: closes += 1
            case .send(let json, _): sent.append(json)
            case .agreed(let version): versions.append(version)
            case .finish(let key, let outcome): ended[key] = outcome
            case .offer(let tools): offers.append(tools.map(\.name))
            case .failed(let reason): faults.append(reason)
            case .stopped: isStopped = true
            case .log(_, let text): logged.append(text)
            }
        }
    }

    func start() { note(machine.start(at: time)) }

    func tell(_ event: TransportEvent) { note(machine.transport(event, at: time)) }

    func receive(_ json: JSONValue) { tell(.message(json)) }

    /// Answers the newest request of a method.
    func answer(_ method: String, _ result: JSONValue) {
        guard let id = id(of: method) else { return }
        receive(["jsonrpc": "2.0", "id": .int(id), "result": result])
    }

    func refuse(_ method: String, _ text: String) {
        guard let id = id(of: method) else { return }
        receive([
            "jsonrpc": "2.0", "id": .int(id), "error": ["code": -1, "message": .string(text)],
        ])
    }

    func id(of method: String) -> Int64? {
        sent.last { $0["method"]?.string == method }?["id"]?.int
    }

    func count(_ method: String) -> Int { sent.count { $0["method"]?.string == method } }

    func call(
        _ key: Int, _ tool: String = "cook", patience: Double = 10, limit: Double = 60
    ) {
        note(
            machine.call(
                key, tool: tool, arguments: ["x": 1], patience: Int64(patience * 1e9),
                limit: Int64(limit * 1e9), at: time))
    }

    func cancel(_ key: Int) { note(machine.cancel(key, at: time)) }

    func stop() { note(machine.stop(at: time)) }

    /// Advances the time, deadline by deadline.
    func wait(_ seconds: Double) {
        let end = now + seconds
        while let deadline = machine.deadline, Double(deadline) / 1e9 <= end {
            now = max(now, Double(deadline) / 1e9)
            note(machine.deadlineReached(at: time))
            guard machine.deadline.map({ $0 > time }) ?? true else {
                Issue.record("it asks for a deadline that has passed")
                return
            }
        }
        now = end
    }

    /// Starts it up to a list of these tools.
    func becomeReady(_ tools: [JSONValue] = [["name": "cook"]]) {
        if opens == 0 { start() }
        tell(.opened)
        answer("initialize", Self.hello)
        answer("tools/list", ["tools": .array(tools)])
    }

    static let hello: JSONValue = [
        "protocolVersion": "2025-06-18", "capabilities": ["tools": ["listChanged": true]],
        "serverInfo": ["name": "Fake", "version": "1"],
    ]
}

extension CallOutcome {
    var words: String? { if case .failed(let words) = self { words } else { nil } }
}
