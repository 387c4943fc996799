/// The net, running only while somebody asks, and then as if it had heard the half second before.
///
/// A value owned by one thread; `keep` and `listen` allocate nothing.
struct SpeechListener {
    /// Samples kept for a start, a whole number of windows: half a second.
    private static let kept = 16 * SpeechNet.window

    private var net = SpeechNet()
    /// The last samples, oldest written over.
    private var past = [Int16](repeating: 0, count: Self.kept)
    private var total = 0
    /// Samples that the net has heard, of all; nil while it does not run.
    private var heard: Int?
    private var window = [Int16](repeating: 0, count: SpeechNet.window)

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

    /// Hears what it has not heard yet, at first the half second before.
    mutating func listen() {
        var next: Int
        if let heard {
            next = heard
        } else {
            net.reset()
            next = max(0, total - Self.kept)
        }
        while total - next >= SpeechNet.window {
            for index in 0..<SpeechNet.window { window[index] = past[(next + index) % Self.kept] }
            share = window.withUnsafeBufferPointer { net.process($0) }
            next += SpeechNet.window
        }
        heard = next
    }

    /// Stops, until it is asked again.
    mutating func stop() {
        heard = nil
        share = 0
    }
}
