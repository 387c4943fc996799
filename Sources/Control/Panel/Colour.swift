/// A colour of a light: red, green and blue, each 0 to 255.
package struct Colour: Sendable, Equatable {
    package var red: UInt8
    package var green: UInt8
    package var blue: UInt8

    package static let dark = Colour(red: 0, green: 0, blue: 0)
    package static let white = Colour(red: 255, green: 255, blue: 255)

    /// The names that a pattern may use.
    ///
    /// Mixed colours have less green than on a screen, since the green of such lights is the
    /// brightest of the three.
    private static let names: [(name: String, colour: Colour)] = [
        ("red", Colour(red: 255, green: 0, blue: 0)),
        ("orange", Colour(red: 255, green: 80, blue: 0)),
        ("yellow", Colour(red: 255, green: 150, blue: 0)),
        ("green", Colour(red: 0, green: 255, blue: 0)),
        ("cyan", Colour(red: 0, green: 200, blue: 255)),
        ("blue", Colour(red: 0, green: 0, blue: 255)),
        ("magenta", Colour(red: 255, green: 0, blue: 160)),
        ("white", .white),
    ]

    /// The names in words, for error texts.
    static var nameList: String { names.map(\.name).joined(separator: ", ") }

    /// A colour of three parts.
    package init(red: UInt8, green: UInt8, blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// Reads a name ("blue") or six hexadecimal digits ("#0000ff"); nil for anything else.
    package init?(_ text: String) {
        if let named = Self.names.first(where: { $0.name == text })?.colour {
            self = named
            return
        }
        let digits = text.utf8.dropFirst()
        guard text.utf8.first == UInt8(ascii: "#"), digits.count == 6,
            digits.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
            let value = UInt32(text.dropFirst(), radix: 16)
        else { return nil }
        self.init(
            red: UInt8(value >> 16), green: UInt8(value >> 8 & 255), blue: UInt8(value & 255))
    }

    /// The same colour, darker; `permille` is 0 to 1000.
    func scaled(permille: Int) -> Colour {
        func scale(_ part: UInt8) -> UInt8 { UInt8((Int(part) * permille + 500) / 1000) }
        return Colour(red: scale(red), green: scale(green), blue: scale(blue))
    }
}
