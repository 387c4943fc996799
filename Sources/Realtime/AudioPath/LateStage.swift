internal import AudioCore

/// A stage whose output is late, switched on and off without a click.
///
/// While it is off, samples pass as they are, bit for bit, and as late; from one to the other a
/// frame is faded. Used by the processing thread; `process` allocates nothing.
struct LateStage: ~Copyable {
    private static let frameSamples = AudioSettings.frameSamples

    /// By how much the output is later than the input (samples, at most a frame).
    let delaySamples: Int
    /// The frame before and this one, as they came in.
    private let plain = SampleBuffer(count: 2 * AudioSettings.frameSamples)
    private let scratch = SampleBuffer(count: AudioSettings.frameSamples)
    private var wasOn = false

    init(delaySamples: Int) {
        self.delaySamples = min(max(0, delaySamples), Self.frameSamples)
    }

    /// Puts a frame's samples of `delaySamples` ago in its place, as `run` has made them where the
    /// stage is on.
    ///
    /// `run` works on a frame in its place, `isPast` if it is the one before: a stage that was off
    /// is given that first, so that it has no gap within.
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
