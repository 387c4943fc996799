extension StringProtocol {
    /// The text with every character made visible that would control a terminal, break a line or
    /// reverse the letters' order: what a far end says must not look like our own output.
    ///
    /// Control characters become their pictures (U+2400 and up), others their numbers. Tabs are
    /// kept.
    package var visible: String {
        guard unicodeScalars.contains(where: Self.isSteering) else { return String(self) }
        var text = ""
        for scalar in unicodeScalars {
            guard Self.isSteering(scalar) else {
                text.unicodeScalars.append(scalar)
                continue
            }
            switch scalar.value {
            case 0..<0x20: text.unicodeScalars.append(Self.picture(scalar.value))
            case 0x7F: text += "\u{2421}"
            default: text += "<U+\(Self.hexadecimal(scalar.value))>"
            }
        }
        return text
    }

    private static func isSteering(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09: false
        case 0..<0x20, 0x7F..<0xA0: true
        // Marks, embeddings, overrides and isolates of right-to-left text.
        case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        // Separators of lines and paragraphs, and invisible characters.
        case 0x2028, 0x2029, 0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE007F: true
        default: false
        }
    }

    private static func picture(_ control: UInt32) -> Unicode.Scalar {
        Unicode.Scalar(0x2400 + control) ?? "\u{FFFD}"
    }

    private static func hexadecimal(_ number: UInt32) -> String {
        let digits = String(number, radix: 16, uppercase: true)
        return String(repeating: "0", count: digits.count < 4 ? 4 - digits.count : 0) + digits
    }
}
