import Testing

@testable import Configuration

/// Every form of a value in TOML 1.0.
struct TOMLValueTests {
    /// The text behind `=`, and its value.
    struct Form: Sendable, CustomTestStringConvertible {
        let written: String
        let value: String
        var testDescription: String { written }

        init(_ written: String, _ value: String) {
            self.written = written
            self.value = value
        }
    }

    static let numbers: [Form] = [
        Form("99", "99"), Form("+99", "99"), Form("-17", "-17"), Form("0", "0"), Form("+0", "0"),
        Form("-0", "0"), Form("1_000", "1000"), Form("5_349_221", "5349221"),
        Form("1_2_3_4_5", "12345"), Form("0xDEADBEEF", "3735928559"),
        Form("0xdead_beef", "3735928559"), Form("0x00FF", "255"), Form("0o01234567", "342391"),
        Form("0o755", "493"), Form("0b11010110", "214"), Form("0b1_0", "2"),
        Form("9223372036854775807", "9223372036854775807"),
        Form("-9223372036854775808", "-9223372036854775808"),
        Form("0x7fffffffffffffff", "9223372036854775807"),
        Form("1.0", "1.0"), Form("+1.0", "1.0"), Form("3.1415", "3.1415"), Form("-0.01", "-0.01"),
        Form("0.0", "0.0"), Form("-0.0", "-0.0"), Form("5e+22", "5e+22"),
        Form("1e06", "1000000.0"), Form("-2E-2", "-0.02"), Form("6.626e-34", "6.626e-34"),
        Form("224_617.445_991_228", "224617.445991228"), Form("0e0", "0.0"),
        Form("1e1_0", "10000000000.0"),
        Form("inf", "inf"), Form("+inf", "inf"), Form("-inf", "-inf"), Form("nan", "nan"),
        Form("+nan", "nan"), Form("-nan", "nan"), Form("true", "true"), Form("false", "false"),
    ]

    static let strings: [Form] = [
        Form(#""""#, #""""#), Form("''", #""""#),
        Form(
            #""I'm a string. \"You\" \\ \b\t\n\f\r""#, #""I'm a string. "You" \ <8><9><a><c><d>""#),
        Form(#""\u00e9 \U0001F426 \u0000""#, #""é 🐦 <0>""#),
        Form(#"'C:\Users\no "escape" \u00e9'"#, #""C:\Users\no "escape" \u00e9""#),
        Form("\"a\tb # no comment\"", #""a<9>b # no comment""#),
        Form("\"\"\"\"\"\"", #""""#), Form("''''''", #""""#),
        Form("\"\"\"\none\ntwo\"\"\"", #""one<a>two""#),
        Form("\"\"\"\r\none\r\ntwo\r\n\"\"\"", #""one<a>two<a>""#),
        Form("\"\"\"\n\nfirst\"\"\"", #""<a>first""#),
        Form("\"\"\"The \\\n   quick\\  \t\n\n\r\n  fox\"\"\"", #""The quickfox""#),
        Form("\"\"\"a\\\r\n b\"\"\"", #""ab""#),
        Form("\"\"\"a \"\"two\"\" \\\"\"\" b\"\"\"", #""a ""two"" """ b""#),
        Form("\"\"\"\"quoted\"\"\"\"", #"""quoted"""#),
        Form("\"\"\"\"\"twice\"\"\"\"\"", #""""twice""""#),
        Form("'''\nraw \\n\n'two'' '''", #""raw \n<a>'two'' ""#),
        Form("''''quoted''''", #""'quoted'""#), Form("'''''twice'''''", #""''twice''""#),
        Form("'''\\\n'''", #""\<a>""#),
    ]

    static let collections: [Form] = [
        Form("[]", "[]"), Form("[ 1, 2, 3 ]", "[1, 2, 3]"), Form("[1,]", "[1]"),
        Form("[[1, 2], [\"a\"], []]", #"[[1, 2], ["a"], []]"#),
        Form("[0.1, 1, true, 'mixed', {}]", #"[0.1, 1, true, "mixed", {}]"#),
        Form("[ # one\n  1, # two\n\n  2 # three\r\n , # four\n]", "[1, 2]"),
        Form("{}", "{}"), Form("{ }", "{}"), Form("{a=1}", "{a: 1}"),
        Form("{ first = \"Tom\", last.name = 'P' }", #"{first: "Tom", last: {name: "P"}}"#),
        Form("{ a.b = 1, a.c = 2, d = {e = [1,\n2]} }", "{a: {b: 1, c: 2}, d: {e: [1, 2]}}"),
        Form("[{x = 1}, {y = '''\n2'''}]", #"[{x: 1}, {y: "2"}]"#),
    ]

    @Test("each form of a value is read", arguments: [numbers, strings, collections])
    func values(_ forms: [Form]) {
        for form in forms {
            for document in ["v = \(form.written)", "v=\(form.written) # end\n"] {
                let reading = TOMLReading(document)
                #expect(reading.mistakes.isEmpty, "\(form.written)")
                #expect(reading.text == "{v: \(form.value)}")
            }
        }
    }

    /// Texts that are no number, or no value at all.
    static let wrong: [String] = [
        "01", "-01", "+01", "00", "1__0", "_1", "1_", "-_1", "+-1", "--1", "1-2", "1+", "0x",
        "0x_1",
        "0x1_", "-0x1", "+0b1", "0xG", "0o8", "0b2", "0X1", "0B1", "0O7", ".5", "5.", "+.5", "1.e2",
        "1.2.3", "1e", "1e+", "1e2.5", "1_e5", "1e_5", "1e5_", "1_.5", "1._5", "1.5_", "01.5",
        "0_1",
        "Inf", "INF", "Nan", "infinity", "True", "FALSE", "yes", "on", "bare", "-true", "in_f",
        "9223372036854775808", "-9223372036854775809", "0x8000000000000000",
        "1979-05-27", "07:32:00", "1979-05-27T07:32:00Z", "1979-05-27 07:32:00", "１",
    ]

    @Test("text that is no value is refused at its place", arguments: wrong)
    func wrongValues(_ written: String) throws {
        let reading = TOMLReading("[a]\n  v = \(written)\nw = 1")
        #expect(reading.text == "{a: {w: 1}}")
        #expect(reading.mistakes.count == 1)
        #expect(reading.mistakes.first?.hasPrefix("t:2:7: ") == true, "\(reading.mistakes)")
    }

    @Test("a number that does not fit, a date and a bare word each get their own advice")
    func advice() {
        func mistake(_ written: String) -> String? { TOMLReading("v = \(written)").mistakes.first }
        #expect(mistake("9223372036854775808")?.contains("64 bits") == true)
        #expect(mistake("1979-05-27")?.contains("date or time") == true)
        #expect(mistake("07:32:00")?.contains("date or time") == true)
        #expect(mistake("hello")?.contains("quotes") == true)
        #expect(mistake("")?.contains("a value is expected") == true)
        #expect(mistake("# none")?.contains("a value is expected") == true)
    }
}
