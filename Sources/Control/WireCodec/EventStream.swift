/// Splits a `text/event-stream` into its events (html.spec.whatwg.org, server-sent events).
package struct EventStream {
    /// One event of the server.
    package struct Event: Equatable {
        /// Its lines of data, joined by line feeds.
        package var data = ""
        /// The last id given, by this event or an earlier one.
        package var id: String?
    }

    /// A longer line, or longer data of one event, ends the stream (bytes).
    package let limitBytes: Int
    /// The last id given; for `Last-Event-ID`.
    package private(set) var lastID: String?
    /// How long to wait before the stream is reopened (milliseconds, at most `retryLimit`); nil:
    /// not given.
    package private(set) var retryMilliseconds: Int?
    /// A longer wait is never intended (milliseconds: one hour).
    package static let retryLimit = 3_600_000

    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false
    private var isMessage = true
    private var endedWithReturn = false

    /// A stream of events up to this limit (bytes), optionally continued after an id.
    package init(limitBytes: Int, lastID: String? = nil) {
        self.limitBytes = limitBytes
        self.lastID = lastID
    }

    /// An event or a line was longer than the limit.
    package struct TooLong: Error, CustomStringConvertible {
        package let description = "it sent an event that is too long"
    }

    /// Takes a piece and returns the events that it completes.
    package mutating func take(_ piece: [UInt8]) throws(TooLong) -> [Event] {
        var events: [Event] = []
        for byte in piece {
            switch byte {
            case 0x0A where endedWithReturn: endedWithReturn = false
            case 0x0A, 0x0D:
                endedWithReturn = byte == 0x0D
                if let event = endLine() { events.append(event) }
            default:
                endedWithReturn = false
                line.append(byte)
                guard line.count + data.count <= limitBytes else { throw TooLong() }
            }
        }
        return events
    }

    private mutating func endLine() -> Event? {
        defer { line = [] }
        guard !line.isEmpty else { return endEvent() }
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        let name = String(decoding: line[..<colon], as: UTF8.self)
        var value = line[colon...].dropFirst()
        if value.first == 0x20 { value = value.dropFirst() }
        switch name {
        case "data":
            if hasData { data.append(0x0A) }
            hasData = true
            data += value
        case "event": isMessage = value.elementsEqual("message".utf8) || value.isEmpty
        case "id": if !value.contains(0) { lastID = String(decoding: value, as: UTF8.self) }
        // A value that is not a number is ignored.
        case "retry": retryMilliseconds = Self.number(value) ?? retryMilliseconds
        default: break
        }
        return nil
    }

    /// The number that ASCII digits spell, or the limit if it is greater; nil for anything else.
    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return digits.reduce(0) { min($0 * 10 + Int($1 - 0x30), retryLimit) }
    }

    private mutating func endEvent() -> Event? {
        defer {
            data = []
            hasData = false
            isMessage = true
        }
        guard hasData, isMessage else { return nil }
        return Event(data: String(decoding: data, as: UTF8.self), id: lastID)
    }
}
