import TestInputs
import Testing

@testable import WireCodec

/// Any number in a text, in every place that reads one.
struct NumberFuzzTests {
    @Test("a number is read, written and read again unchanged, or refused")
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

    @Test("no two numbers are confused")
    func noNumberIsAnotherNumber() throws {
        let values = try OddNumbers.texts.map { try JSONValue(parsing: $0) }
        for one in values {
            for other in values where one.isSame(as: other) {
                // Equal in every way that can be asked.
                #expect(one.double == other.double)
                #expect(other.isSame(as: one))
            }
        }
        #expect(!JSONValue.int(.max).isSame(as: .double(9_223_372_036_854_775_808)))
        #expect(!JSONValue.int(1 << 53 + 1).isSame(as: .double(9_007_199_254_740_992)))
    }

    @Test("an index finds its element in a list, and no other")
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
