import Testing

@testable import Panel

/// Presses and releases in milliseconds, with the deadlines in between.
struct GestureRun {
    private var gesture: ButtonGesture
    private(set) var events: [ButtonGesture.Event] = []
    /// What a press is used for in this run.
    var use: ButtonGesture.Use?

    init(isDown: Bool = false, _ adapt: (inout ButtonGesture.Settings) -> Void) {
        var settings = ButtonGesture.Settings(
            holdMilliseconds: 250, doubleMilliseconds: 250, longMilliseconds: 1000,
            stuckMilliseconds: 120_000)
        adapt(&settings)
        gesture = ButtonGesture(settings, isDown: isDown, at: 0)
    }

    var deadline: Int? { gesture.deadline.map { Int($0 / 1_000_000) } }

    /// Presses at the first time, releases at the second, and so on.
    mutating func edges(_ times: Int...) {
        for (index, time) in times.enumerated() {
            until(time - 1)
            take(gesture.edge(isPress: index.isMultiple(of: 2), at: Int64(time) * 1_000_000))
        }
    }

    mutating func until(_ time: Int) {
        while let due = gesture.deadline, due <= Int64(time) * 1_000_000 {
            take(gesture.advance(to: due))
        }
    }

    mutating func late(press: Bool, at time: Int) {
        take(gesture.edge(isPress: press, at: Int64(time) * 1_000_000))
    }

    mutating func reset(isDown: Bool, at time: Int) {
        take(gesture.reset(isDown: isDown, at: Int64(time) * 1_000_000))
    }

    private mutating func take(_ new: [ButtonGesture.Event]) {
        events += new
        guard let use else { return }
        switch new.last {
        case .touched: gesture.useTouch(use)
        case .talkBegan, .single: if use == .dismissal || use == .question { gesture.useTouch(use) }
        default: break
        }
    }
}

private func ms(_ time: Int) -> Int64 { Int64(time) * 1_000_000 }

@Suite("Gestures of a button")
struct ButtonGestureTests {
    @Test("holding to talk begins at once where nothing else is mapped")
    func holdAtOnce() {
        var run = GestureRun { $0.holdsToTalk = true }
        run.edges(100, 130, 200, 2_000)
        #expect(
            run.events == [
                .talkBegan(at: ms(100)), .talkEnded(at: ms(130)), .talkBegan(at: ms(200)),
                .talkEnded(at: ms(2_000)),
            ])
    }

    @Test("where a double is mapped, a talk begins later but with the time of its press")
    func holdBesideDouble() {
        var run = GestureRun {
            $0.holdsToTalk = true
            $0.hasDouble = true
        }
        run.late(press: true, at: 100)
        #expect(run.deadline == 350)
        run.until(350)
        run.late(press: false, at: 2_000)
        #expect(
            run.events == [
                .touched(at: ms(100)), .talkBegan(at: ms(100)), .talkEnded(at: ms(2_000)),
            ])
    }

    @Test("a hold whose deadline is reported late is still a hold")
    func lateDeadline() {
        var run = GestureRun {
            $0.holdsToTalk = true
            $0.hasSingle = true
        }
        run.late(press: true, at: 100)
        run.late(press: false, at: 900)
        #expect(
            run.events == [
                .touched(at: ms(100)), .talkBegan(at: ms(100)), .talkEnded(at: ms(900)),
            ])
    }

    @Test("two short presses are a double and no talk")
    func doubleBesideHold() {
        var run = GestureRun {
            $0.holdsToTalk = true
            $0.hasDouble = true
        }
        run.edges(100, 180, 300, 380)
        #expect(run.events == [.touched(at: ms(100)), .double(at: ms(300))])
        #expect(run.deadline == nil)
    }

    @Test("a tap and then a hold are both, in that order")
    func tapThenHold() {
        var run = GestureRun {
            $0.holdsToTalk = true
            $0.hasSingle = true
            $0.hasDouble = true
        }
        run.edges(100, 180, 300, 2_000)
        #expect(
            run.events == [
                .touched(at: ms(100)), .single(at: ms(100)), .talkBegan(at: ms(300)),
                .talkEnded(at: ms(2_000)),
            ])
    }

    @Test("a single waits for its second press only where a double is mapped")
    func singles() {
        var alone = GestureRun { $0.hasSingle = true }
        alone.edges(100, 200)
        #expect(alone.events == [.single(at: ms(100))])
        var beside = GestureRun {
            $0.hasSingle = true
            $0.hasDouble = true
        }
        beside.edges(100, 200)
        #expect(beside.deadline == 450)
        beside.until(449)
        #expect(beside.events == [.touched(at: ms(100))])
        beside.until(450)
        #expect(beside.events.last == .single(at: ms(100)))
    }

    @Test("a second press that comes too late is a second single")
    func twoSingles() {
        var run = GestureRun {
            $0.hasSingle = true
            $0.hasDouble = true
        }
        run.edges(100, 200, 460, 500)
        run.until(5_000)
        let singles = run.events.filter { if case .single = $0 { true } else { false } }
        #expect(singles == [.single(at: ms(100)), .single(at: ms(460))])
    }

    @Test("a double without a competing gesture is reported at its second press")
    func quickDouble() {
        var run = GestureRun {
            $0.hasSingle = true
            $0.hasDouble = true
        }
        run.edges(100, 200, 300)
        #expect(run.events.last == .double(at: ms(300)))
    }

    @Test("a long press is reported while it is held, and its release is not")
    func long() {
        var run = GestureRun {
            $0.hasSingle = true
            $0.hasLong = true
        }
        run.edges(100, 3_000)
        #expect(run.events == [.touched(at: ms(100)), .long(at: ms(100))])
        run.edges(4_000, 4_500)
        #expect(run.events.last == .single(at: ms(4_000)))
    }

    @Test("a press that silenced the answer is no tap any more, but may become a talk")
    func usedTouch() {
        var run = GestureRun {
            $0.holdsToTalk = true
            $0.hasSingle = true
            $0.hasDouble = true
        }
        run.use = .tap
        run.edges(100, 200)
        run.until(5_000)
        #expect(run.events == [.touched(at: ms(100))])
        run.edges(6_000, 8_000)
        #expect(run.events.contains(.talkBegan(at: ms(6_000))))
    }

    @Test("a double may begin with a press that silenced the answer")
    func doubleAfterUsedTouch() {
        var run = GestureRun {
            $0.hasSingle = true
            $0.hasDouble = true
        }
        run.use = .tap
        run.edges(100, 180, 300, 380)
        #expect(run.events == [.touched(at: ms(100)), .double(at: ms(300))])
    }

    @Test("a press that dismissed an alarm does nothing else, however long it is held")
    func wholeTouch() {
        var run = GestureRun {
            $0.holdsToTalk = true
            $0.hasDouble = true
        }
        run.use = .whole
        run.edges(100, 2_000)
        run.until(5_000)
        #expect(run.events == [.touched(at: ms(100))])
    }

    @Test("a button that is held endlessly is reported once, and counts as released")
    func stuck() {
        var run = GestureRun {
            $0.holdsToTalk = true
            $0.stuckMilliseconds = 60_000
        }
        run.edges(100)
        run.until(1_000_000)
        #expect(
            run.events == [
                .talkBegan(at: ms(100)), .talkEnded(at: ms(60_100)), .stuck(since: ms(100)),
            ])
        #expect(run.deadline == nil, "it costs nothing from then on")
        run.late(press: false, at: 1_000_001)
        run.edges(1_100_000, 1_100_500)
        #expect(run.events.count == 5, "it works again after its release")
    }

    @Test("a button that is held at the start is ignored until it is released")
    func heldAtStart() {
        var run = GestureRun(isDown: true) { $0.holdsToTalk = true }
        run.until(200_000)
        #expect(run.events == [.stuck(since: 0)])
        run.late(press: false, at: 200_001)
        run.edges(300_000, 301_000)
        #expect(
            run.events.dropFirst() == [
                .talkBegan(at: ms(300_000)), .talkEnded(at: ms(301_000)),
            ])
    }

    @Test("a lost line ends the talk, and only that")
    func lineLost() {
        var run = GestureRun { $0.holdsToTalk = true }
        run.edges(100)
        run.reset(isDown: false, at: 700)
        run.reset(isDown: false, at: 900)
        #expect(run.events == [.talkBegan(at: ms(100)), .talkEnded(at: ms(700))])
    }

    @Test("whatever is mapped and pressed, every talk that begins ends, and deadlines advance")
    func everyTalkEnds() {
        var random = SystemRandomNumberGenerator()
        for round in 0..<400 {
            var run = GestureRun {
                $0.holdsToTalk = round & 1 != 0
                $0.hasSingle = round & 2 != 0
                $0.hasDouble = round & 4 != 0
                $0.hasLong = round & 8 != 0
                $0.stuckMilliseconds = 5_000
            }
            run.use =
                [nil, .tap, .whole, .dismissal, .question].randomElement(using: &random) ?? nil
            var time = 0
            for _ in 0..<60 {
                time += Int.random(in: 1...900, using: &random)
                if Bool.random(using: &random) { run.until(time) }
                run.late(press: Bool.random(using: &random), at: time)
            }
            run.late(press: false, at: time + 1)
            run.until(time + 10_000)
            #expect(run.deadline == nil)
            var isTalking = false
            for event in run.events {
                switch event {
                case .talkBegan:
                    #expect(!isTalking)
                    // The press silenced an alarm, or answers a question, and is no talk then.
                    isTalking = run.use != .dismissal && run.use != .question
                case .talkEnded:
                    #expect(isTalking)
                    isTalking = false
                case .touched, .single, .double, .long, .heldOn, .answered, .answerHeld, .stuck:
                    break
                }
            }
            #expect(!isTalking)
        }
    }
}
