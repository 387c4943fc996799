import WireCodec

@testable import Simulation

/// A client's end of a simulated session, without a socket; time stands still until the test
/// advances it.
final class TestClient {
    private var session: ServerSession
    private(set) var received: [JSONValue] = []
    private(set) var raw: [[UInt8]] = []
    private(set) var events: [ServerEvent] = []
    private(set) var closed: (code: UInt16, reason: String)?
    /// Events of the connection: `reset`, `drop`, `read …`, `pings …`.
    private(set) var line: [String] = []
    private(set) var now: Int64

    init(
        _ scenario: Scenario = .short, access: Access = Access(key: "test-key"),
        service: ServiceState = .init(), at now: Int64 = 0
    ) {
        session = ServerSession(scenario: scenario, access: access, service: service)
        self.now = now
    }

    /// A client whose setup has been accepted.
    static func ready(
        _ scenario: Scenario = .short, setup: String = manual, service: ServiceState = .init()
    ) -> TestClient {
        let client = TestClient(scenario, service: service)
        client.send(setup)
        client.received = []
        return client
    }

    static let manual = #"""
        {"setup": {"model": "models/gemini-3.8-live", "sessionResumption": {},
         "inputAudioTranscription": {}, "outputAudioTranscription": {},
         "tools": [{"functionDeclarations": [{"name": "get_time", "behavior": "BLOCKING"}]}],
         "realtimeInputConfig": {"automaticActivityDetection": {"disabled": true}}}}
        """#
    static let automatic = #"{"setup": {"model": "models/gemini-3.8-live"}}"#

    func send(_ text: String) { take(session.message(Array(text.utf8), at: now)) }

    /// Sends realtime audio in the simplest form: this many samples of one value.
    func sendAudio(_ count: Int = 320, value: Int16 = 5000) {
        take(session.audio([Int16](repeating: value, count: count), at: now))
    }

    /// Sends an activity of this many samples, in chunks of a second at most.
    func say(count: Int = 320) {
        send(#"{"realtimeInput": {"activityStart": {}}}"#)
        for start in stride(from: 0, to: count, by: 16_000) {
            sendAudio(min(16_000, count - start))
        }
        send(#"{"realtimeInput": {"activityEnd": {}}}"#)
    }

    func answer(_ id: String, name: String = "get_time", more: String = "") {
        send(
            #"{"toolResponse": {"functionResponses": [{"id": "\#(id)", "name": "\#(name)", "response": {}\#(more)}]}}"#
        )
    }

    func inject(_ fault: Fault) { take(session.inject(fault, at: now)) }

    func disconnect() { session.disconnected(at: now) }

    /// Advances the time until nothing is due any more.
    func finish() {
        while session.deadline != nil { step() }
    }

    /// Advances the time to the next due event.
    func step() {
        guard let deadline = session.deadline else { return }
        now = max(now, deadline)
        take(session.deadlineReached(at: now))
    }

    /// Advances the time by seconds, through everything that is due.
    func wait(_ seconds: Double) {
        let end = now + Int64(seconds * 1e9)
        while let deadline = session.deadline, deadline <= end { step() }
        now = end
    }

    private func take(_ actions: [ServerAction]) {
        for action in actions {
            switch action {
            case .send(let json): received.append(json)
            case .sendRaw(let bytes): raw.append(bytes)
            case .close(let code, let reason): closed = (code, reason)
            case .reset: line.append("reset")
            case .drop: line.append("drop")
            case .read(let isReading): line.append("read \(isReading)")
            case .answerPings(let answers): line.append("pings \(answers)")
            case .tell(let event): events.append(event)
            }
        }
    }

    func forget() { received = [] }

    /// All sound received: mono, 24 kHz.
    var audio: [Int16] {
        received.flatMap { message -> [Int16] in
            let parts = message["serverContent"]?["modelTurn"]?["parts"]?.array ?? []
            return parts.flatMap {
                AudioInput.samples(of: $0["inlineData"]?["data"]?.string ?? "") ?? []
            }
        }
    }

    /// The newest handle.
    var handle: String? {
        received.compactMap { $0["sessionResumptionUpdate"]?["newHandle"]?.string }.last
    }

    /// The user's words that were heard, in order.
    var words: [[Int16]] {
        events.compactMap { if case .wordsEnded(let samples) = $0 { samples } else { nil } }
    }

    /// The ids of all calls, in order.
    var callIDs: [String] {
        received.flatMap { message in
            (message["toolCall"]?["functionCalls"]?.array ?? []).compactMap { $0["id"]?.string }
        }
    }

    /// The names of the received messages, of content those of its members.
    var shapes: [String] {
        received.flatMap { message -> [String] in
            (message.object?.members ?? []).flatMap { member -> [String] in
                member.key == "serverContent"
                    ? member.value.object?.names ?? [] : [member.key]
            }
        }
    }
}

extension Scenario {
    /// Two turns: a function and half a second of sound, then sound alone.
    static var short: Scenario {
        let voice = (0..<12_000).map { Int16($0 % 1000 + 1) }
        return Scenario(turns: [
            Turn(
                heard: "What time is it?", call: Call(name: "get_time", arguments: [:]),
                says: "It is noon.", voice: voice),
            Turn(heard: "Thank you.", says: "You are welcome.", voice: voice),
        ])
    }

    /// One turn that is sound alone.
    static var plain: Scenario { Scenario(turns: [short.turns[1]]) }
}
