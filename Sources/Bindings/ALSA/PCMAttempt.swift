/// One way to ask a device for its shape: for all that is wished, or for less.
///
/// ALSA narrows what a device can do wish by wish, but drivers and plugins refuse combinations at
/// the end that looked possible: a clock that another stream has set, a size that only the memory of
/// the other direction allows, a format that a rate does not go with.
struct PCMAttempt: Equatable {
    /// Rates that most devices have (Hz), the ones nearest to speech's loss-free first.
    private static let usualRates: [Int32] = [
        48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 96_000, 12_000, 11_025, 8000,
    ]

    /// More than this is no wish but a mistake (Hz, channels).
    private static let mostRate: Int32 = 768_000
    private static let mostChannels: Int32 = 32

    /// Hz.
    var rate: Int32
    /// Nil: as the device has it.
    var channels: Int32?
    /// The first that the device has is taken.
    var formats: [SampleFormat]
    /// Whether the time between two wake-ups is asked for, and what the device holds.
    var hasPeriod = true
    var hasBuffer = true

    /// All that are tried, the next only when the one before was refused.
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

    /// What of a wish it leaves out, in words; nil where that is nothing.
    func concession(to request: PCMRequest) -> String? {
        var left: [String] = []
        if !hasPeriod { left.append(hasBuffer ? "a period of its own" : "sizes of its own") }
        if rate != request.rate { left.append("\(rate) Hz") }
        if channels == nil { left.append("channels of its own") }
        if formats.count == 1 { left.append(formats[0].name) }
        return left.isEmpty ? nil : left.joined(separator: ", ")
    }
}
