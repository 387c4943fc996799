import Glibc

/// Decibels in readable form.
enum Decibels {
    /// A magnitude of 0 to 32768 relative to full scale; silence is -96.
    static func of(magnitude: Int32) -> Float {
        magnitude > 0 ? 20 * log10(Float(magnitude) / 32768) : -96
    }

    /// With one decimal place: "-12.5".
    static func text(_ level: Float) -> String {
        let tenths = Int((level * 10).rounded())
        let sign = tenths < 0 ? "-" : ""
        return "\(sign)\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }

    /// The same for values in doubles.
    static func text(_ level: Double) -> String { text(Float(level)) }
}
