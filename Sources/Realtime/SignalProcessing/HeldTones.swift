/// How much of what is heard are tones that stay where they are: music, a beep, a kettle.
///
/// A voice's pitch glides with every syllable, and its overtones glide as many times as far; a
/// note stays until the next. So what a narrow band of a fine spectrum holds for a fifth of a
/// second, before, around or after a moment, is little in speech and most of it in music; steady
/// noise, whose narrow bands waver, lies between. What comes after counts too, or every note would
/// begin as a voice: the shares are those of a frame that is `delayFrames` old.
///
/// A value owned by one thread; `follow` allocates nothing.
struct HeldTones {
    /// A tone holds for this long (milliseconds), and what the fine spectrum spans: longer than
    /// most vowels keep a pitch, shorter than most notes.
    static let delayMilliseconds = 220
    /// It may waver or die away by this factor in power meanwhile.
    private static let tolerance: Float = 3

    /// The frames that must follow one before it is judged.
    let delayFrames: Int
    /// Of each band's power the share that is held, 0 to 1; 0 where the spectrum does not reach.
    private(set) var shares = [Float](repeating: 0, count: SpeechBands.count)
    /// The powers of the last frames, and the least of each and those before it; oldest written
    /// over.
    private var powers: [Float]
    private var least: [Float]
    private let bins: [Int]
    private let count: Int
    private var newest = 0

    /// For spectra of so many bins, each so many hertz wide.
    init(bins count: Int, width: Float, frameMilliseconds: Int) {
        self.count = count
        bins = SpeechBands.edges.map { min(count, Int((Float($0) / width).rounded())) }
        delayFrames = Self.delayMilliseconds / frameMilliseconds
        powers = [Float](repeating: 0, count: (delayFrames + 1) * count)
        least = powers
    }

    /// Takes the powers of the bins in the next frame.
    mutating func follow(_ spectrum: [Float]) {
        let slots = delayFrames + 1
        newest = (newest + 1) % slots
        let slot = (
            newest: newest * count, judged: (newest + 1) % slots * count,
            between: (newest + 1 + delayFrames / 2) % slots * count
        )
        powers.withUnsafeMutableBufferPointer { powers in
            least.withUnsafeMutableBufferPointer { least in
                for bin in bins[0]..<bins[SpeechBands.count] {
                    powers[slot.newest + bin] = spectrum[bin]
                    least[slot.newest + bin] = spectrum[bin]
                }
                // Slot by slot, as then the bins are taken several at a time.
                for other in 0..<slots {
                    let start = other * count
                    for bin in bins[0]..<bins[SpeechBands.count] {
                        least[slot.newest + bin] = min(
                            least[slot.newest + bin], powers[start + bin])
                    }
                }
                for band in 0..<SpeechBands.count {
                    var all: Float = 0
                    var held: Float = 0
                    for bin in bins[band]..<bins[band + 1] {
                        let power = powers[slot.judged + bin]
                        let lasting = max(
                            max(least[slot.judged + bin], least[slot.between + bin]),
                            least[slot.newest + bin])
                        all += power
                        held += min(power, lasting * Self.tolerance)
                    }
                    shares[band] = all > 0 ? held / all : 0
                }
            }
        }
    }
}
