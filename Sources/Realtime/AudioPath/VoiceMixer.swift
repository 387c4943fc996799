internal import AudioCore
internal import SignalProcessing

/// Mixes the voices at the speech rate into 16-bit samples that never clip.
///
/// ## Concurrency
/// Used by the playback thread only; only `init` allocates.
final class VoiceMixer {
    // One thread owns the memory, which is freed with the mixer.
    private let mix: UnsafeMutablePointer<Float>
    private let scratch: SampleBuffer
    private let voices: [VoiceReader]
    private var limiter = Limiter()

    /// A mixer for at most `room` samples at once.
    init(voices: [VoiceReader], room: Int) {
        self.voices = voices
        scratch = SampleBuffer(count: room)
        mix = .allocate(capacity: room)
        mix.initialize(repeating: 0, count: room)
    }

    deinit { mix.deallocate() }

    /// Mixes samples; returns how many were speech, and whether there were any at all.
    func mix(
        into target: UnsafeMutablePointer<Int16>, count: Int, withSpeech: Bool
    ) -> (speech: Int, hasSound: Bool) {
        mix.update(repeating: 0, count: count)
        var speech = 0
        var hasSound = false
        // By index: an iterator over objects allocates where the compiler does not optimize.
        for index in 0..<voices.count {
            let voice = voices[index]
            guard voice.voice != .speech || withSpeech else { continue }
            let mixed = voice.mix(into: mix, by: scratch.start, count: count)
            if mixed > 0 { hasSound = true }
            if voice.voice == .speech { speech = mixed }
        }
        limiter.process(mix, count: count)
        for index in 0..<count {
            let sample = mix[index].rounded(.toNearestOrEven)
            target[index] = Int16(max(-32_768, min(32_767, sample)))
        }
        return (speech, hasSound)
    }
}
