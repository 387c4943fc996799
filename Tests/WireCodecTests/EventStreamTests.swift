import TestInputs
import Testing

@testable import WireCodec

@Suite("streams of events")
struct EventStreamTests {
    private func events(_ text: String, piece: Int = 1_000) throws -> [EventStream.Event] {
        var stream = EventStream(limitBytes: 10_000)
        var rest = Array(text.utf8)[...]
        var events: [EventStream.Event] = []
        while !rest.isEmpty {
            events += try stream.take(Array(rest.prefix(piece)))
            rest = rest.dropFirst(piece)
        }
        return events
    }

    @Test("any line end works, data is joined, comments and other events are skipped")
    func reads() throws {
        let text =
            "\u{FEFF}: hello\r\n\r\nid: 7\rdata: {\"a\":\rdata:1}\r\revent: other\ndata: x\n\n"
            + "event: message\ndata\nid\n\nretry: 250\ndata: tail"
        let expected: [EventStream.Event] = [
            .init(data: "{\"a\":\n1}", id: "7"), .init(data: "", id: ""),
        ]
        for piece in [1, 2, 3, 1_000] { #expect(try events(text, piece: piece) == expected) }
    }

    @Test("the retry time and the last event id are kept")
    func resumes() throws {
        var stream = EventStream(limitBytes: 100, lastID: "3")
        #expect(
            try stream.take(Array("retry: 250\ndata: a\n\n".utf8)) == [.init(data: "a", id: "3")])
        #expect(stream.retryMilliseconds == 250)
        // Text that is not a number is skipped, and the previous value stays.
        for wrong in ["soon", "-5", "1.5", "+7", " 7", "7 ", "0x10", "", "٣"] {
            #expect(try stream.take(Array("retry: \(wrong)\n".utf8)).isEmpty)
            #expect(stream.retryMilliseconds == 250, "\(wrong)")
        }
    }

    @Test("a retry time of any length is clamped to a valid one", arguments: 1...40)
    func retries(digits: Int) throws {
        for digit in ["1", "9"] {
            var stream = EventStream(limitBytes: 100)
            let number = String(repeating: digit, count: digits)
            #expect(try stream.take(Array("retry: \(number)\n".utf8)).isEmpty)
            let expected = min(Double(number) ?? 0, Double(EventStream.retryLimit))
            #expect(stream.retryMilliseconds.map(Double.init) == expected)
        }
    }

    @Test("an endless line is given up")
    func endless() {
        #expect(throws: EventStream.TooLong.self) {
            try events("data: " + String(repeating: "x", count: 20_000))
        }
        #expect(throws: EventStream.TooLong.self) {
            try events(String(repeating: "data: xxxxxxxxxxxxxxxxxxxx\n", count: 1_000))
        }
    }
}
