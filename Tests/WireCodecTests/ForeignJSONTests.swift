import Testing

@testable import WireCodec

/// A service's message with a part that cannot be represented.
struct ForeignJSONTests {
    /// Parts that cannot be represented.
    private static let unheld = [
        "1e999", "-1e400", String(repeating: "9", count: 400),
        String(repeating: "[", count: 200) + String(repeating: "]", count: 200),
        String(repeating: "{\"a\":", count: 90) + "1" + String(repeating: "}", count: 90),
    ]

    @Test("an unrepresentable argument costs its call and not the message", arguments: unheld)
    func anArgumentThatCannotBe(part: String) throws {
        let text = #"{"calls":[{"id":"1","args":{"x":1}},{"id":"2","args":{"y":[0,\#(part)]}}]}"#
        #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
        let read = try ForeignJSON(Array(text.utf8))
        #expect(read.value["calls"]?.array?.map { $0["id"] } == ["1", "2"])
        #expect(read.value["calls"]?.array?.first?["args"] == ["x": 1])
        #expect(read.fault(within: ["calls", "0"]) == nil)
        #expect(read.fault(within: ["calls", "1", "args"]) != nil)
        let place = try #require(read.faults.first?.place)
        #expect(Array(place.prefix(5)) == ["calls", "1", "args", "y", "1"])
    }

    @Test("half a surrogate pair becomes the replacement character, and nothing else is lost")
    func halfASurrogatePairIs()
        throws
    {
        for (text, expected) in [
            (#""a\ud83db""#, "a\u{FFFD}b"), (#""\udc00""#, "\u{FFFD}"),
            (#""\ud83d\ud83d\ude00""#, "\u{FFFD}😀"), (#""\ud83d\n""#, "\u{FFFD}\n"),
        ] {
            #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
            #expect(try ForeignJSON(Array(text.utf8)).value == .string(expected))
        }
    }

    @Test("more faults than the limit make every place faulty")
    func moreFaultsThanAreKept() throws {
        let bad = Array(repeating: "1e999", count: 100).joined(separator: ",")
        let read = try ForeignJSON(Array(#"{"good":1,"bad":[\#(bad)]}"#.utf8))
        #expect(read.faults.count == ForeignJSON.faultLimit)
        #expect(read.fault(within: ["good"]) != nil)
        #expect(read.value["good"] == 1)
    }

    @Test("a valid document is read just as strictly, and has no fault")
    func whatIsWholeIsRead() throws {
        for text in ["{", "[1,]", "1 2", "{\"a\":1e}", "\"\u{1}\"", "nul"] {
            #expect(throws: JSONError.self) { try ForeignJSON(Array(text.utf8)) }
        }
        let text = #"{"a":[1,-2.5,"x",{"b":null}],"c":true}"#
        let read = try ForeignJSON(Array(text.utf8))
        let whole = try JSONValue(parsing: text)
        #expect(read.value == whole)
        #expect(read.faults.isEmpty)
    }
}
