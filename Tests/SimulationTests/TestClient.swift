import ModelTypes

@testable import Simulation

/// A client's end of a simulated session, without a socket; time stands still until it is moved.
final class TestClient {
    private var session: ServerSession
    private(set) var received: [JSONValue] = []
    private(set) var events: [ServerEvent] = []
    private(set) var closed: (code: UInt16, reason: String)?
    private(set) var now: Int64

    init(
        _ scenario: Scenario = .short, key: String? = "test-key", handles: HandleStore = .init(),
        now: Int64 = 0
    ) {
        self.now = now
        session = ServerSession(scenario: scenario, key: key, handles: handles)
    }

    /// A client whose setup has been accepted.
    static func ready(
        _ scenario: Scenario = .short, setup: String = manual, handles: HandleStore = .init()
    ) -> TestClient {
        let client = TestClient(scenario, handles: handles)
        client.send(setup)
        client.received = []
        return client
    }

    static let manual = #"""
        {"setup": {"model": "models/gemini-3.8-live", "sessionResumption": {},
         "inputAudioTranscription": {}, "outputAudioTranscription": {},
         "tools": [{"functionDeclarations": [{"name": "get_time"}]}],
         "realtimeInputConfig": {"automaticActivityDetection": {"disabled": true}}}}
        """#
    static let automatic = #"{"setup": {"model": "models/gemini-3.8-live"}}"#

    func send(_ text: String) { take(session.message(Array(text.utf8), at: now)) }

    /// Sends realtime audio in the plainest shape: so many samples of one value.
    func sendAudio(_ count: Int = 320, value: Int16 = 5000) {
        take(session.audio([Int16](repeating: value, count: count), at: now))
    }

    /// Sends an activity of so many samples, in chunks of a second at most.
    func say(count: Int = 320) {
        send(#"{"realtimeInput": {"activityStart": {}}}"#)
        for start in stride(from: 0, to: count, by: 16_000) {
            sendAudio(min(16_000, count - start))
        }
        send(#"{"realtimeInput": {"activityEnd": {}}}"#)
    }

    /// Moves time on until nothing is due any more.
    func finish() {
        while let deadline = session.deadline, closed == nil {
            now = max(now, deadline)
            take(session.deadlineReached(at: now))
        }
    }

    /// Moves time to the next thing that is due.
    func step() {
        guard let deadline = session.deadline else { return }
        now = max(now, deadline)
        take(session.deadlineReached(at: now))
    }

    private func take(_ actions: [ServerAction]) {
        for action in actions {
            switch action {
            case .send(let json): received.append(json)
            case .close(let code, let reason): closed = (code, reason)
            case .tell(let event): events.append(event)
            }
        }
    }

    /// All sound that was received.
    var audio: [Int16] {
        received.flatMap { message -> [Int16] in
            let part = message["serverContent"]?["modelTurn"]?["parts"]?.array?.first
            return AudioInput.samples(of: part?["inlineData"]?["data"]?.string ?? "") ?? []
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

    /// The names of what was received, content by its members.
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
