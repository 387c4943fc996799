import Testing

@testable import Configuration

/// Files that are not UTF-8 text.
struct FileTextTests {
    private func mistake(_ bytes: [UInt8]) -> String? {
        do {
            _ = try SettingsFile.text(of: bytes, file: "m.toml")
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test("a file in Latin-1 is reported with line and column of its first such character")
    func aFileInLatin1() {
        let latin = Array("[live]\nvoice = \"K".utf8) + [0xF6] + Array("re\"\n".utf8)
        #expect(mistake(latin)?.hasPrefix("m.toml:2:11: ") == true)
        #expect(mistake(latin)?.contains("save the file as UTF-8") == true)
    }

    @Test("a byte that is not UTF-8 is found at any place, behind any text")
    func everyPlaceOfAByte() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let before = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                ["a = 1", "ö = \"🐦\"", "", "# ä"].randomElement(using: &random) ?? ""
            }
            let start = ["", "x", "é", "🐦🐦"].randomElement(using: &random) ?? ""
            let bytes = Array((before + [start]).joined(separator: "\n").utf8) + [0xE4, 0x20, 0x0A]
            let place = "m.toml:\(before.count + 1):\(start.unicodeScalars.count + 1): "
            #expect(mistake(bytes)?.hasPrefix(place) == true, "\(place) \(mistake(bytes) ?? "")")
        }
    }

    @Test("UTF-16 is reported by name, and UTF-8 with a byte order mark is not taken for it")
    func utf16IsCalledBy() {
        #expect(mistake([0xFF, 0xFE, 0x5B, 0x00])?.contains("UTF-16") == true)
        #expect(mistake([0xFE, 0xFF, 0x00, 0x5B])?.contains("UTF-16") == true)
        #expect(mistake([0xEF, 0xBB, 0xBF] + Array("[live]".utf8)) == nil)
    }
}
