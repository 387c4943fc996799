/// Converts counts of frames to time and back, for counts that a driver or a long run makes large.
///
/// Frames × 10⁹ passes 64 bits after 6.7 days at 16 kHz, and a driver may report any number (SOF
/// gave 7,493,989,779,945,237,086: thesofproject/linux#4686). Whole seconds and the remainder are
/// therefore computed apart, and a result that still does not fit saturates.
///
/// ## Concurrency
/// Pure; it neither allocates nor locks, so a real-time thread may call it.
package enum FrameTime {
    private static var second: Int64 { 1_000_000_000 }

    /// The time that `frames` take at `rate` (Hz; below 1 counts as 1), in nanoseconds.
    @_noAllocation @_noLocks
    package static func nanoseconds(ofFrames frames: Int64, rate: Int64) -> Int64 {
        scaled(frames, by: second, over: max(1, min(rate, Int64(Int32.max))))
    }

    /// The whole frames in a time (nanoseconds), at `rate` (Hz; below 0 counts as 0).
    @_noAllocation @_noLocks
    package static func frames(inNanoseconds time: Int64, rate: Int64) -> Int64 {
        scaled(time, by: max(0, min(rate, Int64(Int32.max))), over: second)
    }

    /// `first + second`, or the nearest number that fits.
    @_noAllocation @_noLocks
    package static func sum(_ first: Int64, _ second: Int64) -> Int64 {
        let (sum, overflow) = first.addingReportingOverflow(second)
        return overflow ? (second < 0 ? .min : .max) : sum
    }

    /// `first - second`, or the nearest number that fits.
    @_noAllocation @_noLocks
    package static func difference(_ first: Int64, _ second: Int64) -> Int64 {
        let (difference, overflow) = first.subtractingReportingOverflow(second)
        return overflow ? (second < 0 ? .max : .min) : difference
    }

    /// `value * factor / divisor`, rounded towards zero; both below 2³², so that the rest fits.
    private static func scaled(_ value: Int64, by factor: Int64, over divisor: Int64) -> Int64 {
        let (whole, rest) = value.quotientAndRemainder(dividingBy: divisor)
        let (product, overflow) = whole.multipliedReportingOverflow(by: factor)
        if overflow { return value < 0 ? .min : .max }
        return sum(product, rest * factor / divisor)
    }
}
