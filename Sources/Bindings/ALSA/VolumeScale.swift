private import Glibc

/// Maps percent of loudness to a mixer's own steps, as alsamixer shows them.
///
/// Cards with decibels are scaled so that half the percent sounds half as loud; a linear scale
/// would put everything audible into the topmost few percent.
enum VolumeScale: Equatable {
    /// A range of the driver's own steps.
    case linear(ClosedRange<Int>)
    /// A range in hundredths of a decibel.
    case decibels(ClosedRange<Int>)

    /// A scale for a control's range (hundredths of a decibel).
    ///
    /// A loudspeaker's range ends at 0 dB, without amplification: the headphones of a Raspberry Pi
    /// go up to 4 dB (bcm2835-ctl.c), where full-scale sound clips, and no canceller can remove
    /// that. A microphone's gain is its sensitivity.
    static func ofDecibels(_ range: ClosedRange<Int>, _ direction: StreamDirection) -> VolumeScale {
        guard direction == .playback, range.lowerBound < 0, range.upperBound > 0 else {
            return .decibels(range)
        }
        return .decibels(range.lowerBound...0)
    }

    // Ranges up to this (24 dB) are mapped linearly; the value is from alsamixer's
    // volume_mapping.c.
    private static let leastCurvedRange = 2_400
    // Hundredths of a decibel for a factor of ten in loudness, from the same file.
    private static let perTenfold = 6_000.0

    /// The step or hundredth of a decibel nearest to a percentage of 0 to 100.
    func value(percent: Double) -> Int {
        let share = min(max(percent, 0), 100) / 100
        switch self {
        case .linear(let range):
            return range.lowerBound + Int((share * Self.width(range)).rounded())
        case .decibels(let range) where !Self.isCurved(range):
            return range.lowerBound + Int((share * Self.width(range)).rounded())
        case .decibels(let range):
            let floor = Self.floor(of: range)
            let loudness = share * (1 - floor) + floor
            return loudness <= 0
                ? range.lowerBound
                : range.upperBound + Int((Self.perTenfold * log10(loudness)).rounded())
        }
    }

    /// The percentage, 0 to 100, of a step or hundredth of a decibel.
    func percent(value: Int) -> Double {
        switch self {
        case .linear(let range):
            return Self.linearPercent(value, range)
        case .decibels(let range) where !Self.isCurved(range):
            return Self.linearPercent(value, range)
        case .decibels(let range):
            let loudness = pow(10, Double(value - range.upperBound) / Self.perTenfold)
            let floor = Self.floor(of: range)
            return min(max((loudness - floor) / (1 - floor), 0), 1) * 100
        }
    }

    private static func isCurved(_ range: ClosedRange<Int>) -> Bool {
        range.upperBound - range.lowerBound > leastCurvedRange
    }

    /// The loudness of the lowest value; 0 when the lowest value is silence.
    private static func floor(of range: ClosedRange<Int>) -> Double {
        range.lowerBound <= silence
            ? 0 : pow(10, Double(range.lowerBound - range.upperBound) / perTenfold)
    }

    private static func width(_ range: ClosedRange<Int>) -> Double {
        Double(range.upperBound - range.lowerBound)
    }

    private static func linearPercent(_ value: Int, _ range: ClosedRange<Int>) -> Double {
        if range.isEmptyWidth { return 100 }
        return min(max(Double(value - range.lowerBound) / width(range), 0), 1) * 100
    }

    // SND_CTL_TLV_DB_GAIN_MUTE: the decibels that drivers report for silence.
    private static let silence = -9_999_999
}

extension ClosedRange<Int> {
    fileprivate var isEmptyWidth: Bool { lowerBound == upperBound }
}
