internal import SignalProcessing

/// Estimates how loud the rest of an echo may be, so that it is not taken for a voice.
///
/// A working canceller leaves little of what the microphone hears while the loudspeaker plays; if
/// much is left, a person speaks. The share depends on the canceller and not on the room; where it
/// does not hold, the gate is shut. A value owned by one thread.
struct EchoJudge {
    /// The assumed echo level decays this slowly after its peak (decibels a frame): a filter's
    /// error lasts for the whole of its tail.
    private static let decay: Float = 0.5
    /// The weight of a frame in the means of the last second.
    private static let smoothing: Float = 0.02

    /// How far the canceller's output lies below the heard level (decibels), apart from peaks that
    /// are smaller than a voice's.
    private let share: Float
    private(set) var gate: EchoGate
    private var heardLevel = LevelMeter.floor
    private var heardLately: Float = 0
    private var leftLately: Float = 0

    /// A judge of a canceller that removes at least `share` (decibels), without any evidence yet;
    /// below a level (dBFS) nothing is a voice.
    init(share: Float, quietLevel: Float) {
        self.share = share
        gate = EchoGate(quietLevel: quietLevel)
    }

    /// The rest of an echo is no louder than this (dBFS); while the gate is not open, it may be as
    /// loud as anything.
    var remainingLevel: Float {
        switch gate.state {
        case .learning, .shut: 0
        case .open: max(LevelMeter.floor, heardLevel - share)
        }
    }

    /// By how much the canceller attenuated the last second that had an echo in it (decibels).
    var reduction: Float {
        let before = LevelMeter.decibels(ofMeanSquare: heardLately)
        return max(0, before - LevelMeter.decibels(ofMeanSquare: leftLately))
    }

    /// The echo path changed, so the canceller has to learn again.
    mutating func doubt() { gate.doubt() }

    /// Takes the mean squares of a frame of the microphone with an echo in it, and of what the
    /// canceller left.
    mutating func note(heard: Float, left: Float) {
        let level = LevelMeter.decibels(ofMeanSquare: heard)
        heardLevel = max(level, heardLevel - Self.decay)
        heardLately += Self.smoothing * (heard - heardLately)
        leftLately += Self.smoothing * (left - leftLately)
        gate.note(
            heard: level, loudest: heardLevel, left: LevelMeter.decibels(ofMeanSquare: left))
    }
}
