import Assistant
import Testing

@testable import Daemon

@Suite("The microphone's inbox while the loop is late")
struct MicrophoneInboxTests {
    @Test("everything is delivered in order, and only the first item wakes the loop")
    func order() {
        var inbox = MicrophoneInbox()
        let signals: [MicrophoneSignal] = (0..<50).map { .samples([Int16($0)], first: $0) }
        let wakes = signals.map { inbox.take($0) }
        #expect(wakes == [true] + [Bool](repeating: false, count: 49))
        let given = inbox.empty()
        #expect(given.signals == signals)
        #expect(given.lost == 0)
        #expect(MicrophoneInbox.trouble(lost: given.lost) == nil)
        let rest = inbox.empty()
        #expect(rest.signals.isEmpty)
        let wakesAgain = inbox.take(.segmentEnded(sample: 1))
        #expect(wakesAgain, "the next is the first again")
    }

    @Test("dropped samples are counted and reported; the mark of a turn is not lost")
    func full() {
        var inbox = MicrophoneInbox()
        for index in 0..<1_500 { _ = inbox.take(.samples([0], first: Int64(index))) }
        _ = inbox.take(.segmentEnded(sample: 1_500))
        let given = inbox.empty()
        #expect(given.signals.last == .segmentEnded(sample: 1_500))
        #expect(given.lost == 1_501 - given.signals.count)
        #expect(MicrophoneInbox.trouble(lost: given.lost)?.contains("\(given.lost)") == true)
        for index in 0..<10_000 { _ = inbox.take(.segmentEnded(sample: Int64(index))) }
        let marks = inbox.empty()
        #expect(marks.signals.count < 2_000)
    }
}
