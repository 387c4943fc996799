/// Detects voices that never pause, such as those of a television or a party: then only a voice
/// louder than theirs is a person who speaks to the device.
///
/// The constants were chosen by `packaging/audio-figures.sh PROGRAM FOLDER real`, tuned half,
/// babble 10 dB below the voice. A value owned by one thread; `follow` allocates nothing.
struct Crowd {
    /// Sounds without a pause for `learningMilliseconds` are a crowd, which is assumed to last for
    /// `memoryMilliseconds` after that.
    private static let learningMilliseconds = 4000
    private static let memoryMilliseconds = 10_000
    /// The shortest pause (milliseconds).
    private static let pauseMilliseconds = 300
    /// The bed approaches the level that is exceeded three tenths of the time at this speed
    /// (decibels a millisecond).
    private static let speed: Float = 0.02
    private static let share: Float = 0.7
    /// The bed is never further than this below a frame's level (decibels).
    private static let reach: Float = 40
    /// A person begins to speak when `part` of the last frames exceed the bed by `beginning`, and
    /// has ended when all frames are below it by more than `goingOn` (decibels).
    private static let beginning: Float = 4
    private static let goingOn: Float = 2
    private static let part: Float = 0.3
    /// Speech goes on while at least this part of the frames exceeds it, also over a pause between
    /// words.
    private static let partGoingOn: Float = 0.1
    private static let smoothing: Float = 0.2

    private let frameMilliseconds: Int
    private var bed = LevelMeter.floor
    private var above: Float = 0
    private var busyFrames = 0
    private var silentFrames = 0
    private var leftFrames = 0
    /// Frames since a voice began to exceed the crowd.
    private(set) var exceededFrames = 0

    init(frameMilliseconds: Int) { self.frameMilliseconds = frameMilliseconds }

    /// Takes a frame's level (dBFS), and whether a sound or a voice is heard in it.
    mutating func follow(level: Float, isHeard: Bool) {
        let step = Self.speed * Float(frameMilliseconds)
        bed = max(bed + step * (level > bed ? Self.share : Self.share - 1), level - Self.reach)
        above += Self.smoothing * ((level > bed + Self.beginning ? 1 : 0) - above)
        let isAbove = above > (exceededFrames > 0 ? Self.partGoingOn : Self.part)
        exceededFrames = isAbove ? exceededFrames + 1 : 0
        silentFrames = isHeard ? 0 : silentFrames + 1
        let isPause = silentFrames * frameMilliseconds > Self.pauseMilliseconds
        busyFrames = isPause ? 0 : min(busyFrames + 1, Self.memoryMilliseconds)
        if busyFrames * frameMilliseconds > Self.learningMilliseconds {
            leftFrames = Self.memoryMilliseconds / frameMilliseconds
        } else {
            leftFrames = max(0, leftFrames - 1)
        }
    }

    /// Whether there is a crowd.
    var isThere: Bool { leftFrames > 0 }

    /// Whether a person may begin to speak now.
    var isExceeded: Bool { !isThere || above > Self.part }

    /// Whether a person may go on speaking at a level (dBFS).
    func isReached(_ level: Float) -> Bool { !isThere || level > bed - Self.goingOn }
}
