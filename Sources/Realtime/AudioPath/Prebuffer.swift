/// How much speech must arrive before playback begins, learned from how it arrives.
///
/// A reply that runs dry in its middle makes it longer by the length of the gap, which would have
/// bridged it; a reply that always had more than it needed makes it shorter by half of the surplus.
/// So it is short if speech comes in bursts, and only as long as needed if it does not. A value;
/// samples at 24 kHz, times in nanoseconds.
struct Prebuffer {
    /// One period of the usual length.
    static let leastSamples = 20 * perMillisecond
    /// A longer gap is a pause of the model, which no buffer can bridge.
    static let hiccupLimitNanoseconds: Int64 = 1_500_000_000
    /// Nothing is learned from a shorter reply.
    static let tellingSamples = 500 * perMillisecond
    /// Buffered speech waits for more no longer than this: the end of a reply may never be
    /// reported.
    static let patienceNanoseconds: Int64 = 1_000_000_000
    private static let perMillisecond = Int(AudioSettings.speechRate) / 1000

    /// The current prebuffer.
    private(set) var samples: Int
    private let limitSamples: Int
    private var drySince: Int64?
    private var isRefilling = false
    private var slack = Int.max
    private var played = 0
    private var hadHiccup = false

    /// Begins with this number of milliseconds, and never exceeds the limit.
    init(milliseconds: Int, limitMilliseconds: Int) {
        samples = milliseconds * Self.perMillisecond
        limitSamples = max(milliseconds, limitMilliseconds) * Self.perMillisecond
    }

    /// Whether speech ran out in a reply's middle and has not come back.
    var isDry: Bool { drySince != nil }

    /// Notes that `taken` samples were played, and `left` more were buffered.
    mutating func took(_ taken: Int, left: Int, isEnded: Bool) {
        played += taken
        if !isEnded { slack = min(slack, left) }
    }

    /// Notes that speech ran out before the end of its reply.
    mutating func ranDry(at time: Int64) { drySince = drySince ?? time }

    /// Notes that the first speech after a gap has arrived.
    mutating func returned(at time: Int64) {
        guard let since = drySince, !isRefilling else { return }
        isRefilling = true
        let gap = time - since
        guard gap <= Self.hiccupLimitNanoseconds else { return }
        hadHiccup = true
        let missing = Int(gap) * Self.perMillisecond / 1_000_000
        samples = min(limitSamples, samples + max(missing, Self.leastSamples))
    }

    /// Notes that playback resumes.
    mutating func goesOn() {
        drySince = nil
        isRefilling = false
    }

    /// Notes that the reply is over.
    mutating func finished() {
        if !hadHiccup, played >= Self.tellingSamples, slack < .max {
            samples = max(min(samples, Self.leastSamples), samples - slack / 2)
        }
        goesOn()
        slack = .max
        played = 0
        hadHiccup = false
    }
}
