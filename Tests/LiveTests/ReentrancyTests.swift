import ModelTypes
import Testing
import VoiceSession
import WebSockets
import WireCodec

@testable import Live

/// The legal messages of a connection, as the service checks them (live-protocol.md sections 2 to
/// 3).
private struct WireJudge {
    private enum Stage { case setup, answer, free }

    private var stage = Stage.setup
    private var isActivityOpen = false
    private var hasSound = false
    private(set) var faults: [String] = []

    /// The service accepts the setup.
    mutating func accepted() { if stage == .answer { stage = .free } }

    private var announcesHistory = false

    mutating func sent(_ message: JSONValue) {
        guard message.object?.members.count == 1, let kind = message.object?.names.first else {
            return faults.append("not one key at the top: \(message.serialized)")
        }
        switch stage {
        case .setup:
            guard kind == "setup" else { return faults.append("\(kind) before the setup") }
            announcesHistory = message["setup"]?["historyConfig"] != nil
            stage = .answer
            return
        case .answer: return faults.append("\(kind) before setupComplete")
        case .free: break
        }
        if announcesHistory {
            announcesHistory = false
            let isHistory = message["clientContent"]?["turnComplete"]?.bool == true
            if !isHistory { faults.append("\(kind) overtakes the history: \(message.serialized)") }
            return
        }
        switch kind {
        case "setup": faults.append("a second setup")
        case "clientContent": if isActivityOpen { faults.append("content within an activity") }
        case "realtimeInput": input(message["realtimeInput"] ?? [:])
        case "toolResponse", "contextUpdate": break
        default: faults.append("\(kind) is no message")
        }
    }

    private mutating func input(_ input: JSONValue) {
        if input["activityStart"] != nil {
            isActivityOpen = true
            hasSound = false
        }
        if input["audio"] != nil {
            if !isActivityOpen { faults.append("sound outside of an activity") }
            hasSound = true
        }
        if input["activityEnd"] != nil {
            if !isActivityOpen { faults.append("an end without a start") }
            if !hasSound { faults.append("an activity without sound") }
            isActivityOpen = false
        }
    }
}

@Suite("Handlers that call back from within an event")
struct ReentrancyTests {
    /// A handler that calls back on any event, and a service with random messages.
    private final class World: @unchecked Sendable {
        // @unchecked: one test uses it, in one thread.

        let rig: SessionRig
        var dice: SeededDice
        var judge = WireJudge()
        var judged = 0
        var depth = 0
        var calls: [FunctionCall] = []
        var requests = 0

        init(_ seed: Int) {
            dice = SeededDice(seed)
            var settings = SessionSettings(
                endpoint: LiveEndpoint(),
                model: dice.pick(["gemini-3.8-live", "gemini-3.1-flash-live-preview", "new"]))
            settings.isResumable = dice.isLucky(40)
            settings.tools = [FunctionDeclaration(name: "f", description: "d")]
            rig = SessionRig(settings: settings)
            rig.handler = { [unowned self] in take($0) }
        }

        private func take(_ event: SessionEvent) {
            if case .toolCalls(let new, _) = event { calls += new }
            // Nested calls lead to events, too, which must end.
            guard depth < 4, dice.isLucky(50) else { return }
            depth += 1
            act()
            depth -= 1
        }

        /// An action that the owner may take at any time.
        func act() {
            let value = Int16(dice.number(1...30_000))
            switch dice.number(0...11) {
            case 0: rig.perform { $0.connect() }
            case 1, 2: rig.perform { _ = $0.sendText("announcement \(value)") }
            case 3, 4: rig.perform { $0.beginActivity() }
            case 5, 6: rig.perform { $0.sendAudio([value, value]) }
            case 7: rig.perform { _ = $0.endActivity() }
            case 8: rig.perform { $0.expectNoReply() }
            case 9: rig.perform { $0.updateContext(instruction: "be \(value)", tools: nil) }
            case 10: if dice.isLucky(20) { rig.perform { $0.discardInput() } }
            default:
                guard !calls.isEmpty else { return }
                let call = calls.removeFirst()
                let response = FunctionResponse(id: call.id, name: call.name, response: [:])
                rig.perform { $0.sendToolResponses([response]) }
            }
            look()
        }

        /// Checks what has been sent since the last call.
        func look() {
            if rig.requests.count != requests {
                requests = rig.requests.count
                judge = WireJudge()
                judged = rig.sent.count - rig.sentOnConnection
            }
            for message in rig.sent[judged...] { judge.sent(message) }
            judged = rig.sent.count
        }

        /// A message that the service may send at any time.
        func happen() {
            switch dice.number(0...13) {
            case 0: rig.tell(.opened)
            case 1, 2:
                rig.tell(.opened)
                look()
                judge.accepted()
                rig.receive(#"{"setupComplete": {}}"#)
            case 3:
                rig.receive(#"{"serverContent": {"inputTranscription": {"text": "I am Ada."}}}"#)
            case 4, 5:
                rig.receive(
                    #"{"serverContent": {"outputTranscription": {"text": "Hello."}, "modelTurn": {"parts": [{"inlineData": {"mimeType": "audio/pcm", "data": "/38="}}]}}}"#
                )
            case 6, 7: rig.receive(#"{"serverContent": {"turnComplete": true}}"#)
            case 8: rig.receive(#"{"serverContent": {"interrupted": true}}"#)
            case 9:
                rig.receive(
                    #"{"toolCall": {"functionCalls": [{"id": "\#(dice.number(0...999))", "name": "f"}]}}"#
                )
            case 10:
                rig.receive(
                    #"{"sessionResumptionUpdate": {"newHandle": "h\#(dice.number(0...99))", "resumable": true}}"#
                )
            case 11: rig.receive(#"{"goAway": {"timeLeft": "5s"}}"#)
            case 12: rig.tell(.closed(code: dice.pick([1000, 1006, 1011]), reason: ""))
            default: rig.ring()
            }
            look()
            rig.now += Int64(dice.pick([0, 20, 700, 4_000])) * 1_000_000
            if dice.isLucky(30) { rig.ring() }
            look()
        }
    }

    @Test(
        "whatever a handler does within an event, what is sent is legal, history first",
        arguments: 0..<200)
    func whateverAHandlerDoesFrom(
        seed: Int
    ) {
        let world = World(seed)
        world.rig.perform { $0.connect() }
        for _ in 0..<150 {
            world.happen()
            if world.dice.isLucky(40) { world.act() }
            guard world.judge.faults.isEmpty else { break }
        }
        #expect(world.judge.faults.isEmpty)
        #expect(world.rig.overlaps == 0, "a socket was opened beside another")
    }

    @Test("an announcement made when the session is ready is sent after the history")
    func anAnnouncementMadeWhenThe() {
        var settings = SessionSettings(endpoint: LiveEndpoint(), model: "gemini-3.8-live")
        settings.isResumable = false
        let rig = SessionRig(settings: settings)
        rig.handler = { [unowned rig] event in
            if case .ready = event { rig.perform { _ = $0.sendText("Your tea is ready.") } }
        }
        rig.perform { $0.connect() }
        rig.accept()
        rig.receive(
            #"{"serverContent": {"inputTranscription": {"text": "I am Ada."}, "outputTranscription": {"text": "Hello."}}}"#
        )
        rig.receive(#"{"serverContent": {"turnComplete": true}}"#)
        rig.tell(.closed(code: 1000, reason: ""))
        rig.perform { $0.connect() }
        rig.accept()
        let kinds = rig.sent.suffix(3).compactMap { $0.object?.names.first }
        #expect(kinds == ["setup", "clientContent", "realtimeInput"])
        #expect(rig.sent.last?["realtimeInput"]?["text"] == "Your tea is ready.")
    }
}
