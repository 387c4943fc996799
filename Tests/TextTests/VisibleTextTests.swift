import Testing

import Text

@Suite("Text of other programs, as a terminal and a journal show it")
struct VisibleTextTests {
    @Test(
        "control sequences are shown as what they are",
        arguments: [
            ("\u{1B}[2J\u{7}gone", "␛[2J␇gone"), ("a\rb", "a␍b"), ("a\nb", "a␊b"),
            ("a\r\nb", "a␍␊b"), ("\0", "␀"), ("\u{7F}", "␡"), ("\u{9B}31m", "<U+009B>31m"),
            ("\u{202E}txt.exe", "<U+202E>txt.exe"), ("\u{2066}x\u{2069}", "<U+2066>x<U+2069>"),
            ("a\u{2028}b", "a<U+2028>b"), ("\u{E0041}", "<U+E0041>"), ("\u{FEFF}x", "<U+FEFF>x"),
        ])
    func steering(text: String, shown: String) {
        #expect(text.visible == shown)
    }

    @Test(
        "words of any language stay as they are",
        arguments: ["", "Grüße", "שלום", "مرحبا", "👩‍👩‍👧", "a\tb", "日本語", "e\u{301}"])
    func words(text: String) {
        #expect(text.visible == text)
    }

    @Test("no scalar of any text leaves a control character, and showing twice changes nothing")
    func everyScalar() {
        for value in UInt32(0)...0x10_FFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let properties = scalar.properties
            let shown = String(Character(scalar)).visible
            if properties.generalCategory == .control, value != 9 {
                #expect(!shown.unicodeScalars.contains(scalar))
            }
            if properties.isBidiControl { #expect(!shown.unicodeScalars.contains(scalar)) }
            if shown.unicodeScalars.first != scalar { #expect(shown.visible == shown) }
        }
    }
}
