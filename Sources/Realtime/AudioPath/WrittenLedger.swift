internal import AudioCore

/// Remembers what was written to the device while the device may hold it: the sample of each voice
/// at which every period began, and the frames themselves.
///
/// So the unheard part is known exactly when the device is silenced, and can be faded.
///
/// ## Concurrency
/// Used by the playback thread only; only `init` allocates.
final class WrittenLedger {
    private let channels: Int
    private let roomFrames: Int
    private let history: SampleBuffer
    private let roomPeriods: Int
    /// For each period its first frame, then the sample of each voice.
    private let periods: UnsafeMutablePointer<Int>
    // A constant, since `allCases` would allocate an array each time.
    private static let stride = 1 + PlaybackVoice.allCases.count

    /// Frames written so far, less those that were taken back.
    private(set) var frames = 0
    private var periodCount = 0

    /// A ledger for a device that holds this number of frames.
    init(bufferFrames: Int, periodFrames: Int, channels: Int) {
        self.channels = channels
        roomFrames = bufferFrames + periodFrames
        history = SampleBuffer(count: roomFrames * channels)
        // A period that is cut short, by a fade or by a lack of sound, takes a place, too.
        roomPeriods = 16 * (bufferFrames / periodFrames + 1)
        periods = .allocate(capacity: roomPeriods * Self.stride)
        periods.initialize(repeating: 0, count: roomPeriods * Self.stride)
    }

    deinit { periods.deallocate() }

    /// A period begins; the last `aheadSamples` that were mixed of each voice (in their order) are
    /// not in it.
    func beginPeriod(voices: [VoiceReader], aheadSamples: Int) {
        let entry = periods + periodCount % roomPeriods * Self.stride
        entry[0] = frames
        for index in 0..<voices.count { entry[1 + index] = voices[index].cursor - aheadSamples }
        periodCount += 1
    }

    /// Interleaved frames were written.
    func append(_ samples: UnsafePointer<Int16>, count: Int) {
        var done = 0
        while done < count {
            let place = (frames + done) % roomFrames
            let length = min(count - done, roomFrames - place)
            (history.start + place * channels)
                .update(from: samples + done * channels, count: length * channels)
            done += length
        }
        frames += count
    }

    /// Copies written frames from a frame number on; they must still be in the history.
    func copy(from frame: Int, count: Int, into target: UnsafeMutablePointer<Int16>) {
        for index in 0..<count {
            let place = (frame + index) % roomFrames * channels
            (target + index * channels).update(from: history.start + place, count: channels)
        }
    }

    /// The last frames were taken back.
    func takeBack(_ count: Int) { frames -= count }

    /// The sample of a voice that is heard with a frame; the device's rate in Hz.
    ///
    /// If the voice paused within the period, it is the sample after the pause.
    func sample(of voice: VoiceReader, at frame: Int, rate: Int) -> Int {
        var following = voice.cursor
        var index = periodCount - 1
        while index >= max(0, periodCount - roomPeriods) {
            let entry = periods + index % roomPeriods * Self.stride
            let first = entry[1 + voice.voice.rawValue]
            if entry[0] <= frame {
                let offset = (frame - entry[0]) * Int(AudioSettings.speechRate) / rate
                return min(first + offset, following)
            }
            following = first
            index -= 1
        }
        return following
    }
}
