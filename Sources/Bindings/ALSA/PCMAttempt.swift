/// One configuration to request of a device: everything that is wanted, or less.
///
/// ALSA narrows a device's configurations parameter by parameter, but drivers and plugins finally
/// refuse combinations that looked possible: another rate than that of a stream that shares the
/// clock, a size that does not fit beside the other direction's memory, a format that does not work
/// at a rate.
struct PCMAttempt: Equatable {
    /// Rates that most devices have (Hz), the best for speech first.
    private static let usualRates: [Int32] = [
        48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 96_000, 12_000, 11_025, 8000,
    ]

    /// More than this is a mistake (Hz, channels).
    private static let mostRate: Int32 = 768_000
    private static let mostChannels: Int32 = 32

    /// Hz.
    var rate: Int32
    /// Nil: as the device has it.
    var channels: Int32?
    /// The formats to use; the first that the device has is taken.
    var formats: [SampleFormat]
    /// Whether a period is requested, and a buffer size.
    var hasPeriod = true
    var hasBuffer = true

    /// All attempts, each tried only when the one before was refused.
    static func all(for request: PCMRequest) -> [PCMAttempt] {
        let others = SampleFormat.allCases.filter { $0 != request.format }
        let formats = (request.format.map { [$0] } ?? []) + others
        let wished = PCMAttempt(
            rate: min(request.rate, mostRate), channels: min(request.channels, mostChannels),
            formats: formats)
        var withoutPeriod = wished
        withoutPeriod.hasPeriod = false
        var plain = withoutPeriod
        plain.hasBuffer = false
        var all = [wished, withoutPeriod, plain]
        let rates = [wished.rate] + usualRates.filter { $0 != wished.rate }
        for channels in [wished.channels, nil] {
            for rate in rates {
                var attempt = plain
                attempt.rate = rate
                attempt.channels = channels
                if !all.contains(attempt) { all.append(attempt) }
                for format in formats {
                    attempt.formats = [format]
                    all.append(attempt)
                }
            }
        }
        return all
    }

    /// What the device chooses or gets instead of the request, in words; nil if nothing differs.
    func concession(to request: PCMRequest) -> String? {
        var left: [String] = []
        if !hasPeriod { left.append(hasBuffer ? "a period of its own" : "sizes of its own") }
        if rate != request.rate { left.append("\(rate) Hz") }
        if channels == nil { left.append("channels of its own") }
        if formats.count == 1 { left.append(formats[0].name) }
        return left.isEmpty ? nil : left.joined(separator: ", ")
    }
}
