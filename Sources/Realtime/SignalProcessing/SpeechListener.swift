/// Runs the net only while it is asked to listen, beginning with the half second before.
///
/// It amplifies soft sounds: the net recognizes whispers and voices across a room poorly as they
/// arrive, and well when they are raised. Noise is not raised with them, nor is a bang.
///
/// A value owned by one thread; `keep` and `listen` allocate nothing.
struct SpeechListener {
    // The constants were chosen by `packaging/audio-figures.sh PROGRAM FOLDER real`, tuned half:
    // whispers against household sounds, and letters in a room against those beside a fan.

    /// The level that a sound's peak is raised to (dBFS), and by how much at most (decibels).
    private static let wanted: Float = -25
    private static let mostGain: Float = 30
    /// Noise is raised to at most this (dBFS).
    private static let loudestNoise: Float = -45
    /// The peak decays at this rate (decibels a window of 32 ms), down to the quietest possible
    /// speech (dBFS).
    private static let forgetting: Float = 0.1
    private static let quietest: Float = -60
    /// Samples kept for a start, a whole number of windows: half a second.
    private static let kept = 16 * SpeechNet.window

    private var net = SpeechNet()
    /// The last samples, oldest written over.
    private var past = [Int16](repeating: 0, count: Self.kept)
    private var total = 0
    /// How many of all samples the net has heard; nil while it does not run.
    private var heard: Int?
    private var window = [Int16](repeating: 0, count: SpeechNet.window)
    /// The recent peak (dBFS).
    private var loudest = Self.quietest

    /// How likely the last window has a voice (0 to 1); 0 while it does not run.
    private(set) var share: Float = 0

    /// Whether it runs.
    var isListening: Bool { heard != nil }

    /// Takes a frame, shorter than a window.
    mutating func keep(_ frame: UnsafeBufferPointer<Int16>) {
        for sample in frame {
            past[total % Self.kept] = sample
            total += 1
        }
    }

    /// Lets the net hear all new samples, at first the half second before; `noise` is the room's
    /// (dBFS).
    mutating func listen(noise: Float) {
        var next: Int
        if let heard {
            next = heard
        } else {
            net.reset()
            loudest = Self.quietest
            next = max(0, total - Self.kept)
        }
        while total - next >= SpeechNet.window {
            for index in 0..<SpeechNet.window { window[index] = past[(next + index) % Self.kept] }
            share = window.withUnsafeBufferPointer {
                let gain = gain(for: LevelMeter.level(of: $0), noise: noise)
                return net.process($0, gain: gain)
            }
            next += SpeechNet.window
        }
        heard = next
    }

    /// The gain for a window of a level (dBFS).
    private mutating func gain(for level: Float, noise: Float) -> Float {
        loudest = max(level, loudest - Self.forgetting, Self.quietest)
        let decibels = min(Self.wanted - loudest, Self.loudestNoise - noise, Self.mostGain)
        return Loudness.gain(decibels: max(0, decibels))
    }

    /// Stops the net until it is asked to listen again.
    mutating func stop() {
        heard = nil
        share = 0
    }
}
