/// Replaces the microphone's samples by silence while it is shut.
///
/// It comes before every stage that reads samples: neither the pre-roll's history nor the voice
/// detector ever gets a sample of that time. Samples that wait in the ring when it opens were
/// captured before, so they are silenced too.
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

    /// Silences those of the next `count` frames that must be silent.
    mutating func pass(_ samples: UnsafeMutablePointer<Int16>, count: Int) {
        // Frames that arrived during the round are silenced as well.
        let silent = isShut ? count : min(frames, count)
        samples.update(repeating: 0, count: silent)
        frames = max(0, frames - count)
    }
}
