@testable import Configuration

/// A document parsed for a test: its table in one line, its mistakes as texts.
struct TOMLReading {
    let text: String
    let mistakes: [String]

    init(_ document: String) {
        let (table, diagnostics) = TOMLParser.parse(document, file: "t")
        text = Self.text(of: table)
        mistakes = diagnostics.map(\.description)
    }

    /// `{name: value, …}` in the order of the file; control characters as `<hex>`.
    private static func text(of table: TOMLTable) -> String {
        "{" + table.members.map { "\($0.key): \(text(of: $0.node.value))" }.joined(separator: ", ")
            + "}"
    }

    private static func text(of value: TOMLValue) -> String {
        switch value {
        case .string(let text):
            "\""
                + text.unicodeScalars.map {
                    $0.value < 0x20 || $0.value == 0x7F
                        ? "<\(String($0.value, radix: 16))>" : String($0)
                }.joined() + "\""
        case .integer(let number): "\(number)"
        case .float(let number): "\(number)"
        case .boolean(let bool): "\(bool)"
        case .array(let nodes):
            "[" + nodes.map { text(of: $0.value) }.joined(separator: ", ") + "]"
        case .table(let table): text(of: table)
        }
    }
}
