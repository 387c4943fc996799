/// Numbers, and values in their place, as a wire, a device, a file or a model may give them.
package enum OddNumbers {
    /// Whole numbers at the limits of integer types.
    package static let whole: [Int64] = {
        let edges: [Int64] = [
            0, 1 << 7, 1 << 8, 1 << 15, 1 << 16, 1 << 31, 1 << 32, 1 << 53, 1 << 62,
        ]
        let around = edges.flatMap { edge in [-1, 0, 1].flatMap { [edge + $0, -edge + $0] } }
        return Array(Set(around + [.min, .min + 1, .max, .max - 1])).sorted()
    }()

    /// Numbers in JSON that a parser can represent.
    package static let texts: [String] =
        whole.map(String.init) + [
            "-0", "0.0", "-0.0", "0.5", "-0.5", "1e0", "3.0", "1e2", "1E+2", "5e-324", "1e-999",
            "2147483647.5", "4294967296.0", "9007199254740993.0", "9223372036854775807.0",
            "9223372036854775808", "-9223372036854775809", "18446744073709551615",
            "18446744073709551616", "1e18", "1e19", "1e30", "-1e30", "1e300", "-1e300",
            "1.7976931348623157e308", "-1.7976931348623157e308",
            "0." + String(repeating: "1", count: 400), String(repeating: "9", count: 300),
        ]

    /// Numbers that are too large for any parser.
    package static let tooLarge = [
        "1e309", "-1e309", "1e999", "1e99999999999999999999", String(repeating: "9", count: 400),
    ]

    /// Values in place of a number, in JSON.
    package static let others = [
        "null", "true", "false", "\"\"", "\" 5\"", "\"NaN\"", "\"inf\"", "\"-1\"", "\"0x20\"",
        "\"9223372036854775807\"", "\"-9223372036854775808\"", "\"99999999999999999999\"",
        "\"1e400\"",
        "[]", "[1]", "{}", "{\"a\":1}",
    ]

    /// All JSON values that can be represented.
    package static let json = texts + others
}
