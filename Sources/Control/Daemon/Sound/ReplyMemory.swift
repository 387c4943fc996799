internal import Assistant
internal import AudioPath

/// Remembers the last answer, and plays it again until the user speaks.
///
/// It sits between the assistant and its microphone and speaker.
///
/// ## Concurrency
/// Confined to the loop's thread.
final class ReplyMemory: SpeakerPort, MicrophonePort, @unchecked Sendable {
    // @unchecked: touched on the loop's thread only.

    /// This much of an answer is kept (samples): forty seconds are two megabytes.
    private static let limitSamples = 40 * Int(AudioSettings.speechRate)

    private let speaker: any SpeakerPort
    private let microphone: any MicrophonePort
    private let replay: ([Int16]?) -> Void
    private var current: [Int16] = []
    private var last: [Int16] = []
    private var isForgotten = false
    private var isReplaying = false

    /// A memory of what `speaker` plays; `replay` plays samples beside it, or stops that when given
    /// nil.
    init(
        _ speaker: any SpeakerPort, _ microphone: any MicrophonePort,
        replay: @escaping ([Int16]?) -> Void
    ) {
        self.speaker = speaker
        self.microphone = microphone
        self.replay = replay
    }

    /// Plays the last answer again; returns its number of samples, 0 if there is none.
    func playLast() -> Int {
        guard !last.isEmpty else { return 0 }
        stopReplay()
        // The current answer is about the last one, and does not take its place.
        current = []
        isForgotten = true
        isReplaying = true
        replay(last)
        return last.count
    }

    private func stopReplay() {
        if isReplaying { replay(nil) }
        isReplaying = false
    }

    private func finish() {
        if !current.isEmpty { last = current }
        current = []
        isForgotten = false
    }

    // MARK: - The speaker

    func play(_ samples: [Int16]) {
        if !isForgotten {
            current.append(contentsOf: samples.prefix(Self.limitSamples - current.count))
        }
        speaker.play(samples)
    }

    func endOfTurn() {
        finish()
        speaker.endOfTurn()
    }

    func flush() {
        finish()
        stopReplay()
        speaker.flush()
    }

    func hold() { speaker.hold() }
    func resume() { speaker.resume() }
    var pendingFrames: Int { speaker.pendingFrames }

    // MARK: - The microphone

    func open(at nanoseconds: Int64, preRollMilliseconds: Int) {
        stopReplay()
        microphone.open(at: nanoseconds, preRollMilliseconds: preRollMilliseconds)
    }

    func openAtSpeech(sample: Int64, preRollMilliseconds: Int) {
        stopReplay()
        microphone.openAtSpeech(sample: sample, preRollMilliseconds: preRollMilliseconds)
    }

    func close(at nanoseconds: Int64) { microphone.close(at: nanoseconds) }
}
