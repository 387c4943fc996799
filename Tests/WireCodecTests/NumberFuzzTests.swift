import TestInputs
import Testing

@testable import WireCodec

/// Every number that a text can hold, in every place that reads one.
struct NumberFuzzTests {
    @Test("a number is read, written and read again as the same, or refused")
    func aNumberIsReadWritten() throws {
        var count = 0
        for text in OddNumbers.json {
            for (before, after) in [("", ""), ("[", "]"), ("{\"a\":", "}"), (" [1, ", " , 2]")] {
                let whole = before + text + after
                let value = try JSONValue(parsing: whole)
                #expect(try JSONValue(parsing: value.serialized).isSame(as: value), "\(whole)")
                #expect(try ForeignJSON(Array(whole.utf8)).value == value)
                for part in [value, value["a"] ?? .null, value.array?.last ?? .null] {
                    if let number = part.int { #expect(part.isSame(as: .int(number))) }
                    if let number = part.double { #expect(number.isFinite) }
                }
                count += 1
            }
        }
        for text in OddNumbers.tooLarge {
            #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
            #expect(try ForeignJSON(Array(text.utf8)).fault(within: []) == "a number too large")
            count += 1
        }
        print("number fuzz: JSON, \(count) texts")
    }

    @Test("no number is another number")
    func noNumberIsAnotherNumber() throws {
        let values = try OddNumbers.texts.map { try JSONValue(parsing: $0) }
        for one in values {
            for other in values where one.isSame(as: other) {
                // The same by all that can be asked of them.
                #expect(one.double == other.double)
                #expect(other.isSame(as: one))
            }
        }
        #expect(!JSONValue.int(.max).isSame(as: .double(9_223_372_036_854_775_808)))
        #expect(!JSONValue.int(1 << 53 + 1).isSame(as: .double(9_007_199_254_740_992)))
    }

    @Test("a place in a list is found by its number, and by no other")
    func aPlaceInAList() throws {
        let list: JSONValue = [["a", "b"], "c"]
        var found = 0
        for text in OddNumbers.json + OddNumbers.tooLarge {
            let name = text.filter { !"/~.".contains($0) }
            for place in ["/0/\(name)", "0.\(name)", name] {
                if let value = JSONPlace(place)?.pick(from: list), value.string != nil {
                    found += 1
                    #expect(name == "0" || name == "1", "\(place)")
                }
            }
        }
        #expect(found > 0)
    }
}
