import Testing

@testable import WireCodec

struct Base64Tests {
    /// The vectors of RFC 4648, section 10.
    @Test(
        "the standard's own examples",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
        ])
    func vectors(plain: String, encoded: String) {
        var text: [UInt8] = []
        Base64.append(Array(plain.utf8), to: &text)
        #expect(text == Array(encoded.utf8))
        #expect(Base64.decode(Array(encoded.utf8)[...]) == Array(plain.utf8))
    }

    @Test("both alphabets are read, with and without padding")
    func alphabets() {
        let bytes: [UInt8] = [0xFB, 0xFF, 0xFE, 0xFB]
        for text in ["+//++w==", "-__--w==", "+//++w", "-__--w"] {
            #expect(Base64.decode(Array(text.utf8)[...]) == bytes, "\(text)")
        }
    }

    @Test(
        "invalid base64 is refused and appends nothing",
        arguments: ["A", "AAAAA", "AA=", "A===", "AAA*", "AA AA", "AAA\\", "====", "AAAA=", "Ä=="])
    func refusals(text: String) {
        #expect(Base64.decode(Array(text.utf8)[...]) == nil)
        var samples: [Int16] = [7]
        #expect(!Base64.decode(Array(text.utf8)[...], appendingTo: &samples))
        #expect(samples == [7])
    }

    @Test("half a sample is refused")
    func oddBytes() {
        var samples: [Int16] = []
        #expect(!Base64.decode(Array("AAAA".utf8)[...], appendingTo: &samples))
    }

    @Test("any number of samples survives the round trip")
    func roundTrip() {
        var generator = SystemRandomNumberGenerator()
        for count in [0, 1, 2, 3, 4, 5, 319, 320, 321, 4801] {
            let samples = (0..<count).map { _ in Int16.random(in: .min ... .max, using: &generator)
            }
            var text: [UInt8] = [1, 2, 3]
            Base64.append(samples[...], to: &text)
            #expect(text.count == 3 + Base64.encodedCount(count * 2))
            var back: [Int16] = [9]
            #expect(Base64.decode(text[3...], appendingTo: &back))
            #expect(back == [9] + samples)
        }
    }
}
