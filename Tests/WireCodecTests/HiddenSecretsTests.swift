import Testing

@testable import WireCodec

/// The hiding of secrets, against servers that echo them in any spelling.
struct HiddenSecretsTests {
    private static let secrets = [
        "s3cr3t-canary", "pass wörd/\"ü\"+&", "Bearer a/b c", "4711", "p\\q\"r", "ключ-от-дома",
    ]

    /// Spellings in which programs repeat a text.
    private static let spellings: [@Sendable (String) -> String] = [
        { $0 }, { PercentEncoding.encode($0) }, { PercentEncoding.encode($0, keeping: "/") },
        { PercentEncoding.encode($0).replacing("%20", with: "+") },
        { JSONValue.string($0).serialized },
        { JSONValue.string($0).serialized.replacing("/", with: "\\/") },
        // Python's json.dumps.
        { text in
            JSONValue.string(text).serialized.utf16.map { unit in
                unit < 128
                    ? String(Character(Unicode.Scalar(UInt8(unit))))
                    : "\\u" + String(0x10000 + Int(unit), radix: 16).dropFirst()
            }.joined()
        },
        // Python's urllib quotes in upper case, others do not.
        { text in
            text.utf8.map { byte in
                byte >= 0x80 || " /\"+&\\".utf8.contains(byte)
                    ? "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
                    : String(Unicode.Scalar(byte))
            }.joined()
        },
    ]

    @Test("a secret is hidden in every spelling, wherever it is", arguments: secrets)
    func aSecretIsHiddenIn(secret: String) {
        let hidden = HiddenSecrets([Secret(secret)])
        for spelling in Self.spellings {
            let spelled = spelling(secret)
            for (before, after) in [
                ("", ""), ("x=", "&y"), ("{\"k\":\"", "\"}"), ("é", "\u{301}z"),
            ] {
                let shown = hidden.hide(in: before + spelled + after)
                #expect(!shown.contains(spelled), "\(shown)")
                // Without the bracket, which an accent may have combined with.
                #expect(shown.contains("(hidden"), "\(spelled)")
            }
        }
    }

    @Test("secrets that overlap are hidden as one, and the rest stays as it is")
    func secretsThatOverlapAreHidden() {
        let hidden = HiddenSecrets([Secret("abcdef"), Secret("defghi"), Secret("cdef")])
        #expect(hidden.hide(in: "1 abcdefghi 2 cdef 3") == "1 (hidden) 2 (hidden) 3")
        #expect(hidden.hide(in: "abc def ghi") == "abc def ghi")
    }

    @Test("the rest of a secret after a cut is hidden, too")
    func whatACutHasLeft() {
        let hidden = HiddenSecrets([Secret("0123456789abcdef")])
        #expect(hidden.hide(in: "token 0123456789ab…") == "token (hidden)…")
        #expect(hidden.hide(in: "token 0123456789ab") == "token (hidden)")
        #expect(hidden.hide(in: "token 01234…") == "token 01234…")
        #expect(hidden.hide(in: "0123456789abcdef…") == "(hidden)…")
        #expect(hidden.hide(in: "is \"012345678…, but must be") == "is \"(hidden)…, but must be")
    }

    @Test("a value hides secrets in names, texts and numbers")
    func aValueHidesSecretsIn() {
        let hidden = HiddenSecrets([Secret("4711"), Secret("canary")])
        #expect(
            hidden.hide(in: ["canary": 1, "a": [4711, "my canary", 4711.0, 47.11], "b": "4711"])
                == [
                    "(hidden)": 1, "a": ["(hidden)", "my (hidden)", "(hidden)", 47.11],
                    "b": "(hidden)",
                ])
        // A PIN within a longer number is a different number.
        #expect(
            hidden.hide(in: ["meter": 147_115, "text": "14711"]) == [
                "meter": 147_115, "text": "14711",
            ])
    }

    @Test("a secret read later is hidden from then on, and a short text is no secret")
    func whatWasReadLaterIs() {
        let known = KnownSecrets()
        #expect(known.hide(in: "canary 123") == "canary 123")
        known.add(Secret("canary"))
        known.add(Secret("canary"))
        known.add(Secret("123"))
        #expect(known.hide(in: "canary 123") == "(hidden) 123")
        #expect(known.hide(in: ["t": "canary"] as JSONValue) == ["t": "(hidden)"])
    }
}
