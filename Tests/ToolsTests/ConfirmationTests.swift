import Configuration
import Testing
import WireCodec

@testable import Tools

/// The machine that asks the user; times are milliseconds.
@Suite("confirmations")
struct ConfirmationTests {
    /// A machine with a record of its reports.
    private final class Desk {
        private var machine: ConfirmationMachine
        private(set) var decisions: [String: ConfirmationDecision] = [:]
        private(set) var asked: [String] = []
        /// The state after a restart of the device, and the reports to its owner.
        private(set) var kept: PINLockMemory
        private(set) var reports: [Int64?] = []

        init(
            pin: String = "4711", remembering memory: PINLockMemory = PINLockMemory(),
            at time: Int64 = 0
        ) {
            var settings = ConfirmationSettings()
            settings.pin = pin
            kept = memory
            machine = ConfirmationMachine(
                settings: settings, remembering: memory, at: time * 1_000_000)
        }

        private func take(_ actions: [ConfirmationAction]) {
            for action in actions {
                switch action {
                case .ask(let request): asked.append(request.id)
                case .asked: break
                case .settle(let id, let decision):
                    #expect(decisions[id] == nil, "\(id) was settled twice")
                    decisions[id] = decision
                case .keepPIN(let memory): kept = memory
                case .reportPIN(let time): reports.append(time)
                }
            }
        }

        private func nanoseconds(_ milliseconds: Int64) -> Int64 { milliseconds * 1_000_000 }

        var isAsking: Bool { machine.isAsking }

        func ask(
            _ id: String, _ means: ToolConfirmation, arguments: JSONValue = [:], at time: Int64
        ) {
            let request = ConfirmationRequest(
                id: id, tool: "open", subject: "gate", arguments: arguments, means: means)
            take(machine.ask(request, at: nanoseconds(time)))
        }
        func press(at time: Int64) -> Bool {
            let (isConsumed, actions) = machine.pressed(at: nanoseconds(time))
            take(actions)
            return isConsumed
        }
        func turn(at time: Int64) { take(machine.turnOpened(at: nanoseconds(time))) }
        func hear(_ words: String, at time: Int64) {
            take(machine.heard(words, at: nanoseconds(time)))
        }
        func speaks(from start: Int64, to end: Int64?) {
            machine.speakingBegan()
            if let end { machine.speakingEnded(at: nanoseconds(end)) }
        }
        func silent(at time: Int64) { machine.speakingEnded(at: nanoseconds(time)) }
        func pass(to time: Int64) { take(machine.deadlineReached(at: nanoseconds(time))) }
        func stop() { take(machine.stopped()) }
        func lose() { machine.sessionLost() }
        func withdraw(_ id: String) { take(machine.withdraw(id)) }
        var deadline: Int64? { machine.deadline.map { $0 / 1_000_000 } }

        func isRefused(_ id: String, _ words: String) -> Bool {
            if case .refused(let text)? = decisions[id] { text.contains(words) } else { false }
        }
    }

    private let phrase = ToolConfirmation.phrase("Open, Sesame!")

    // MARK: - Questions that were not confirmed

    @Test("a user who did not answer is not asked the same again before speaking")
    func noNagging() {
        for means in [ToolConfirmation.button, phrase, .pin] {
            let desk = Desk()
            desk.turn(at: 0)
            desk.ask("1", means, arguments: ["on": true, "n": 1], at: 1_000)
            desk.pass(to: 21_000)
            for id in ["2", "3"] {
                desk.ask(id, means, arguments: ["n": 1, "on": true], at: 22_000)
                #expect(desk.isRefused(id, "did not"))
            }
            #expect(desk.asked == ["1"])
            #expect(!desk.isAsking)
            desk.ask("4", means, arguments: ["on": false, "n": 1], at: 23_000)
            #expect(desk.asked == ["1", "4"], "that is another call")
            desk.pass(to: 50_000)
            desk.turn(at: 60_000)
            desk.ask("5", means, arguments: ["on": true, "n": 1], at: 61_000)
            #expect(desk.asked == ["1", "4", "5"])
        }
    }

    @Test("a user who said stop is not asked again; one who spoke since the question may be")
    func askedAgain() {
        let desk = Desk()
        desk.ask("1", .button, at: 0)
        desk.stop()
        desk.ask("2", .button, at: 1_000)
        #expect(desk.isRefused("2", "did not"))
        desk.turn(at: 2_000)
        desk.ask("3", .button, at: 3_000)
        desk.turn(at: 15_000)
        desk.pass(to: 23_000)
        desk.ask("4", .button, at: 24_000)
        #expect(desk.asked == ["1", "3", "4"])
    }

    @Test("a cancelled call is no refusal of the user's")
    func askedAfterWithdrawal() {
        let desk = Desk()
        desk.ask("1", .button, at: 0)
        desk.withdraw("1")
        desk.ask("2", .button, at: 1_000)
        #expect(desk.asked == ["1", "2"])
    }

    // MARK: - The button

    @Test("a press confirms, once, and opens no turn")
    func press() {
        let desk = Desk()
        desk.ask("1", .button, at: 0)
        #expect(desk.isAsking)
        #expect(desk.decisions.isEmpty)
        #expect(desk.press(at: 2_000))
        #expect(desk.decisions == ["1": .granted])
        #expect(!desk.press(at: 2_500))
        desk.ask("2", .button, at: 3_000)
        #expect(desk.decisions["2"] == nil)
    }

    @Test("a press before the question, or too soon after it, confirms nothing")
    func earlyPress() {
        let desk = Desk()
        #expect(!desk.press(at: 900))
        desk.ask("1", .button, at: 1_000)
        // By its own stamp it came before, though it was reported later.
        #expect(!desk.press(at: 950))
        #expect(!desk.press(at: 1_400))
        #expect(desk.decisions.isEmpty)
        #expect(desk.press(at: 1_600))
    }

    @Test("no press in time is a refusal, and a later press is an ordinary one")
    func timeOut() {
        let desk = Desk()
        desk.ask("1", .button, at: 0)
        #expect(desk.deadline == 20_000)
        desk.pass(to: 20_000)
        #expect(desk.isRefused("1", "did not press"))
        #expect(!desk.press(at: 20_001))
        // Even if the end of the time has not been noticed yet.
        desk.turn(at: 25_000)
        desk.ask("2", .button, at: 30_000)
        #expect(!desk.press(at: 50_000))
        #expect(desk.isRefused("2", "did not press"))
    }

    @Test("words do not count as a press, nor a press as words")
    func meansAreApart() {
        let desk = Desk()
        desk.ask("1", .button, at: 0)
        desk.turn(at: 1_000)
        desk.hear("open sesame yes confirm 4711", at: 2_000)
        #expect(desk.decisions.isEmpty)
        desk.withdraw("1")
        desk.ask("2", phrase, at: 3_000)
        #expect(!desk.press(at: 5_000))
    }

    @Test("a second question while one is open is refused, so that a press has one meaning")
    func concurrency() {
        let desk = Desk()
        desk.ask("1", .button, at: 0)
        desk.ask("2", .button, at: 100)
        desk.ask("3", phrase, at: 100)
        #expect(desk.isRefused("2", "another call"))
        #expect(desk.isRefused("3", "another call"))
        #expect(desk.press(at: 1_000))
        #expect(desk.decisions["1"] == .granted)
        #expect(desk.asked == ["1"])
    }

    @Test("a stop refuses, and no question is asked any more about a cancelled call")
    func endings() {
        let desk = Desk()
        desk.ask("1", .button, at: 0)
        desk.stop()
        #expect(desk.isRefused("1", "wants it stopped"))
        desk.turn(at: 50)
        desk.ask("2", .button, at: 100)
        desk.withdraw("2")
        #expect(desk.isRefused("2", "taken back"))
        #expect(!desk.isAsking)
        #expect(!desk.press(at: 5_000))
    }

    // MARK: - The phrase

    @Test("the phrase, in a user's turn after the question, confirms the call that follows")
    func saysPhrase() {
        let desk = Desk()
        desk.ask("1", phrase, at: 0)
        #expect(desk.isRefused("1", "say their confirmation phrase"))
        desk.speaks(from: 200, to: 3_000)
        desk.turn(at: 4_000)
        desk.hear(" Please", at: 4_500)
        desk.hear(" open", at: 4_600)
        #expect(desk.isAsking)
        desk.hear(" sesame.", at: 4_700)
        #expect(!desk.isAsking)
        desk.ask("2", phrase, at: 5_000)
        #expect(desk.decisions["2"] == .granted)
        // A confirmation is used up by one call.
        desk.ask("3", phrase, at: 5_100)
        #expect(desk.isRefused("3", "say their confirmation phrase"))
    }

    @Test("words spoken before the question, or in a turn opened before it, do not count")
    func replayedWords() {
        let desk = Desk()
        desk.turn(at: 0)
        desk.hear("open sesame", at: 500)
        desk.ask("1", phrase, at: 1_000)
        desk.hear("open sesame", at: 1_100)
        desk.ask("2", phrase, at: 1_200)
        desk.pass(to: 4_200)
        #expect(desk.isRefused("2", "did not confirm it"))
        #expect(desk.isAsking)
    }

    @Test("the device's own voice does not count: no words of a turn in which it spoke")
    func ownVoice() {
        let desk = Desk()
        desk.ask("1", phrase, at: 0)
        // While it speaks.
        desk.speaks(from: 100, to: nil)
        desk.turn(at: 1_000)
        desk.hear("open sesame", at: 1_500)
        // Just after: the microphone's ring still contains its voice.
        desk.silent(at: 2_000)
        desk.turn(at: 2_200)
        desk.hear("open sesame", at: 2_300)
        // In silence, but it speaks before the words arrive.
        desk.turn(at: 4_000)
        desk.speaks(from: 4_100, to: 4_200)
        desk.hear("open sesame", at: 4_300)
        #expect(desk.isAsking)
        desk.turn(at: 6_000)
        desk.hear("open sesame", at: 6_100)
        #expect(!desk.isAsking)
    }

    @Test("words that are sent again to a new connection do not count")
    func newConnection() {
        let desk = Desk()
        desk.ask("1", phrase, at: 0)
        desk.turn(at: 1_000)
        desk.lose()
        desk.hear("open sesame", at: 2_000)
        #expect(desk.isAsking)
    }

    @Test("the call that comes before its words waits for them a little")
    func wordsComeLate() {
        let desk = Desk()
        desk.ask("1", phrase, at: 0)
        desk.turn(at: 1_000)
        desk.ask("2", phrase, at: 2_000)
        #expect(desk.decisions["2"] == nil)
        #expect(desk.deadline == 5_000)
        desk.hear("open sesame", at: 2_500)
        #expect(desk.decisions["2"] == .granted)
    }

    @Test("a confirmation is for one call with its arguments, for a while")
    func otherArguments() {
        let desk = Desk()
        desk.ask("1", phrase, arguments: ["door": "shed"], at: 0)
        desk.turn(at: 1_000)
        desk.hear("open sesame", at: 1_500)
        desk.ask("2", phrase, arguments: ["door": "house"], at: 2_000)
        #expect(desk.isRefused("2", "another call"))
        desk.pass(to: 21_500)
        desk.ask("3", phrase, arguments: ["door": "shed"], at: 21_600)
        #expect(desk.isRefused("3", "say their confirmation phrase"))
    }

    @Test(
        "a phrase is whole words in order, whatever surrounds them",
        arguments: [
            ("well, OPEN SESAME please", true), ("open the sesame", false), ("sesame open", false),
            ("reopen sesame", false), ("open sesames", false), ("", false),
        ] as [(String, Bool)])
    func phrases(said: String, isRight: Bool) {
        #expect(SpokenWords.contains(said, "Open, Sesame!") == isRight)
    }

    // MARK: - The PIN

    @Test(
        "digits are read as figures and as words",
        arguments: [
            ("4711", "4711"), ("4 7 1 1.", "4711"), ("four seven, one one", "4711"),
            ("Vier, sieben, eins, eins", "4711"), ("my PIN is 47 11", "4711"),
            ("٤٧١١", "4711"), ("twelve", ""), ("b2b", ""),
        ] as [(String, String)])
    func digits(said: String, digits: String) {
        #expect(SpokenWords.digits(in: said) == digits)
    }

    @Test("the PIN, and nothing but the PIN, confirms")
    func saysPIN() {
        let desk = Desk()
        desk.ask("1", .pin, at: 0)
        #expect(desk.isRefused("1", "say their PIN"))
        desk.turn(at: 1_000)
        desk.hear("four seven one two", at: 1_500)
        // More digits in the same turn are guessing.
        desk.hear(" 4711", at: 1_600)
        #expect(desk.isAsking)
        desk.turn(at: 3_000)
        desk.hear("47", at: 3_100)
        desk.hear("11", at: 3_200)
        desk.ask("2", .pin, at: 4_000)
        #expect(desk.decisions["2"] == .granted)
    }

    @Test("wrong PINs end the question and lock the PIN for a while")
    func guessing() {
        let desk = Desk()
        desk.ask("1", .pin, at: 0)
        for attempt in 1...3 {
            desk.turn(at: Int64(attempt) * 1_000)
            desk.hear("000\(attempt)", at: Int64(attempt) * 1_000 + 100)
        }
        #expect(!desk.isAsking)
        desk.ask("2", .pin, at: 10_000)
        #expect(desk.isRefused("2", "locked for a while"))
        desk.ask("3", .pin, at: 304_000)
        #expect(desk.isRefused("3", "say their PIN"))
    }

    @Test("without a PIN set none can confirm", arguments: ["", "123"])
    func noPIN(pin: String) {
        let desk = Desk(pin: pin)
        desk.ask("1", .pin, at: 0)
        #expect(desk.isRefused("1", "has no PIN"))
        #expect(!desk.isAsking)
    }

    @Test("whatever happens, each call is settled once at most, and nothing is granted unasked")
    func anyOrder() {
        var state: UInt64 = 88_172_645_463_325_252
        func random(_ count: UInt64) -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state % count
        }
        for _ in 0..<200 {
            let desk = Desk()
            var time: Int64 = 0
            for step in 0..<100 {
                time += Int64(random(1_500))
                switch random(9) {
                case 0: desk.ask("b\(step)", .button, at: time)
                case 1: desk.ask("p\(step)", phrase, at: time)
                case 2: desk.ask("n\(step)", .pin, at: time)
                case 3: _ = desk.press(at: time)
                case 4: desk.turn(at: time)
                case 5: desk.hear([" open sesame", " 4711", " 1"][Int(random(3))], at: time)
                case 6: desk.speaks(from: time, to: random(2) == 0 ? time + 10 : nil)
                case 7: desk.silent(at: time)
                default: desk.withdraw("b\(step - 1)")
                }
                if let deadline = desk.deadline, deadline <= time { desk.pass(to: time) }
                if !desk.isAsking, let deadline = desk.deadline { #expect(deadline > time) }
            }
            // The PIN's lock is the longest wait of all.
            desk.pass(to: time + 10_000_000)
            #expect(desk.deadline == nil)
        }
    }
}
