import SignalProcessing
import Testing

/// A user who speaks while others talk in the same room.
@Suite("Crowd")
struct CrowdTests {
    typealias Scenes = SoundScenes

    /// A detector that heard people who talk all the time, and three times a user who is `above`
    /// decibels louder; and when the user began and ended.
    private func party(seed: Int, above: Double) -> (room: Listening, words: [(Double, Double)]) {
        var random = Scenes.Random(seed)
        let level = random.between(-30, -22)
        var sound: [Double] = []
        var words: [(Double, Double)] = []
        for number in 0..<3 {
            sound += Scenes.silence(number == 0 ? 7 : random.between(3, 5))
            let voice = Scenes.voice(
                random.between(1, 2), pitch: random.between(95, 170), seed: seed + number)
            let start = Double(sound.count) / Scenes.rate
            sound += Scenes.level(voice, level)
            words.append((start, Double(sound.count) / Scenes.rate))
        }
        sound += Scenes.silence(3)
        let others = Scenes.babble(Double(sound.count) / Scenes.rate, people: 5, seed: seed)
        var room = Listening()
        room.hear(Scenes.mixed(sound, Scenes.level(others, level - above)))
        return (room, words)
    }

    @Test("most speech 15 dB above a crowd has its own beginning and an end")
    func beginsAndEnds() {
        var beginnings = 0
        var ends = 0
        for seed in 0..<4 {
            let (room, words) = party(seed: seed, above: 15)
            for (start, end) in words {
                let mine = room.began.contains { (start - 0.4...start + 0.3).contains($0) }
                if mine { beginnings += 1 }
                if room.last.contains(where: { (end - 0.4...end + 0.6).contains($0) }) { ends += 1 }
            }
        }
        #expect(beginnings >= 9, "of 12")
        #expect(ends >= 9, "of 12")
    }

    @Test("a beginning does not reach back into samples already given")
    func givesNothingTwice() {
        for seed in 0..<4 {
            let (room, _) = party(seed: 50 + seed, above: Double(5 * seed + 5))
            #expect(!room.began.isEmpty)
            for (end, next) in zip(room.last, room.began.dropFirst()) {
                #expect(next > end - 0.01, "\(seed)")
            }
        }
    }
}
