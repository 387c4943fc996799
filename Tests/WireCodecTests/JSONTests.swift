import Testing

@testable import WireCodec

struct JSONTests {
    @Test("a document comes back as it was written, members in order")
    func roundTrip() throws {
        let text =
            #"{"z":[1,-2.5,1e+20,true,false,null,""],"a":{"ü":"\"\\\n\t\u0001 \ud83d\ude00 é"},"n":9223372036854775807}"#
        let value = try JSONValue(parsing: text)
        #expect(value["z"]?.array?.count == 7)
        #expect(value["a"]?["ü"]?.string == "\"\\\n\t\u{1} 😀 é")
        #expect(value["n"]?.int == .max)
        #expect(value.object?.names == ["z", "a", "n"])
        #expect(try JSONValue(parsing: value.serialized) == value)
        #expect(try JSONValue(parsing: value.prettyText()) == value)
    }

    @Test("pretty text is like the service's: two blanks a level")
    func pretty() {
        let value: JSONValue = ["setupComplete": [:], "a": [["b": 1]], "e": []]
        #expect(
            value.prettyText() == """
                {
                  "setupComplete": {},
                  "a": [
                    {
                      "b": 1
                    }
                  ],
                  "e": []
                }
                """)
    }

    @Test(
        "text that RFC 8259 does not allow is refused",
        arguments: [
            "", " ", "{", "}", "[1,]", "[,1]", "{\"a\":}", "{\"a\" 1}", "{a:1}", "{\"a\":1,}", "01",
            "1.", ".5", "-", "+1", "1e", "0x1", "NaN", "Infinity", "tru", "nul", "'a'", "\"a",
            "\"\n\"", "\"\\x\"", "\"\\u12\"", "\"\\u12G4\"", "\"\\ud800\"", "\"\\ud800\\u0041\"",
            "\"\\udc00\"", "1 2", "[1 2]", "\"\\", "\"\\\"", "1e999", "// c\n1", "\u{feff}1",
        ])
    func refusals(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    }

    @Test("bytes that are not UTF-8 are refused")
    func invalidUTF8() {
        for bytes: [UInt8] in [[0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xE2, 0x22]] {
            #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
        }
    }

    @Test("nesting has a limit, and the error says where")
    func depth() throws {
        let deep = String(repeating: "[", count: JSONValue.depthLimit)
        _ = try JSONValue(parsing: deep + String(repeating: "]", count: JSONValue.depthLimit))
        #expect(
            throws: JSONError(reason: "nested too deep", offset: JSONValue.depthLimit)
        ) { try JSONValue(parsing: "[" + deep) }
    }

    @Test("of members with the same name the last counts")
    func duplicates() throws {
        #expect(try JSONValue(parsing: #"{"a":1,"b":2,"a":3}"#) == ["a": 3, "b": 2])
    }

    @Test("random and truncated bytes never trap")
    func garbage() {
        var generator = SystemRandomNumberGenerator()
        let whole = Array(#"{"a":[1,2.5e3,"\u00e9\n",{"b":null}],"c":true}"#.utf8)
        for count in 0..<whole.count {
            _ = try? JSONValue(parsing: Array(whole[..<count]))
            var mutated = whole
            mutated[count] = UInt8.random(in: 0...255, using: &generator)
            _ = try? JSONValue(parsing: mutated)
        }
    }
}
