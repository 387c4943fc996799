import Testing

@testable import Assistant

@Suite("button gestures")
struct ButtonGestureTests {
    /// Feeds a trace of (milliseconds, pressed) and lets the deadline pass in between.
    private func run(_ trace: [(at: Int, pressed: Bool)], debounce: Int = 30) -> [ButtonEvent] {
        var gesture = ButtonGesture(debounceMilliseconds: debounce)
        var taken: [ButtonEvent] = []
        func wait(until time: Int64, _ gesture: inout ButtonGesture) {
            while let deadline = gesture.deadline, deadline <= time {
                guard let event = gesture.deadlineReached(at: deadline) else { return }
                taken.append(event)
            }
        }
        for edge in trace {
            let event = ButtonEvent(pressed: edge.pressed, at: .milliseconds(edge.at))
            wait(until: event.at, &gesture)
            if let event = gesture.edge(event) { taken.append(event) }
        }
        wait(until: .max, &gesture)
        return taken
    }

    private func event(_ at: Int, _ pressed: Bool) -> ButtonEvent {
        ButtonEvent(pressed: pressed, at: .milliseconds(at))
    }

    @Test("clean edges pass at once")
    func cleanEdges() {
        #expect(run([(100, true), (900, false)]) == [event(100, true), event(900, false)])
    }

    @Test("a bouncing press and a bouncing release are one each, at their first edge")
    func bounces() {
        let trace = [
            (100, true), (101, false), (102, true), (104, false), (105, true), (900, false),
            (902, true), (903, false),
        ]
        #expect(run(trace) == [event(100, true), event(900, false)])
    }

    @Test("a release within the bouncing time is not lost")
    func quickRelease() {
        #expect(run([(100, true), (112, false)]) == [event(100, true), event(112, false)])
    }

    @Test("a lost edge does not turn the button round")
    func lostEdge() {
        #expect(
            run([(100, true), (500, true), (900, false), (950, false)]) == [
                event(100, true), event(900, false),
            ])
    }

    @Test("without debouncing every change passes")
    func noDebouncing() {
        #expect(
            run([(100, true), (101, false), (102, true)], debounce: 0) == [
                event(100, true), event(101, false), event(102, true),
            ])
    }
}
