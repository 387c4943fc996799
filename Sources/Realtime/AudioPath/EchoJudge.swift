internal import SignalProcessing

/// How loud what is left of an echo may be, so that it is not taken for somebody's voice.
///
/// A canceller that works leaves little of what the microphone hears while the loudspeaker sounds;
/// where much is left, somebody speaks. How much is the canceller's nature and not the room's, and
/// where it does not hold, the gate is shut. A value owned by one thread.
struct EchoJudge {
    /// An echo is held to be there a while after its loudest (decibels a frame): what a filter gets
    /// wrong it gets wrong over the whole of its tail.
    private static let decay: Float = 0.5
    /// What a frame adds to the means of the last second.
    private static let smoothing: Float = 0.02

    /// How far below what is heard the canceller's rest lies (decibels), but for what stands out by
    /// less than a voice must.
    private let share: Float
    private(set) var gate: EchoGate
    private var heardLevel = LevelMeter.floor
    private var heardLately: Float = 0
    private var leftLately: Float = 0

    /// A judge of a canceller that takes out `share` at least (decibels), which believes nothing
    /// yet; below a level (dBFS) nothing is a voice.
    init(share: Float, quietLevel: Float) {
        self.share = share
        gate = EchoGate(quietLevel: quietLevel)
    }

    /// What is left of an echo is no louder than this (dBFS): anything may be, while the gate is
    /// not open.
    var remainingLevel: Float {
        switch gate.state {
        case .learning, .shut: 0
        case .open: max(LevelMeter.floor, heardLevel - share)
        }
    }

    /// How much quieter the canceller made the last second with an echo in it (decibels).
    var reduction: Float {
        let before = LevelMeter.decibels(ofMeanSquare: heardLately)
        return max(0, before - LevelMeter.decibels(ofMeanSquare: leftLately))
    }

    /// The echo comes another way now, so that the canceller has to learn anew.
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
