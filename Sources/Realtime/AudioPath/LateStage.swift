internal import AudioCore

/// A processing stage that delays its signal and is switched on and off without a click.
///
/// While it is off, samples pass bit for bit with the same delay; a switch is cross-faded over one
/// frame. Used by the processing thread; `process` allocates nothing.
struct LateStage: ~Copyable {
    private static let frameSamples = AudioSettings.frameSamples

    /// By how much the output is later than the input (samples, at most a frame).
    let delaySamples: Int
    /// The previous frame and this one, unprocessed.
    private let plain = SampleBuffer(count: 2 * AudioSettings.frameSamples)
    private let scratch = SampleBuffer(count: AudioSettings.frameSamples)
    private var wasOn = false

    init(delaySamples: Int) {
        self.delaySamples = min(max(0, delaySamples), Self.frameSamples)
    }

    /// Replaces a frame by the samples of `delaySamples` ago, processed by `run` if the stage is
    /// on.
    ///
    /// `run` works on a frame in place; `isPast` marks the previous frame: a stage that was off
    /// gets that one first, so that its input has no gap.
    mutating func process(
        _ frame: UnsafeMutablePointer<Int16>, isOn: Bool,
        run: (_ frame: UnsafeMutablePointer<Int16>, _ isPast: Bool) -> Void
    ) {
        let count = Self.frameSamples
        plain.start.update(from: plain.start + count, count: count)
        (plain.start + count).update(from: frame, count: count)
        if isOn, !wasOn {
            scratch.start.update(from: plain.start, count: count)
            run(scratch.start, true)
        }
        scratch.start.update(from: frame, count: count)
        if isOn || wasOn { run(scratch.start, false) }
        let late = plain.start + (count - delaySamples)
        for index in 0..<count {
            let part = Float(index) / Float(count)
            let share: Float = isOn ? (wasOn ? 1 : part) : (wasOn ? 1 - part : 0)
            let before = Float(late[index])
            let processed = Float(scratch.start[index])
            frame[index] = Int16((before + share * (processed - before)).rounded())
        }
        wasOn = isOn
    }
}
