import AudioCore
import Testing

@testable import AudioPath

struct EchoReferenceTests {
    /// Everything that waits: the samples by the card's clock, without those that were taken back.
    private func read(_ reference: EchoReference, after before: [Int16] = []) -> [Int16] {
        let buffer = SampleBuffer(count: EchoReference.longestPiece)
        var samples = before
        while let piece = reference.next(into: buffer.start) {
            switch piece {
            case .played(let frames, _, _):
                samples += UnsafeBufferPointer(start: buffer.start, count: frames)
            case .takenBack(let frames): samples.removeLast(frames)
            }
        }
        return samples
    }

    @Test("a piece is read with its rate and time, as one channel")
    func piece() {
        let reference = EchoReference()
        reference.wrote(
            [10, 20, 30, 50], channels: 2, frames: 2, rate: 48_000, heardAt: -5_000_000_000)
        reference.tookBack(frames: 7)
        let buffer = SampleBuffer(count: EchoReference.longestPiece)
        let first = reference.next(into: buffer.start)
        #expect(first == .played(frames: 2, rate: 48_000, heardAt: -5_000_000_000))
        #expect([buffer.start[0], buffer.start[1]] == [15, 40])
        #expect(reference.next(into: buffer.start) == .takenBack(frames: 7))
        #expect(reference.next(into: buffer.start) == nil)
    }

    @Test("pieces that nobody reads are dropped whole, and later ones are reported correctly")
    func overflow() {
        let reference = EchoReference()
        let period = AudioEngineTests.pattern(960)
        for _ in 0..<200 {
            reference.wrote(period, channels: 1, frames: 960, rate: 48_000, heardAt: 1)
        }
        let kept = read(reference)
        #expect(kept.count % 960 == 0)
        #expect(kept.count > 48_000)
        #expect(kept.count < 200 * 960)
        reference.wrote(period, channels: 1, frames: 960, rate: 48_000, heardAt: 2)
        #expect(read(reference) == period)
    }

    @Test("a reply's reference is what the card played, even if the reply is cut")
    func playback() throws {
        var settings = AudioSettings()
        settings.echo.mode = .cancel
        for isCut in [false, true] {
            var rig = try PlaybackRig(settings: settings)
            let echo = rig.echo
            let reference = try #require(echo)
            rig.speaker.enqueue(AudioEngineTests.pattern(9600))
            rig.speaker.endOfTurn()
            var heard: [Int16] = []
            for step in 0..<40 {
                if isCut, step == 9 { rig.speaker.flush() }
                _ = rig.loop.step()
                heard = read(reference, after: heard)
            }
            let told = heard.reversed().drop { $0 == 0 }.reversed()
            let played = rig.listener.heard.reversed().drop { $0 == 0 }.reversed()
            #expect(!told.isEmpty)
            #expect(Array(told) == Array(played))
        }
    }
}
