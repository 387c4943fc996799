import Testing

@testable import Configuration

@Suite("TOML 1.0")
struct TOMLTests {
    /// A document as JSON-like text, tables in the order of the file.
    static func read(_ text: String) -> String {
        let (table, mistakes) = TOMLParser.parse(text, file: "t")
        return mistakes.isEmpty
            ? show(.table(table)) : mistakes.map(\.description).joined(separator: "\n")
    }

    private static func show(_ value: TOMLValue) -> String {
        switch value {
        case .string(let text): text.debugDescription
        case .integer(let number): "\(number)"
        case .float(let number): "\(number)"
        case .boolean(let bool): "\(bool)"
        case .array(let nodes): "[\(nodes.map { show($0.value) }.joined(separator: ","))]"
        case .table(let table):
            "{\(table.members.map { "\($0.key):\(show($0.node.value))" }.joined(separator: ","))}"
        }
    }

    @Test(
        "what the specification allows is read as it says",
        arguments: [
            ("", "{}"),
            ("# only a comment", "{}"),
            ("a = 1 # behind", "{a:1}"),
            ("\r\na = 1\r\n", "{a:1}"),
            ("bare_key-1 = true", "{bare_key-1:true}"),
            ("1234 = false", "{1234:false}"),
            ("\"quoted key\" = 1\n'literal' = 2", "{quoted key:1,literal:2}"),
            ("\"\" = 1", "{:1}"),
            ("a.b.c = 1\na . d = 2", "{a:{b:{c:1},d:2}}"),
            ("a.\"b.c\".d = 1", "{a:{b.c:{d:1}}}"),
            ("3.14 = 'pi'", "{3:{14:\"pi\"}}"),
            (
                "s = \"tab\\t quote\\\" uni\\u00E9 \\U0001F600\"",
                "{s:\"tab\\t quote\\\" uni\u{E9} \u{1F600}\"}"
            ),
            ("s = 'C:\\path\\no'", "{s:\"C:\\\\path\\\\no\"}"),
            ("s = \"\"\"\none\ntwo\"\"\"", "{s:\"one\\ntwo\"}"),
            ("s = \"\"\"one \\\n   two\"\"\"", "{s:\"one two\"}"),
            ("s = \"\"\"a \\   \n\n  b\"\"\"", "{s:\"a b\"}"),
            ("s = \"\"\"\"two\"\" inside\"\"\"\"\"", "{s:\"\\\"two\\\"\\\" inside\\\"\\\"\"}"),
            ("s = '''\nno \\escape'''", "{s:\"no \\\\escape\"}"),
            (
                "i = [+99, 0, -17, 1_000, 0xDEAD_beef, 0o755, 0b1101]",
                "{i:[99,0,-17,1000,3735928559,493,13]}"
            ),
            (
                "i = [9223372036854775807, -9223372036854775808]",
                "{i:[9223372036854775807,-9223372036854775808]}"
            ),
            (
                "f = [+1.0, 3.1415, -0.01, 5e+22, 1e06, -2E-2, 6.626e-34, 224_617.445_991]",
                "{f:[1.0,3.1415,-0.01,5e+22,1000000.0,-0.02,6.626e-34,224617.445991]}"
            ),
            ("f = [inf, +inf, -inf, nan]", "{f:[inf,inf,-inf,nan]}"),
            ("a = [ 1, # one\n 2,\n]", "{a:[1,2]}"),
            ("a = [[1, 2], [\"x\"], [{ b = 1 }]]", "{a:[[1,2],[\"x\"],[{b:1}]]}"),
            ("p = { first = \"Tom\", name.last = \"P\" }", "{p:{first:\"Tom\",name:{last:\"P\"}}}"),
            ("p = {}", "{p:{}}"),
            ("[a]\nb = 1\n[c.d]\ne = 2", "{a:{b:1},c:{d:{e:2}}}"),
            ("[ a . \"b\" ]\nc = 1", "{a:{b:{c:1}}}"),
            ("[a.b]\nc = 1\n[a]\nd = 2", "{a:{b:{c:1},d:2}}"),
            ("[[p]]\nn = 1\n[[p]]\n[[p]]\nn = 3", "{p:[{n:1},{},{n:3}]}"),
            (
                "[[f]]\nn = 1\n[f.p]\nc = 2\n[[f.v]]\nx = 1\n[[f.v]]\nx = 2\n[[f]]\nn = 2",
                "{f:[{n:1,p:{c:2},v:[{x:1},{x:2}]},{n:2}]}"
            ),
            ("[a]\nb.c = 1\n[a.d]\ne = 1", "{a:{b:{c:1},d:{e:1}}}"),
        ])
    func valid(text: String, expected: String) {
        #expect(Self.read(text) == expected)
    }

    @Test(
        "what the specification forbids is told with its place",
        arguments: [
            ("a", 1, 2), ("a =", 1, 4), ("a = 1 b = 2", 1, 7), ("= 1", 1, 1), ("a = yes", 1, 5),
            ("a = 01", 1, 5), ("a = 1__0", 1, 5), ("a = _1", 1, 5), ("a = 1_", 1, 5),
            ("a = +0x1", 1, 5), ("a = 1.", 1, 5), ("a = .5", 1, 5), ("a = 1e", 1, 5),
            ("a = 9223372036854775808", 1, 5), ("a = True", 1, 5),
            ("x = 1\na = 1\na = 2", 3, 1), ("a = 1\na.b = 2", 2, 1),
            ("[a]\n[a]", 2, 1), ("[a]\nb = 1\n[a.b]", 3, 1), ("a = {}\n[a.b]", 2, 1),
            ("a = [1]\n[[a]]", 2, 1), ("[[a]]\n[a]", 2, 1), ("[a", 1, 3), ("[[a]", 1, 4),
            ("[]", 1, 2), ("[a.]", 1, 4), ("[a] b = 1", 1, 5),
            ("a = \"open", 1, 5), ("a = 'open\n'", 1, 5), ("a = \"\"\"open", 1, 8),
            ("a = \"\\q\"", 1, 6), ("a = \"\\u12\"", 1, 6), ("a = \"\\uD800\"", 1, 6),
            ("a = \"\u{1}\"", 1, 6), ("# \u{7F}", 1, 3),
            ("a = [1, 2", 1, 10), ("a = [1 2]", 1, 8), ("a = [,]", 1, 6),
            ("a = { b = 1, }", 1, 14), ("a = { b = 1\n}", 1, 12), ("a = { b = 1, b = 2 }", 1, 14),
            ("a = 1979-05-27", 1, 5), ("a = 07:32:00", 1, 5), ("\"\"\"a\"\"\" = 1", 1, 1),
        ])
    func invalid(text: String, line: Int, column: Int) throws {
        let mistakes = TOMLParser.parse(text, file: "t").diagnostics
        let first = try #require(mistakes.first)
        #expect(first.position == Position(file: "t", line: line, column: column), "\(first)")
    }

    @Test("columns count characters, not bytes")
    func columnsAreCharacters() {
        let mistakes = TOMLParser.parse("\"ä\" = \"ü\" x", file: "t").diagnostics
        #expect(mistakes.first?.position?.column == 11)
    }

    @Test("after a mistake it goes on, and after fifty it gives up")
    func goesOn() {
        let lines = (0..<200).map { $0 % 2 == 0 ? "k\($0) = ?" : "k\($0) = 1" }
        let (table, mistakes) = TOMLParser.parse(lines.joined(separator: "\n"), file: "t")
        #expect(mistakes.count == TOMLParser.diagnosticLimit)
        #expect(table["k1"] != nil)
    }

    @Test("nesting without end is refused instead of overflowing the stack")
    func deepNesting() {
        for opening in ["[", "{a=", "[{a="] {
            let text = "a = " + String(repeating: opening, count: 100_000)
            #expect(!TOMLParser.parse(text, file: "t").diagnostics.isEmpty)
        }
        let dotted = Array(repeating: "a", count: 100_000).joined(separator: ".")
        #expect(!TOMLParser.parse("\(dotted) = 1", file: "t").diagnostics.isEmpty)
    }

    @Test("no change of a document makes the parser fail or name a place outside it")
    func mutations() {
        var random = Xorshift(state: 0x9E37_79B9)
        let original = Array(SettingsFile.template().unicodeScalars)
        let marks = Array("[]{}\"'=.,#\\\n\r\t -+_019aé\u{0}".unicodeScalars)
        for _ in 0..<300 {
            // A window, so that a mutation meets much of a short document.
            let start = Int(random.next() % UInt64(original.count - 400))
            var text = Array(original[start..<(start + 400)])
            for _ in 0..<(1 + random.next() % 8) {
                let index = Int(random.next() % UInt64(text.count))
                let mark = marks[Int(random.next() % UInt64(marks.count))]
                switch random.next() % 3 {
                case 0: text[index] = mark
                case 1: text.insert(mark, at: index)
                default: text.remove(at: index)
                }
            }
            let document = String(String.UnicodeScalarView(text))
            let lines = document.unicodeScalars.split(
                separator: "\n", omittingEmptySubsequences: false)
            for mistake in TOMLParser.parse(document, file: "t").diagnostics {
                guard let place = mistake.position else { continue }
                #expect((1...lines.count).contains(place.line))
                #expect((1...(lines[place.line - 1].count + 1)).contains(place.column))
            }
        }
    }
}

/// A small generator, so that a failure repeats.
struct Xorshift {
    var state: UInt64

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
