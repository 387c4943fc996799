internal import WireCodec

/// Finds where speech begins and ends in a client's audio, as the service's own detection does.
///
/// It uses only energy, and is written independently of the daemon's detector, so that neither
/// hides the other's faults.
struct SpeechGate: Sendable {
    enum Event: Equatable { case began, ended }

    /// The mean magnitude above which sound is speech, for high and low sensitivity.
    private static let thresholds = (high: 300, low: 900)
    /// The silence that ends speech, for high and low sensitivity (milliseconds).
    private static let silences = (high: 800, low: 1500)
    private static let usualPrefixMilliseconds = 20
    private static let blockSamples = 160

    private let threshold: Int
    private let prefixSamples: Int
    private let silenceSamples: Int
    private var pending: [Int16] = []
    private var loud = 0
    private var quiet = 0
    private(set) var isSpeech = false

    /// The detection of a setup; the service's defaults apply to what it leaves open.
    init(_ config: JSONValue?, backend: Access.Backend) {
        // The two services have different defaults (live-protocol.md section 2.3).
        let usual = backend == .vertex ? "LOW" : "HIGH"
        func isHigh(_ name: String) -> Bool {
            let value = config?[name]?.string
            return (value.flatMap { $0.hasSuffix("UNSPECIFIED") ? nil : $0 } ?? usual)
                .hasSuffix("HIGH")
        }
        threshold =
            isHigh("startOfSpeechSensitivity") ? Self.thresholds.high : Self.thresholds.low
        let silence = isHigh("endOfSpeechSensitivity") ? Self.silences.high : Self.silences.low
        let prefix = SetupCheck.whole(config?["prefixPaddingMs"]).map(Int.init)
        let asked = SetupCheck.whole(config?["silenceDurationMs"]).map(Int.init)
        prefixSamples = (prefix ?? Self.usualPrefixMilliseconds) * 16
        silenceSamples = (asked ?? silence) * 16
    }

    mutating func take(_ samples: [Int16]) -> [Event] {
        pending += samples
        var events: [Event] = []
        var start = 0
        while pending.count - start >= Self.blockSamples {
            let block = pending[start..<(start + Self.blockSamples)]
            start += Self.blockSamples
            let mean = block.reduce(0) { $0 + abs(Int($1)) } / Self.blockSamples
            if let event = step(isLoud: mean > threshold) { events.append(event) }
        }
        pending.removeFirst(start)
        return events
    }

    private mutating func step(isLoud: Bool) -> Event? {
        loud = isLoud ? loud + Self.blockSamples : 0
        quiet = isLoud ? 0 : quiet + Self.blockSamples
        if !isSpeech, loud > prefixSamples {
            isSpeech = true
            return .began
        }
        if isSpeech, quiet >= silenceSamples { return finish() }
        return nil
    }

    /// The client reports the end of its audio.
    mutating func flush() -> Event? { isSpeech ? finish() : nil }

    private mutating func finish() -> Event {
        isSpeech = false
        loud = 0
        quiet = 0
        return .ended
    }
}
