/// How long a room reverberates after its loudspeaker, measured whenever the loudspeaker falls
/// silent.
///
/// The time until the microphone is as quiet as before includes everything between: the buffers of
/// the card and of a radio link, and the room's echo. A person who speaks at once makes it seem
/// longer, so one measurement moves it only a little. A value owned by one thread; `note` allocates
/// nothing.
package struct RoomTail: Sendable, Equatable {
    /// The least tail until there are enough measurements (milliseconds): too long rather than too
    /// short, since a device that hears itself answers itself.
    static let firstMilliseconds = 500
    /// This number of measurements is enough; until then the longest counts.
    private static let enough = 3
    /// Sound that is still heard after this is not an echo (milliseconds).
    private static let limitMilliseconds = 1000
    /// Added to the measured time (milliseconds): echoes of loud words are heard longer.
    static let marginMilliseconds = 60
    /// The room is quiet when it is at most this far above the noise (decibels) for this time
    /// (milliseconds).
    private static let quietDecibels: Float = 8
    private static let quietMilliseconds = 60
    /// The noise's floor rises at this rate (decibels a second) and falls at once.
    private static let risePerSecond: Float = 1
    /// A longer measurement moves the tail by at most this (frames), a shorter one by one.
    private static let growth = 2

    private let frameMilliseconds: Int
    private var floor: Float?
    /// Frames since the loudspeaker fell silent; nil once that has been measured.
    private var elapsed: Int?
    private var quietFrames = 0
    private var measurements = 0
    private var frames = 0

    /// A tail without any measurement.
    package init(frameMilliseconds: Int) { self.frameMilliseconds = frameMilliseconds }

    /// How long the loudspeaker is heard after its last sound (milliseconds).
    package var milliseconds: Int {
        let measured = frames * frameMilliseconds + Self.marginMilliseconds
        return measurements < Self.enough ? max(Self.firstMilliseconds, measured) : measured
    }

    /// Takes the level of the next frame (dBFS), and whether something is being played.
    package mutating func note(level: Float, isPlaying: Bool) {
        guard !isPlaying else {
            elapsed = 0
            quietFrames = 0
            return
        }
        guard let before = elapsed, let floor else {
            elapsed = nil
            let rise = Self.risePerSecond * Float(frameMilliseconds) / 1000
            floor = min(level, (floor ?? level) + rise)
            return
        }
        elapsed = before + 1
        quietFrames = level <= floor + Self.quietDecibels ? quietFrames + 1 : 0
        if quietFrames * frameMilliseconds >= Self.quietMilliseconds {
            learn(before + 1 - quietFrames)
            elapsed = nil
        } else if (before + 1) * frameMilliseconds >= Self.limitMilliseconds {
            elapsed = nil
        }
    }

    private mutating func learn(_ count: Int) {
        if measurements < Self.enough {
            measurements += 1
            frames = max(frames, count)
        } else if count > frames {
            frames = min(count, frames + Self.growth)
        } else {
            frames = max(count, frames - 1)
        }
    }
}
