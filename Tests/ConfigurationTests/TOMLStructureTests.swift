import Testing

@testable import Configuration

/// Keys, headers and tables, and the places of their mistakes.
struct TOMLStructureTests {
    /// A document with its meaning, or its first mistake.
    struct Case: Sendable, CustomTestStringConvertible {
        let document: String
        let expected: String
        var testDescription: String { document }

        init(_ document: String, _ expected: String) {
            self.document = document
            self.expected = expected
        }
    }

    static let right: [Case] = [
        Case("", "{}"), Case("\n\r\n  \t\n# only a comment", "{}"), Case("\u{FEFF}a = 1", "{a: 1}"),
        Case("a=1", "{a: 1}"), Case("a = 1\r\nb = 2\r\n", "{a: 1, b: 2}"),
        Case("\ta\t=\t1\t# c\tcomment é", "{a: 1}"),
        Case("bare_key-1 = 1\n1234 = 2\n-_ = 3", "{bare_key-1: 1, 1234: 2, -_: 3}"),
        Case(#""127.0.0.1" = 1"#, "{127.0.0.1: 1}"), Case(#""" = 1"#, "{: 1}"),
        Case(#"'' = 1"#, "{: 1}"), Case(#""\u00e9" = 1"#, "{é: 1}"),
        Case(#"'a "q"' = 1"#, #"{a "q": 1}"#),
        Case("a.b = 1\na.c.d = 2", "{a: {b: 1, c: {d: 2}}}"),
        Case(#"site . "google.com" .x = true"#, "{site: {google.com: {x: true}}}"),
        Case("3.14 = 1", "{3: {14: 1}}"), Case("true = false", "{true: false}"),
        Case("[a]\n[a.b]\nx = 1\n[c]\n", "{a: {b: {x: 1}}, c: {}}"),
        Case("[a.b.c]\n[a]\nx = 1", "{a: {b: {c: {}}, x: 1}}"),
        Case(#"[ a . "b.c" . 'd' ]"#, "{a: {b.c: {d: {}}}}"),
        Case("[a.b.c]\nz = 1\n[a]\nd = 2\nb.x = 3", "{a: {b: {c: {z: 1}, x: 3}, d: 2}}"),
        Case("[a]\nb.c = 1\n[a.b.d]\ne = 2", "{a: {b: {c: 1, d: {e: 2}}}}"),
        Case("[[p]]\nn = 1\n[[p]]\n[[p]]\nn = 2 # two", "{p: [{n: 1}, {}, {n: 2}]}"),
        Case(
            "[[f]]\n[f.x]\na=1\n[[f.v]]\nb=2\n[[f.v]]\n[[f]]\n[f.x]\na=3",
            "{f: [{x: {a: 1}, v: [{b: 2}, {}]}, {x: {a: 3}}]}"),
        Case("[a.b]\n[[a.c]]\n[[a.c]]", "{a: {b: {}, c: [{}, {}]}}"),
        Case("[x.y]\n[x]\n[x.z]", "{x: {y: {}, z: {}}}"),
    ]

    @Test("each form of key and table is read", arguments: right)
    func readsStructure(_ example: Case) {
        let reading = TOMLReading(example.document)
        #expect(reading.mistakes.isEmpty)
        #expect(reading.text == example.expected)
    }

    /// Line and column of the mistake, and a part of its words.
    static let wrong: [Case] = [
        Case("a = 1\na = 2", "2:1: 'a' is set already at t:1:1"),
        Case("a = 1\n\"a\" = 2", "2:1: 'a' is set already"),
        Case("a.b = 1\n a . \"\\u0062\" = 2", "2:6: 'b' is set already at t:1:3"),
        Case("a = 1\na.b = 2", "2:1: 'a' is set already"),
        Case("a.b = 1\na = 2", "2:1: 'a' is set already"),
        Case("[a]\n[a]", "2:1: [a] is defined already at t:1:1"),
        Case("[a.b]\n[ a . b ]", "2:1: [b] is defined already"),
        Case("[a]\nb = 1\n[a.b]", "3:1: 'b' is a value since t:2:1"),
        Case("a.b = 1\n[a]", "2:1: [a] is defined already"),
        Case("[a]\nb.c = 1\n[a.b]", "3:1: [b] is defined already"),
        Case("[a.b.c]\nz = 9\n[a]\nb.c.t = 1", "4:3: 'c' is set already"),
        Case("[a.b.c.d]\nz = 9\n[a]\nb.c.d.k.t = 1", "4:5: 'd' is set already"),
        Case("[[a.b]]\n[a]\nb.y = 2", "3:1: 'b' is set already"),
        Case("[a]\n[[a]]", "2:1: [a] is defined already"),
        Case("[[a]]\n[a]", "2:1: 'a' is a list"), Case("[a.b]\n[[a]]", "2:1: [a] is defined"),
        Case("a = []\n[[a]]", "2:1: 'a' is a plain array"),
        Case("a = [{}]\n[[a]]", "2:1: 'a' is a plain array"),
        Case("a = [{}]\n[a.b]", "2:1: 'a' is a plain array"),
        Case("a = {x = 1}\n[a.y]", "2:1: [a] is defined already"),
        Case("a = {x = 1}\na.y = 2", "2:1: 'a' is set already"),
        Case("a = {b = {}}\n[a.b.c]", "2:1: [a] is defined already"),
        Case("t = {a = {x = 1}, a.y = 2}", "1:19: 'a' is set already"),
        Case("t = {a = 1, a = 2}", "1:13: 'a' is set already"),
        Case("t = {a = 1,}", "1:12: a key is expected"), Case("a = 1１", "1:6: text after"),
        Case("t = {,}", "1:6: a key is expected"),
        Case("t = {a = 1\n}", "1:11: a table in braces"),
        Case("t = {\na = 1}", "1:6: a table in braces"),
        Case("t = {a = 1 b = 2}", "1:12: a ',' or '}'"), Case("t = {a 1}", "1:8: a '='"),
        Case("t = {a = 1", "1:11: "), Case("a = [1 2]", "1:8: a ',' or ']'"),
        Case("a = [1,,2]", "1:8: a value is expected"),
        Case("a = [,1]", "1:6: a value is expected"),
        Case("a = [1,\n 2\n", "3:1: "), Case("a = 1 b = 2", "1:7: text after"),
        Case("a = \"x\" \"y\"", "1:9: text after"), Case("[a] b = 1", "1:5: text after"),
        Case("[a]]", "1:4: text after"), Case("[[a]", "1:4: a ']]'"),
        Case("[[a] ]", "1:4: a ']]'"),
        Case("[ [a]]", "1:3: a key is expected"), Case("[a", "1:3: a ']'"),
        Case("[]", "1:2: a key is expected"),
        Case("[a.]", "1:4: a key is expected"), Case("[.a]", "1:2: a key is expected"),
        Case("[a..b]", "1:4: a key is expected"), Case("[a b]", "1:4: a ']'"),
        Case("[a\n]", "1:3: a ']'"),
        Case("= 1", "1:1: a key is expected"), Case("a", "1:2: a '='"),
        Case("a\n= 1", "1:2: a '='"),
        Case("a =\n1", "1:4: a value is expected"), Case("a. = 1", "1:4: a key is expected"),
        Case("é = 1", "1:1: a key is expected"), Case("a! = 1", "1:2: a '='"),
        Case("\"\"\"a\"\"\" = 1", "1:1: a key cannot"), Case("'''a''' = 1", "1:1: a key cannot"),
        Case("\"a = 1", "1:1: the string's closing \" is missing"),
    ]

    @Test("each mistake of structure is reported with line and column", arguments: wrong)
    func tellsStructure(_ example: Case) {
        let reading = TOMLReading(example.document)
        #expect(
            reading.mistakes.first?.hasPrefix("t:\(example.expected)") == true,
            "\(example.expected) expected, found \(reading.mistakes)")
    }

    /// Mistakes within strings and comments.
    static let wrongText: [Case] = [
        Case("a = \"x", "1:5: the string's closing \""),
        Case("a = 'x\n'", "1:5: the string's closing '"),
        Case("a = \"\"\"x\n\n\"\"", "1:5: the string's closing \"\"\""),
        Case("a = '''x''", "1:5: the string's closing '''"),
        Case(#"a = "b\q""#, "1:7: an unknown escape"),
        Case(#"a = "\x41""#, "1:6: an unknown escape"),
        Case(#"a = "\e""#, "1:6: an unknown escape"), Case(#"a = "\u12""#, "1:6: \\u needs four"),
        Case(#"a = "\u１２３４""#, "1:6: \\u needs four"),
        Case(#"a = "\U0001F42""#, "1:6: \\u needs four"),
        Case(#"a = "\uD83D""#, "1:6: an escape that is not a character"),
        Case(#"a = "\U00110000""#, "1:6: an escape that is not a character"),
        Case(#"a = "\UFFFFFFFF""#, "1:6: an escape that is not a character"),
        Case("a = \"x\\", "1:7: "), Case("a = \"\"\"x\\ y\"\"\"", "1:9: an unknown escape"),
        Case("a = \"\u{1}\"", "1:6: a control character (U+0001)"),
        Case("a = '\u{7F}'", "1:6: a control character (U+007F)"),
        Case("a = '\r'", "1:6: a control character (U+000D)"),
        Case("a = '''\r'''", "1:8: a control character (U+000D)"),
        Case("a = \"\"\"\\\n\r\"\"\"", "2:1: a control character (U+000D)"),
        Case("a = '''\n\u{0}'''", "2:1: a control character (U+0000)"),
        Case("# \u{8}", "1:3: a control character (U+0008)"),
        Case("a = 1 # b\u{B}", "1:10: a control character (U+000B)"),
        Case("# x\ry", "1:4: a control character (U+000D)"),
        Case("a = 1\rb = 2", "1:6: text after"),
        Case("a = \"\"\"x\"\"\"\"\"\"", "1:14: text after"),
        Case("a = '''x''''''", "1:14: text after"), Case("a = `x`", "1:5: a value is expected"),
    ]

    @Test("each mistake in a text is reported with line and column", arguments: wrongText)
    func tellsText(_ example: Case) { tellsStructure(example) }

    @Test("a column counts characters, whatever their bytes; a line may end in two ways")
    func columns() {
        #expect(TOMLReading("a = 'ééé' x").mistakes.first?.hasPrefix("t:1:11: ") == true)
        #expect(TOMLReading("a = 1\r\n\r\n \tb = x").mistakes.first?.hasPrefix("t:3:7: ") == true)
        #expect(TOMLReading("a = '''\n\n''' x").mistakes.first?.hasPrefix("t:3:5: ") == true)
    }

    @Test("every line's mistake is reported, and the right lines are kept")
    func goesOn() {
        let reading = TOMLReading("a = x\nb = 1\nc = 'y\n[d\ne = 2\nf = ?\n[g]\nh = 3\nh = 4\n")
        #expect(reading.text == "{b: 1, g: {h: 3}}")
        #expect(reading.mistakes.map { $0.prefix(6) } == ["t:1:5:", "t:3:5:", "t:4:3:", "t:9:1:"])
    }

    @Test("a mistake within a list of several lines is one mistake")
    func listsAreOneMistake() {
        let reading = TOMLReading("a = [\n  'x',\n  y,\n  'z'\n]\nb = 1\n[c]\nd = [\n?\n[e]\nf = 1")
        #expect(reading.mistakes.map { $0.prefix(6) } == ["t:3:3:", "t:9:1:"])
        #expect(reading.text == "{b: 1, c: {}, e: {f: 1}}")
    }

    @Test("too deep nesting is refused, not followed")
    func depth() {
        let deep = String(repeating: "[", count: 10_000)
        #expect(TOMLReading("a = \(deep)").mistakes.first?.contains("nested too deep") == true)
        let dots = Array(repeating: "a", count: 1000).joined(separator: ".")
        #expect(TOMLReading("\(dots) = 1").mistakes.first?.contains("more than 16 parts") == true)
        #expect(TOMLReading("[\(dots)]").mistakes.first?.contains("more than 16 parts") == true)
        let shallow = String(repeating: "[", count: 16) + String(repeating: "]", count: 16)
        #expect(TOMLReading("a = \(shallow)").mistakes.isEmpty)
    }

    @Test("after fifty mistakes the rest is not read")
    func limit() {
        let reading = TOMLReading(String(repeating: "?\n", count: 1000))
        #expect(reading.mistakes.count == TOMLParser.diagnosticLimit)
    }

    @Test("values and keys carry their places")
    func places() throws {
        let text = "[a]\n  'k 1' . b = [1,\n   {c = 2}]\n"
        let table = TOMLParser.parse(text, file: "t").table
        guard case .table(let a)? = table["a"]?.value, let first = a.members.first,
            case .table(let inner) = first.node.value, let second = inner.members.first,
            case .array(let nodes) = second.node.value, case .table(let last)? = nodes.last?.value
        else {
            Issue.record("\(table)")
            return
        }
        let places = [
            table.members[0].position, first.position, second.position, second.node.position,
            nodes[0].position, nodes[1].position, last.members[0].position,
            last.members[0].node.position,
        ]
        #expect(
            places.map { "\($0.line):\($0.column)" }
                == ["1:1", "2:3", "2:11", "2:15", "2:16", "3:4", "3:5", "3:9"])
    }
}
