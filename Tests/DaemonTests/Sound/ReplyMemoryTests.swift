import Assistant
import Testing

@testable import Daemon

/// A speaker and a microphone that do nothing.
private struct Nobody: SpeakerPort, MicrophonePort {
    func play(_ samples: [Int16]) {}
    func endOfTurn() {}
    func flush() {}
    func hold() {}
    func resume() {}
    var pendingFrames: Int { 0 }
    func open(at nanoseconds: Int64, preRollMilliseconds: Int) {}
    func openAtSpeech(sample: Int64, preRollMilliseconds: Int) {}
    func close(at nanoseconds: Int64) {}
}

@Suite("the last answer, again")
struct ReplyMemoryTests {
    @Test("the answer before this one is played, until a user speaks")
    func again() {
        let played = Shelf()
        let memory = ReplyMemory(Nobody(), Nobody()) { played.add($0) }
        #expect(memory.playLast() == 0)
        memory.play([1, 2])
        memory.play([3])
        memory.endOfTurn()
        // The model says a word about it, which must not be remembered.
        memory.play([9])
        #expect(memory.playLast() == 3)
        memory.play([9])
        memory.endOfTurn()
        #expect(memory.playLast() == 3)
        memory.open(at: 0, preRollMilliseconds: 0)
        memory.open(at: 0, preRollMilliseconds: 0)
        #expect(played.all == [[1, 2, 3], nil, [1, 2, 3], nil])
    }

    @Test("an interrupted answer counts, and a long one is kept in part")
    func parts() {
        let played = Shelf()
        let memory = ReplyMemory(Nobody(), Nobody()) { played.add($0) }
        memory.play([4])
        memory.flush()
        #expect(memory.playLast() == 1)
        memory.flush()
        for _ in 0..<50 { memory.play([Int16](repeating: 7, count: 24_000)) }
        memory.endOfTurn()
        #expect(memory.playLast() == 40 * 24_000)
    }
}

/// What was played, in order; nil where it was stopped.
private final class Shelf {
    private(set) var all: [[Int16]?] = []
    func add(_ samples: [Int16]?) { all.append(samples) }
}
