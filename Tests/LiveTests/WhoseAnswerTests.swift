import Testing
import VoiceSession

@testable import Live

@Suite("attribution of answers")
struct WhoseAnswerTests {
    @Test("after two turns in a stall, the answer to the first takes no words from the second")
    func stall() {
        let world = SessionWorld.ready()
        world.talk(1)
        world.talk(2)
        world.speak()
        world.generated()
        world.turnComplete()
        world.forget()
        world.lose()
        world.wait(1000)
        world.accept()
        #expect(world.sent == [.activityStart, SessionWorld.sound(2), .activityEnd])
    }

    @Test("one answer to two turns is not requested again, nor are its words repeated")
    func oneForBoth() {
        let world = SessionWorld.ready()
        world.talk(1)
        world.talk(2)
        world.speak()
        world.generated()
        world.turnComplete()
        world.wait(60_000)
        #expect(world.closed == 0)
        world.forget()
        world.lose()
        world.wait(1000)
        world.accept()
        #expect(world.sent.isEmpty)
    }

    @Test("an answer interrupted by words keeps its number; the answer to them has a later one")
    func wordsIntoAnswer() {
        let world = SessionWorld.ready()
        world.talk(1)
        world.speak()
        world.say(.activityStart, SessionWorld.sound(2))
        world.speak()
        world.say(.activityEnd)
        world.speak()
        #expect(Set(world.answers).count == 1)
        world.interrupted()
        world.turnComplete()
        world.speak()
        #expect(world.answers.count == 4)
        #expect(world.answers[3] > world.answers[0])
    }

    @Test("sound taken for the newest words' answer, but not theirs, leaves them another number")
    func slippedThrough() {
        let world = SessionWorld.ready()
        world.talk(1)
        world.talk(2)
        world.speak()
        world.interrupted()
        var next: AnswerNumber?
        for case .interrupted(world.answers[0], let number) in world.events { next = number }
        world.speak()
        #expect(world.answers.last == next)
        world.lose()
        world.forget()
        world.wait(1000)
        world.accept()
        #expect(!world.sent.contains(SessionWorld.sound(2)), "they have been answered")
    }

    @Test("an answer that goes on, on another connection, keeps its number")
    func goesOn() {
        let world = SessionWorld.ready()
        world.converse("h")
        world.talk(3)
        world.heard("Tell me a story.")
        world.speak()
        world.said("Once upon a time")
        world.lose()
        world.wait(0)
        world.accept()
        world.speak()
        #expect(world.answers.count == 3)
        #expect(world.answers[1] == world.answers[2])
        #expect(world.answers[0] < world.answers[1])
    }

    @Test("words that are sent again are answered under the number given to them")
    func saidAgain() {
        let world = SessionWorld()
        world.connect()
        let number = world.talk(3)
        world.accept()
        world.lose()
        world.wait(1000)
        world.accept()
        world.speak()
        #expect(world.answers == [number])
    }

    @Test(
        "in any case numbers do not decrease, and cut or finished answers produce nothing",
        arguments: [true, false])
    func order(manual: Bool) {
        for seed in 0..<300 {
            var dice = SeededDice(seed)
            let world = SessionWorld.ready(manual: manual)
            var isOpen = false
            for _ in 0..<60 {
                switch Int.random(in: 0..<9, using: &dice) {
                case 0, 1:
                    if !isOpen, manual { world.say(.activityStart) }
                    world.say(SessionWorld.sound(1))
                    isOpen = true
                case 2:
                    if isOpen { world.say(manual ? .activityEnd : .audioStreamEnd) }
                    isOpen = false
                case 3, 4: world.speak()
                case 5: world.generated()
                case 6: world.turnComplete()
                case 7: world.interrupted()
                default: world.callSwitch("c\(Int.random(in: 0..<100, using: &dice))")
                }
            }
            var newest = AnswerNumber.none
            var over: Set<AnswerNumber> = []
            for event in world.events {
                switch event {
                case .audio(_, let answer):
                    #expect(answer >= newest, "seed \(seed)")
                    #expect(!over.contains(answer), "seed \(seed)")
                    newest = answer
                case .interrupted(let answer, let next):
                    over.insert(answer)
                    if let next { #expect(next > answer, "seed \(seed)") }
                case .turnComplete(let answer): over.insert(answer)
                default: break
                }
            }
        }
    }
}
