import Testing

@testable import SignalProcessing

@Suite("The decay of a room after its loudspeaker")
struct RoomTailTests {
    /// A room with some noise, whose loudspeaker stays audible for a while after its last sound.
    private struct Room {
        var tail = RoomTail(frameMilliseconds: 20)
        var noise: Float = -60

        /// Silence, two seconds of sound, its echo, and silence again (frames of 20 ms).
        mutating func play(echoFrames: Int, speechFrames: Int = 0) {
            for _ in 0..<50 { tail.note(level: noise, isPlaying: false) }
            for _ in 0..<100 { tail.note(level: -25, isPlaying: true) }
            for _ in 0..<echoFrames { tail.note(level: -30, isPlaying: false) }
            for _ in 0..<speechFrames { tail.note(level: -35, isPlaying: false) }
            for _ in 0..<60 { tail.note(level: noise, isPlaying: false) }
        }
    }

    @Test("an unknown room gets half a second, which is on the safe side")
    func unknown() {
        var room = Room()
        #expect(room.tail.milliseconds == 500)
        room.play(echoFrames: 5)
        #expect(room.tail.milliseconds == 500)
    }

    @Test("it is the measured time plus a margin", arguments: [0, 5, 15, 30])
    func measured(echoFrames: Int) {
        var room = Room()
        for _ in 0..<3 { room.play(echoFrames: echoFrames) }
        #expect(room.tail.milliseconds == echoFrames * 20 + 60)
    }

    @Test("a long decay counts from its first measurement")
    func long() {
        var room = Room()
        room.play(echoFrames: 35)
        #expect(room.tail.milliseconds == 35 * 20 + 60)
    }

    @Test("immediate speech is not taken for an echo: a sentence changes nothing, a word little")
    func speech() {
        var room = Room()
        for _ in 0..<3 { room.play(echoFrames: 5) }
        room.play(echoFrames: 5, speechFrames: 100)
        #expect(room.tail.milliseconds == 160)
        room.play(echoFrames: 5, speechFrames: 20)
        #expect(room.tail.milliseconds == 200)
        for _ in 0..<2 { room.play(echoFrames: 5) }
        #expect(room.tail.milliseconds == 160)
    }

    @Test("a room that changes is followed, and so is its noise")
    func change() {
        var room = Room()
        for _ in 0..<3 { room.play(echoFrames: 5) }
        for _ in 0..<5 { room.play(echoFrames: 15) }
        #expect(room.tail.milliseconds == 360)
        room.noise = -45
        for _ in 0..<30 { room.play(echoFrames: 5) }
        #expect(room.tail.milliseconds == 160)
    }
}
