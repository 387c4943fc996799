import Assistant
import Daemon
import Linux
import Simulation
import Testing
import WireCodec

/// A dangerous function through the whole daemon: who may say yes, and how.
@Suite("What the user must confirm", .timeLimit(.minutes(5)))
struct ConfirmingTests {
    private static let phrase = "open sesame now"
    private static let pin = "4711"
    private static let voice = Noise.samples(24_000, seed: 1)

    /// One turn of a conversation: the service's transcript, and whether the model calls.
    private struct Turn {
        var heard: String
        var calls = true
        var says = "sounds"
    }

    private struct Rig {
        let appliance: Appliance
        let folder: String

        /// Says something with the button held, and waits for the answer's end.
        func speak(turn: Int) async throws {
            appliance.press()
            await appliance.microphone.say(Noise.samples(20 * 320, seed: 3))
            await appliance.microphone.say([Int16](repeating: 0, count: 1920))
            appliance.release()
            try await rest(turns: turn)
        }

        /// Waits until the service has ended this many turns and the device is at rest.
        func rest(turns: Int) async throws {
            try await appliance.service.wait(count: turns) {
                if case .turnCompleted = $0 { true } else { false }
            }
            try await until { await appliance.application.isQuiet() }
        }

        /// Waits for the question, and then for the time in which a press may mean something else.
        func asked() async throws {
            try await appliance.timeline.wait {
                $0 == .notice("the user is asked to confirm open_gate")
            }
            try await wait(milliseconds: 600)
        }

        func wait(milliseconds: Int64) async throws {
            let end = MonotonicClock.now() + milliseconds * 1_000_000
            try await until { MonotonicClock.now() >= end }
        }

        /// The answers to the model, in order.
        var answers: [String] {
            appliance.service.all.compactMap { event in
                switch event {
                case .answered(let response), .answeredInVain(let response):
                    response["response"]?.serialized
                default: nil
                }
            }
        }

        func text(_ name: String) -> String {
            let bytes = try? Files.read("\(folder)/\(name)", limitBytes: 1 << 16)
            return String(decoding: bytes ?? [], as: UTF8.self)
        }

        /// How often the gate was opened.
        var openings: Int { text("work/openings").count { $0 == "\n" } }

        /// The lines of the audit log: decision and result of each call.
        var audit: [String] {
            text("state/tool-audit.jsonl").split(separator: "\n").map { line in
                let json = (try? JSONValue(parsing: Array(line.utf8))) ?? .null
                return "\(json["decision"]?.string ?? ""), \(json["result"]?.string ?? "")"
            }
        }

        func end() async throws {
            _ = try await appliance.stopped()
            try? Files.removeTree(folder)
        }
    }

    private func rig(_ confirm: String, _ turns: [Turn]) async throws -> Rig {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-confirming")
        try Files.writeAtomically("\(folder)/pin", Array(Self.pin.utf8), mode: 0o600)
        // Not in the state folder, which no program can read.
        try Files.makeDirectory("\(folder)/work", mode: 0o700)
        var scenario = Scenario(
            turns: turns.map { turn in
                Scenario.Turn(
                    heard: turn.heard,
                    call: turn.calls ? .init(name: "open_gate", arguments: [:]) : nil,
                    says: turn.says, voice: Self.voice)
            })
        scenario.speed = 20
        scenario.waitsForPlayback = false
        let appliance = try await Appliance.started(
            scenario: scenario,
            more: """
                [tools]
                state_directory = "\(folder)/state"
                pin_file = "\(folder)/pin"
                confirm_s = \(confirm == "button" ? 3 : 60)
                [[tool.command]]
                name = "open_gate"
                description = "Opens the gate."
                argv = ["/bin/sh", "-c", "echo open >> openings; echo opened"]
                directory = "\(folder)/work"
                risk = "unlock"
                confirm = "\(confirm)"
                \(confirm == "phrase" ? "phrase = \"\(Self.phrase)\"" : "")
                """)
        try await appliance.timeline.wait { $0 == .online(resumed: false) }
        return Rig(appliance: appliance, folder: folder)
    }

    // MARK: - By button

    private func startCall(_ rig: Rig) async throws {
        rig.appliance.press()
        await rig.appliance.microphone.say(Noise.samples(20 * 320, seed: 3))
        rig.appliance.release()
        try await rig.asked()
    }

    @Test("a press runs the call, once, and opens no turn; the next call asks again")
    func button() async throws {
        let rig = try await rig("button", [Turn(heard: "the gate"), Turn(heard: "again")])
        try await startCall(rig)
        #expect(rig.openings == 0)
        rig.appliance.press()
        rig.appliance.release()
        try await rig.rest(turns: 1)
        #expect(rig.openings == 1)
        #expect(rig.answers.first?.contains("opened") == true)
        #expect(rig.audit == ["confirmed by button, done"])
        #expect(
            rig.appliance.timeline.all.count {
                if case .turnOpened = $0 { true } else { false }
            } == 1)
        // The earlier press does not count for the same call made again.
        try await rig.speak(turn: 2)
        #expect(rig.openings == 1)
        #expect(rig.answers.last?.contains("did not press") == true)
        #expect(rig.audit == ["confirmed by button, done", "refused, nothing"])
        try await rig.end()
    }

    @Test("without a press it is not done, the model hears so in time, and other calls go on")
    func buttonTimeOut() async throws {
        let rig = try await rig("button", [Turn(heard: "the gate")])
        try await rig.speak(turn: 1)
        #expect(rig.openings == 0)
        #expect(rig.answers.first?.contains("did not press") == true)
        #expect(rig.audit == ["refused, nothing"])
        try await rig.end()
    }

    @Test("holding the button, in order to speak, is not a yes")
    func held() async throws {
        let rig = try await rig("button", [Turn(heard: "the gate")])
        try await startCall(rig)
        rig.appliance.press()
        try await rig.rest(turns: 1)
        rig.appliance.release()
        #expect(rig.openings == 0)
        #expect(rig.answers.first?.contains("wants it stopped") == true)
        #expect(rig.audit == ["refused, nothing"])
        try await rig.end()
    }

    @Test("a call that is cancelled while the user is asked is not done by a later press")
    func takenBack() async throws {
        let rig = try await rig(
            "button", [Turn(heard: "the gate"), Turn(heard: "x", calls: false)])
        try await startCall(rig)
        try await rig.appliance.server.inject(.cancelCalls)
        try await rig.appliance.timeline.wait {
            if case .toolCancelled = $0 { true } else { false }
        }
        rig.appliance.press()
        rig.appliance.release()
        try await rig.wait(milliseconds: 100)
        #expect(rig.openings == 0)
        #expect(rig.answers.isEmpty)
        #expect(rig.audit == ["refused, nothing"])
        try await rig.end()
    }

    // MARK: - By words

    @Test("the phrase runs the call when the user says it in a new turn, and only once")
    func phrase() async throws {
        let rig = try await rig(
            "phrase",
            [
                Turn(heard: "the gate please", says: "Say your phrase."),
                Turn(heard: " Open sesame, now! "), Turn(heard: "and once more"),
            ])
        try await rig.speak(turn: 1)
        #expect(rig.openings == 0)
        // The loudspeaker must have been silent for a while.
        try await rig.wait(milliseconds: 600)
        try await rig.speak(turn: 2)
        #expect(rig.openings == 1)
        try await rig.wait(milliseconds: 600)
        try await rig.speak(turn: 3)
        #expect(rig.openings == 1)
        #expect(rig.audit == ["refused, nothing", "confirmed by phrase, done", "refused, nothing"])
        #expect(!rig.text("state/tool-audit.jsonl").contains("sesame"))
        try await rig.end()
    }

    @Test("the device's own voice does not, neither when it speaks nor when it is heard again")
    func ownVoice() async throws {
        let rig = try await rig(
            "phrase",
            [
                Turn(heard: "the gate", says: "Please say: \(Self.phrase)."),
                Turn(heard: Self.phrase), Turn(heard: "why not"),
            ])
        rig.appliance.press()
        await rig.appliance.microphone.say(Noise.samples(20 * 320, seed: 3))
        rig.appliance.release()
        try await rig.appliance.timeline.wait { if case .firstSound = $0 { true } else { false } }
        // The microphone opens in the middle of its words, and hears them.
        try await rig.speak(turn: 2)
        #expect(rig.openings == 0)
        try await rig.wait(milliseconds: 600)
        try await rig.speak(turn: 3)
        #expect(rig.openings == 0)
        #expect(rig.audit.allSatisfy { $0 == "refused, nothing" })
        #expect(rig.audit.count == 3)
        try await rig.end()
    }

    @Test("the PIN runs the call, digit by digit, and is in no log; a wrong one does not")
    func pin() async throws {
        let rig = try await rig(
            "pin",
            [
                Turn(heard: "the gate"), Turn(heard: "one two three four"),
                Turn(heard: "Four, seven, one one."),
            ])
        try await rig.speak(turn: 1)
        try await rig.wait(milliseconds: 600)
        try await rig.speak(turn: 2)
        #expect(rig.openings == 0)
        try await rig.wait(milliseconds: 600)
        try await rig.speak(turn: 3)
        #expect(rig.openings == 1)
        #expect(rig.audit == ["refused, nothing", "refused, nothing", "confirmed by pin, done"])
        #expect(!rig.text("state/tool-audit.jsonl").contains(Self.pin))
        #expect(!rig.text("state/tool-calls.jsonl").contains(Self.pin))
        try await rig.end()
    }

    @Test("after three wrong PINs even the right one is locked for a while")
    func lockedPIN() async throws {
        let rig = try await rig(
            "pin",
            [Turn(heard: "the gate")]
                + ["1234", "2 3 4 5", "three four five six"].map { Turn(heard: $0, calls: false) }
                + [Turn(heard: Self.pin), Turn(heard: "the gate")])
        for turn in 1...6 {
            try await rig.speak(turn: turn)
            try await rig.wait(milliseconds: 600)
        }
        #expect(rig.openings == 0)
        #expect(rig.answers.last?.contains("locked") == true)
        try await rig.end()
    }
}
