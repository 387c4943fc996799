import ModelTypes
import Testing
import VoiceSession
import WireCodec

@testable import Live

/// Unexpected numbers, in JSON.
private let oddNumbers: [String] = [
    "0", "1", "-1", "2147483647", "2147483648", "-2147483648", "-2147483649", "9007199254740992",
    "9007199254740993", "-9007199254740992", "9223372036854775807", "-9223372036854775808",
    "9223372036854775808", "-9223372036854775809", "18446744073709551615", "1e19", "-1e19",
    "1e308", "-1e308", "1e-308", "0.5", "-0.0", "1e999", "-1e999", "null", "true", "{}", "[]",
    "\"\"", "\"0\"", "\"-1\"", "\"9223372036854775807\"", "\"9223372036854775808\"",
    "\"-9223372036854775808\"", "\"NaN\"", "\"nan\"", "\"inf\"", "\"-inf\"", "\"Infinity\"",
    "\"1e308\"", "\"0s\"", "\"1s\"", "\"-1s\"", "\"9223372036854775807s\"", "\"1e308s\"",
    "\"-1e308s\"", "\"nans\"", "\"infs\"", "\"s\"", "\"0x7fffffffffffffffs\"", "\"1.5e-320s\"",
]

/// Messages of the service with a number, a length, a count or a time; `#` marks the place.
private let places: [String] = [
    #"{"usageMetadata": {"totalTokenCount": #}}"#, #"{"usageMetadata": {"promptTokenCount": #}}"#,
    #"{"usageMetadata": {"promptTokenCount": #, "responseTokenCount": #, "toolUsePromptTokenCount": #, "thoughtsTokenCount": #, "cachedContentTokenCount": #}}"#,
    #"{"usageMetadata": {"candidatesTokenCount": #, "candidatesTokensDetails": [{"modality": "AUDIO", "tokenCount": #}]}}"#,
    #"{"usageMetadata": {"promptTokensDetails": [{"modality": "TEXT", "tokenCount": #}], "cacheTokensDetails": [{"modality": "TEXT", "tokenCount": #}], "toolUsePromptTokensDetails": [{"modality": "TEXT", "tokenCount": #}]}}"#,
    #"{"goAway": {"timeLeft": #}}"#, #"{"goAway": #}"#,
    #"{"sessionResumptionUpdate": {"newHandle": "h", "resumable": true, "lastConsumedClientMessageIndex": #}}"#,
    #"{"sessionResumptionUpdate": {"newHandle": #, "resumable": #}}"#,
    #"{"voiceActivity": {"type": "ACTIVITY_START", "audioOffset": #}}"#,
    #"{"serverContent": {"inputTranscription": {"text": "a", "startOffset": #, "endOffset": #, "words": [{"word": "a", "startOffset": #, "endOffset": #}]}}}"#,
    #"{"serverContent": {"outputTranscription": {"text": #, "finished": #}}}"#,
    #"{"serverContent": {"groundingMetadata": {"groundingSupports": [{"segment": {"text": "a"}, "groundingChunkIndices": [#, #]}]}}}"#,
    #"{"serverContent": {"urlContextMetadata": {"urlMetadata": [{"retrievedUrl": #}]}}}"#,
    #"{"serverContent": {"turnComplete": #}}"#, #"{"serverContent": {"interrupted": #}}"#,
    #"{"serverContent": {"generationComplete": #, "waitingForInput": #, "turnCompleteReason": #}}"#,
    #"{"serverContent": {"interactionStatus": #}, "interactionStatus": #}"#,
    #"{"serverContent": {"modelTurn": {"parts": [{"text": #, "thought": #}, #]}}}"#,
    #"{"serverContent": {"modelTurn": {"parts": [{"inlineData": {"mimeType": #, "data": #}}]}}}"#,
    #"{"serverContent": {"modelTurn": {"parts": #}}}"#,
    #"{"toolCall": {"functionCalls": [{"id": #, "name": "switch", "args": {"on": #}}]}}"#,
    #"{"toolCall": {"functionCalls": [{"id": "n", "name": #, "args": #, "willContinue": #}]}}"#,
    #"{"toolCall": {"functionCalls": #}}"#, #"{"toolCallCancellation": {"ids": [#]}}"#,
    #"{"error": {"code": #, "message": "m", "details": [{"retryDelay": #}]}}"#, #"{"error": #}"#,
    #"{"setupComplete": #}"#, "#",
]

private func frame(_ place: String, _ number: String) -> String {
    place.split(separator: "#", omittingEmptySubsequences: false).joined(separator: number)
}

@Suite("Unexpected numbers from the service")
struct NumberFuzzTests {
    /// The session as a user sees it: it answers, or it reconnects and answers.
    private func serves(_ world: SessionWorld) -> Bool {
        for _ in 0..<40 {
            switch world.machine.state {
            case .ready:
                world.forget()
                world.talk()
                world.speak()
                world.generated()
                world.turnComplete()
                if world.turnsCompleted > 0 { return true }
            case .connecting: world.accept()
            case .settingUp: world.receive(#"{"setupComplete": {}}"#)
            case .closing: world.lose(1000)
            case .waiting: world.wait(until: world.deadline ?? world.now)
            case .idle, .asleep, .failed: world.connect()
            }
        }
        return false
    }

    @Test("every number of a message, in every state, leaves a session that serves")
    func everyNumberOfAMessage() {
        var count = 0
        for place in places {
            for number in oddNumbers {
                for phase in 0..<4 {
                    let world = SessionWorld(manual: phase != 2) { $0.isVertex = phase == 3 }
                    world.connect()
                    if phase == 0 { world.open() } else { world.accept() }
                    if phase == 1 || phase == 3 { world.talk() }
                    if phase == 3 {
                        world.speak()
                        world.callSwitch("c")
                    }
                    let text = frame(place, number)
                    world.receive(text)
                    world.receive(text)
                    if let deadline = world.machine.deadline {
                        #expect(deadline >= 0 && deadline < 1 << 62, "\(text)")
                    }
                    world.answer("c")
                    world.wait(1_000)
                    #expect(serves(world), "phase \(phase): \(text)")
                    count += 1
                }
            }
        }
        print("NumberFuzzTests (LiveTests): \(count) messages through parser and machine")
    }

    @Test("token counts stay within their range, whatever arrives and whatever was stored")
    func tokensAreCountedWithinTheir() {
        let kept: [Int64] = [0, -1, 1, .min, .max, 1 << 53, -(1 << 53), 1 << 31]
        var count = 0
        for start in kept {
            var ledger = TokenLedger(day: "d", dayTokens: start, dailyBudget: 1_000)
            for number in oddNumbers {
                for place in places.prefix(5) {
                    let message = ServerMessage(Array(frame(place, number).utf8))
                    guard let usage = message.usage else { continue }
                    let before = ledger.dayTokens
                    ledger.add(TokenUse(usage), on: "d")
                    ledger.add(TokenUse(usage), on: "d")
                    let counts = [
                        usage.prompt, usage.cached, usage.response, usage.toolUse, usage.thoughts,
                        usage.total, ledger.turnTokens, ledger.sessionTokens, ledger.dayTokens,
                    ]
                    let details =
                        usage.promptDetails + usage.responseDetails + usage.cachedDetails
                        + usage.toolUseDetails
                    #expect(
                        (counts + details.map(\.tokens)).allSatisfy {
                            (0...Usage.limit).contains($0)
                        }, "\(place) \(number)")
                    // No tokens are given back.
                    #expect(ledger.dayTokens >= before)
                    count += 1
                }
            }
            #expect(ledger.refusal(on: "d")?.reason == .budget)
        }
        print("NumberFuzzTests (LiveTests): \(count) counts through the ledger")
    }

    @Test("a total that is absent is the sum of its parts")
    func aTotalThatIsAbsent() {
        let usage = Usage(json: ["promptTokenCount": 5, "responseTokenCount": "7"])
        #expect(usage.total == 12)
        #expect(Usage(json: ["promptTokenCount": 5, "totalTokenCount": 0]).total == 0)
    }

    @Test("every close code and every status of an answer leaves a session that serves")
    func everyCloseCodeAndEvery() {
        var count = 0
        let rare: [UInt16] = [2_999, 3_000, 4_000, 4_999, 5_000, .max]
        for code in Array(0...1_100 as ClosedRange<UInt16>) + rare {
            for isSetUp in [true, false] {
                let world = SessionWorld()
                world.connect()
                if isSetUp { world.accept() } else { world.open() }
                world.lose(code)
                #expect(serves(world), "\(code)")
                count += 1
            }
        }
        let waits: [Int64?] = [nil, 0, 1, -1, .min, .max, 1 << 31, 1 << 53, -(1 << 53)]
        for status in [Int.min, -1, 0, 1, 99, 100, 999, 1_000, .max] + Array(100...600) {
            for wait in waits {
                let world = SessionWorld()
                world.connect()
                world.refuse(status, retryAfter: wait)
                #expect((world.deadline ?? 0) <= 3_600_000, "\(status)")
                #expect(serves(world), "\(status) \(String(describing: wait))")
                count += 1
            }
        }
        print("NumberFuzzTests (LiveTests): \(count) closes and answers through the machine")
    }

    @Test("a handle of any age is tried or not, and stored ages do no harm")
    func aHandleOfAnyAge() {
        for age in [Int64.min, .min + 1, -1, 0, 1, 1 << 53, .max - 1, .max] {
            var rules = SessionMachine.Rules(isManual: true)
            rules.replaySeconds = 1
            var machine = SessionMachine(rules: rules, handle: "h", handleAge: age, at: 5)
            _ = machine.connect(at: 6)
            let actions = machine.opened(at: 7)
            let isTried = actions.contains {
                if case .sendSetup(handle: "h", _) = $0 { true } else { false }
            }
            #expect(isTried == (age < SessionHandle.life), "\(age)")
        }
    }
}
