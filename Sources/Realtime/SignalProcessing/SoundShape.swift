/// The shape of a sound that opened the gate: how long it is, how often it swells, how like a
/// voice.
///
/// The constants were chosen by `packaging/audio-figures.sh PROGRAM FOLDER real`, tuned half, in
/// quiet and with household sounds.
struct SoundShape {
    /// A swell is a rise by this much after an equal fall (decibels).
    private static let swell: Float = 6
    /// A syllable is loud for this long (milliseconds), and has this number of swells at most.
    private static let syllable = 240...600
    private static let syllableSwells = 2
    /// The net's share for a syllable is at least this, and less for most sounds of things that
    /// fall or shut.
    private static let syllableShare: Float = 0.02
    /// After a pause of this length a syllable is known to stand alone (milliseconds).
    private static let pauseMilliseconds = 100
    /// The net's share for a hint of a voice is at least this.
    static let hint: Float = 0.1

    private let frameMilliseconds: Int
    /// Frames since it began, and how many of them were loud.
    private(set) var frames = 0
    private var loudFrames = 0
    private var swells = 0
    private var isSwollen = false
    private var extreme: Float = 0
    private var highest: Float = 0
    /// Frames since it began or had a hint of a voice.
    private var voicelessFrames = 0

    init(frameMilliseconds: Int) { self.frameMilliseconds = frameMilliseconds }

    /// Begins a sound whose first frame was `framesAgo` ago, including the next frame to follow.
    mutating func begin(framesAgo: Int) {
        frames = framesAgo - 1
        loudFrames = max(0, framesAgo - 1)
        swells = 1
        isSwollen = true
        extreme = 0
        highest = 0
        voicelessFrames = framesAgo - 1
    }

    /// Restarts the sound: it was not speech so far, but its last frames and those that follow may
    /// be.
    mutating func beginAnew(framesAgo: Int) {
        frames = min(frames, framesAgo)
        loudFrames = 0
        swells = 0
        highest = 0
        voicelessFrames = 0
    }

    /// Takes a frame: how far it stands out (decibels), and the net's share.
    mutating func follow(prominence: Float, isLoud: Bool, share: Float) {
        frames += 1
        if isLoud { loudFrames += 1 }
        highest = max(highest, share)
        voicelessFrames = share >= Self.hint ? 0 : voicelessFrames + 1
        if isSwollen {
            extreme = max(extreme, prominence)
            guard prominence < extreme - Self.swell else { return }
            isSwollen = false
            extreme = prominence
        } else {
            extreme = min(extreme, prominence)
            guard prominence > extreme + Self.swell else { return }
            isSwollen = true
            extreme = prominence
            swells += 1
        }
    }

    /// Whether it was a short word that ended `quietFrames` ago.
    func isSyllable(quietFrames: Int) -> Bool {
        highest >= Self.syllableShare && Self.syllable ~= loudFrames * frameMilliseconds
            && swells <= Self.syllableSwells
            && quietFrames * frameMilliseconds >= Self.pauseMilliseconds
    }

    /// For how long it had no hint of a voice (milliseconds).
    var voicelessMilliseconds: Int { voicelessFrames * frameMilliseconds }
}
