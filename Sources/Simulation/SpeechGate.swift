/// Finds where speech begins and ends in what a client sends, as the service's own detection does.
///
/// By energy alone; written apart from the daemon's detector, so that neither hides the other's
/// faults.
struct SpeechGate {
    enum Event: Equatable { case began, ended }

    /// Louder than this mean magnitude is speech.
    private static let threshold = 300
    private static let blockSamples = 160

    private let prefixSamples: Int
    private let silenceSamples: Int
    private var pending: [Int16] = []
    private var loud = 0
    private var quiet = 0
    private(set) var isSpeech = false

    init(prefixMilliseconds: Int, silenceMilliseconds: Int) {
        prefixSamples = prefixMilliseconds * 16
        silenceSamples = silenceMilliseconds * 16
    }

    mutating func take(_ samples: [Int16]) -> [Event] {
        pending += samples
        var events: [Event] = []
        var start = 0
        while pending.count - start >= Self.blockSamples {
            let block = pending[start..<(start + Self.blockSamples)]
            start += Self.blockSamples
            let mean = block.reduce(0) { $0 + abs(Int($1)) } / Self.blockSamples
            if let event = step(isLoud: mean > Self.threshold) { events.append(event) }
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

    /// The client says that no more comes.
    mutating func flush() -> Event? { isSpeech ? finish() : nil }

    private mutating func finish() -> Event {
        isSpeech = false
        loud = 0
        quiet = 0
        return .ended
    }
}
