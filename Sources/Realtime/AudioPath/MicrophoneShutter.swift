/// Puts silence in the place of what the microphone gives while it is shut.
///
/// It stands before everything that looks at samples: neither the history that a pre-roll reaches
/// back into nor the voice detector ever has a sample of that time. What waits in the ring when it
/// is opened was captured before, so that is silenced too.
struct MicrophoneShutter {
    var isShut = false
    private var wasShut = false
    /// How many of the next frames are silence.
    private var frames = 0

    /// A round of the processing thread begins with `waiting` frames in the ring.
    mutating func begin(waiting: Int) {
        if isShut || wasShut { frames = waiting }
        wasShut = isShut
    }

    /// The next `count` frames were captured while it was shut, wherever they are now.
    mutating func cover(_ count: Int) { frames = max(frames, count) }

    /// Silences what must be of the next `count` frames.
    mutating func pass(_ samples: UnsafeMutablePointer<Int16>, count: Int) {
        // Frames that came while the round went on are silenced as well.
        let silent = isShut ? count : min(frames, count)
        samples.update(repeating: 0, count: silent)
        frames = max(0, frames - count)
    }
}
