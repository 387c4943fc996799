/// The noise of a room in each band: its lowest level in the last second and a half.
///
/// Words have gaps and noise has none, so constant sound is noise, however it began. The floor
/// therefore falls at once with the room and rises as soon as a new noise has outlasted the memory.
/// A value owned by one thread; `follow` allocates nothing.
struct NoiseFloor {
    /// The memory has `parts` parts of `partMilliseconds` each; a new noise is learned within the
    /// sum, less than the two seconds that are promised.
    private static let parts = 8
    private static let partMilliseconds = 200
    /// The weight of the previous level in the smoothed one.
    private static let smoothing: Float = 0.7
    /// The quietest of many frames lies below their mean (decibels).
    private static let bias: Float = 3.5

    /// The noise in each band (dBFS).
    private(set) var levels: [Float]
    private var smoothed: [Float]
    /// The lowest level of each band in each part; the oldest part is overwritten.
    private var minima: [Float]
    private let lowest: [Float]
    private var part = 0
    private var framesInPart = 0
    private let partFrames: Int
    private let bands: Int

    /// A floor that never falls below `lowest` (dBFS).
    init(lowest: [Float], frameMilliseconds: Int) {
        bands = lowest.count
        levels = lowest
        smoothed = lowest
        self.lowest = lowest
        minima = [Float](repeating: .infinity, count: Self.parts * lowest.count)
        partFrames = max(1, Self.partMilliseconds / frameMilliseconds)
    }

    /// Takes the levels of the next frame; returns whether a part of the memory was dropped, after
    /// which the floor may rise.
    mutating func follow(_ frame: [Float]) -> Bool {
        // The first sound is taken for the room's noise, until the room is quieter.
        if minima[0] == .infinity, part == 0 { smoothed = frame }
        framesInPart += 1
        let isNew = framesInPart > partFrames
        if isNew {
            framesInPart = 1
            part = (part + 1) % Self.parts
        }
        for band in 0..<bands {
            smoothed[band] = Self.smoothing * smoothed[band] + (1 - Self.smoothing) * frame[band]
            let index = part * bands + band
            minima[index] = isNew ? smoothed[band] : min(minima[index], smoothed[band])
            var quietest = minima[band]
            for other in 1..<Self.parts { quietest = min(quietest, minima[other * bands + band]) }
            levels[band] = max(lowest[band], quietest + Self.bias)
        }
        return isNew
    }
}
