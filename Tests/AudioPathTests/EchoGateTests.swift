import TestInputs
import Testing

@testable import AudioPath

@Suite("Whether a voice may interrupt the loudspeaker")
struct EchoGateTests {
    private static let quiet: Float = -60

    private func gate(_ frames: Int, heard: Float, left: Float) -> EchoGate {
        var gate = EchoGate(quietLevel: Self.quiet)
        for _ in 0..<frames { gate.note(heard: heard, loudest: heard, left: left) }
        return gate
    }

    @Test("it opens once the canceller has worked for half a second, and not within a third")
    func opens() {
        #expect(gate(16, heard: -25, left: -50).state == .learning)
        #expect(gate(25, heard: -25, left: -50).state == .open)
    }

    @Test("when the microphone hardly hears the loudspeaker, there is nothing to cancel")
    func headset() { #expect(gate(25, heard: -65, left: -65).state == .open) }

    @Test("a pause counts neither for the canceller nor against it")
    func pause() {
        var gate = EchoGate(quietLevel: Self.quiet)
        for _ in 0..<1000 { gate.note(heard: -50, loudest: -25, left: -70) }
        #expect(gate.state == .learning)
        for _ in 0..<25 { gate.note(heard: -25, loudest: -25, left: -50) }
        #expect(gate.state == .open)
    }

    @Test("a canceller that never works shuts it after six seconds, and it stays shut")
    func never() {
        #expect(gate(299, heard: -25, left: -28).state == .learning)
        #expect(gate(300, heard: -25, left: -28).state == .shut)
        #expect(gate(90_000, heard: -25, left: -28).state == .shut)
    }

    @Test("a canceller that fails shuts it within two seconds; one that recovers opens it in four")
    func fails() {
        var gate = gate(1000, heard: -25, left: -50)
        for _ in 0..<50 { gate.note(heard: -25, loudest: -25, left: -28) }
        #expect(gate.state == .open)
        for _ in 0..<50 { gate.note(heard: -25, loudest: -25, left: -28) }
        #expect(gate.state == .shut)
        for _ in 0..<50 { gate.note(heard: -25, loudest: -25, left: -50) }
        #expect(gate.state == .shut)
        for _ in 0..<150 { gate.note(heard: -25, loudest: -25, left: -50) }
        #expect(gate.state == .open)
    }

    @Test("a user who interrupts within a second does not shut it")
    func person() {
        var gate = gate(1000, heard: -25, left: -50)
        for _ in 0..<50 { gate.note(heard: -20, loudest: -20, left: -21) }
        #expect(gate.state == .open)
    }

    @Test("when the echo path changes, it learns again")
    func doubt() {
        var gate = gate(1000, heard: -25, left: -50)
        gate.doubt()
        #expect(gate.state == .learning)
        for _ in 0..<25 { gate.note(heard: -25, loudest: -25, left: -50) }
        #expect(gate.state == .open)
    }

    @Test("when the echo path changes every second, it is shut eventually and stays shut")
    func doubts() {
        var gate = gate(1000, heard: -25, left: -50)
        func second() {
            for _ in 0..<25 { gate.note(heard: -25, loudest: -25, left: -28) }
            gate.doubt()
            for _ in 0..<25 { gate.note(heard: -25, loudest: -25, left: -50) }
        }
        var seconds = 0
        while gate.state != .shut, seconds < 20 {
            second()
            seconds += 1
        }
        #expect(seconds < 20)
        for _ in 0..<600 {
            second()
            #expect(gate.state == .shut)
        }
        for _ in 0..<200 { gate.note(heard: -25, loudest: -25, left: -50) }
        #expect(gate.state == .open)
    }

    // A canceller that leaves too much in three frames of four, in any order, shuts the gate; one
    // that does so in fewer than one of twelve opens it; both from any past, and without flicker.
    @Test("whatever happened before, the state follows the canceller without flicker")
    func property() {
        var random = SeededGenerator(seed: 12)
        for _ in 0..<500 {
            var gate = EchoGate(quietLevel: Self.quiet)
            for _ in 0..<Int.random(in: 0...2000, using: &random) {
                let loudest = Float.random(in: -96...0, using: &random)
                gate.note(
                    heard: loudest - Float.random(in: 0...30, using: &random), loudest: loudest,
                    left: Float.random(in: -96...0, using: &random))
            }
            let isBad = Bool.random(using: &random)
            let share =
                isBad
                ? Double.random(in: 0.75...1, using: &random)
                : Double.random(in: 0...0.08, using: &random)
            var changes: [Int] = []
            for frame in 0..<1000 {
                let before = gate.state
                let heard = Float.random(in: -45...0, using: &random)
                let isLeft = Double.random(in: 0..<1, using: &random) < share
                gate.note(
                    heard: heard, loudest: heard, left: isLeft ? heard - 4 : heard - 20)
                if gate.state != before { changes.append(frame) }
            }
            #expect(gate.state == (isBad ? .shut : .open), "\(share)")
            #expect(changes.count <= 2, "\(share): \(changes)")
        }
    }
}
