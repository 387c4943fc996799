import Simulation

/// Sounds for tests: loud, and never repeating, so that a position in them is unambiguous.
enum Noise {
    static func samples(_ count: Int, seed: UInt32) -> [Int16] {
        var state = seed
        return (0..<count).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return Int16(truncatingIfNeeded: state >> 16) / 2 | 1
        }
    }
}

extension Scenario {
    /// One answer without words, whose sound is given; mono, 24 kHz.
    static func saying(_ voices: [Int16]...) -> Scenario {
        Scenario(turns: voices.map { Turn(heard: "words", says: "sounds", voice: $0) })
    }
}

extension [Int16] {
    /// The position of the first of several utterances, when all of them are in this sound, whole
    /// and in order, with only silence before, between and after them.
    func start(of utterances: [[Int16]]) -> Int? {
        var end = 0
        var start: Int?
        for utterance in utterances {
            guard let sound = self[end...].firstIndex(where: { $0 != 0 }),
                self[sound...].starts(with: utterance)
            else { return nil }
            start = start ?? sound
            end = sound + utterance.count
        }
        return self[end...].allSatisfy { $0 == 0 } ? start : nil
    }

    /// Without silence: on a busy machine, a speaker plays some in between.
    var sounds: [Int16] { filter { $0 != 0 } }
}
