import AudioCore
import Linux
import Testing

@Suite(.timeLimit(.minutes(5)))
struct StreamAnchorTests {
    @Test("there is no pair at first, and then the newest")
    func newest() throws {
        let anchor = StreamAnchor()
        #expect(anchor.read() == nil)
        anchor.set(frame: 320, time: 1_000)
        anchor.set(frame: 640, time: -5)
        let pair = try #require(anchor.read())
        #expect(pair.frame == 640)
        #expect(pair.time == -5)
    }

    @Test("a reader never sees the frame of one moment with the time of another")
    func pairs() throws {
        let anchor = StreamAnchor()
        anchor.set(frame: 0, time: 0)
        let stop = StopFlag()
        let thread = try OwnedThread(name: "writer", priority: .normal) {
            var frame = 0
            while !stop.isSet {
                frame += 1
                anchor.set(frame: frame, time: Int64(frame) * 3)
            }
        }
        var last = 0
        var changes = 0
        while changes < 5000 {
            guard let pair = anchor.read() else { break }
            guard pair.time == Int64(pair.frame) * 3, pair.frame >= last else {
                Issue.record("frame \(pair.frame) with time \(pair.time) after frame \(last)")
                break
            }
            if pair.frame != last { changes += 1 }
            last = pair.frame
        }
        stop.raise()
        thread.join()
        #expect(changes == 5000)
    }
}
