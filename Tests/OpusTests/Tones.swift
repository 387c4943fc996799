import Glibc

/// Tones, and the similarity of two sounds.
enum Tones {
    /// A sine with a soft beginning and end.
    static func sine(_ hertz: Double, rate: Int32, count: Int) -> [Int16] {
        (0..<count).map { index in
            let fade = min(1, Double(min(index, count - 1 - index)) / (Double(rate) / 100))
            return Int16(8000 * fade * sin(2 * .pi * hertz * Double(index) / Double(rate)))
        }
    }

    /// The cosine between two sounds: 1 for the same, 0 for unrelated ones.
    static func likeness(_ one: [Int16], _ other: [Int16]) -> Double {
        var product = 0.0
        var first = 0.0
        var second = 0.0
        for (a, b) in zip(one, other) {
            product += Double(a) * Double(b)
            first += Double(a) * Double(a)
            second += Double(b) * Double(b)
        }
        return first * second > 0 ? product / (first * second).squareRoot() : 0
    }

    /// The root mean square.
    static func level(_ samples: [Int16]) -> Double {
        let square = samples.reduce(0.0) { $0 + Double($1) * Double($1) }
        return (square / Double(max(samples.count, 1))).squareRoot()
    }
}
