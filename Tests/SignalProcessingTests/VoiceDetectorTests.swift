import Testing

@testable import SignalProcessing

@Suite("Speech is a voice, and in a quiet room anything that may be one")
struct VoiceDetectorTests {
    typealias Scenes = SoundScenes

    @Test("a voice in a quiet room is reported soon, from its first syllable, and so is its end")
    func voiceInQuiet() throws {
        for seed in 0..<3 {
            var room = Listening()
            room.hear(Scenes.silence(1))
            let pitch = 100 + 12 * Double(seed)
            room.hear(Scenes.level(Scenes.voice(2, pitch: pitch, seed: seed), -30))
            room.hear(Scenes.silence(2))
            #expect(room.told.count == 1)
            #expect((0.9...1.1).contains(try #require(room.began.first)))
            #expect(try #require(room.told.first) < 2)
            #expect((3...4).contains(try #require(room.ended.first)))
        }
    }

    @Test("falling objects and closing doors are no speech, however often")
    func bangs() {
        var room = Listening()
        for seed in 0..<8 {
            room.hear(Scenes.silence(1.5))
            room.hear(Scenes.bang(seed: seed).map { 0.3 * $0 })
        }
        #expect(room.told.isEmpty)
    }

    @Test("music is speech once at most, and not for long", arguments: 0..<2)
    func music(seed: Int) {
        var room = Listening()
        room.hear(Scenes.silence(1))
        room.hear(Scenes.level(Scenes.song(bars: 12, seed: seed), -30))
        #expect(room.told.count <= 1)
        #expect(room.open < 3.5)
        #expect(!room.isSpeech)
    }

    @Test("after music a voice in the quiet room is heard again")
    func afterMusic() {
        var room = Listening()
        room.hear(Scenes.level(Scenes.song(bars: 10, seed: 1), -25))
        room.hear(Scenes.silence(3))
        let before = room.told.count
        room.hear(Scenes.level(Scenes.voice(2, pitch: 150, seed: 1), -40))
        #expect(room.told.count == before + 1)
    }

    @Test("voices 10 dB above music or noise are heard, whole but for the pre-roll, and end")
    func propertyOfMixes() throws {
        for seed in 0..<6 {
            var random = Scenes.Random(seed)
            let level = random.between(-36, -20)
            let song = Scenes.song(bars: 9, seed: seed)
            var noise = Scenes.Random(seed + 100)
            let around =
                seed % 3 == 0 ? song.map { _ in noise.noise() } : Array(song.dropFirst(seed * 100))
            let background = Scenes.level(around, level - random.between(10, 20))
            let voice = Scenes.level(
                Scenes.voice(2, pitch: random.between(95, 170), seed: seed), level)
            var room = Listening()
            // A sound that is there from the start is heard for six seconds before, and after.
            let start = 6.0
            room.hear(Scenes.mixed(Scenes.silence(start) + voice, background))
            let mine = zip(room.began, room.told).filter { $0.1 > start && $0.0 < start + 2 }
            let began = try #require(mine.first, "\(seed)").0
            #expect((start - 0.6...start + 0.3).contains(began), "\(seed)")
            let ended = try #require(room.ended.first { $0 > start + 1 }, "\(seed)")
            #expect((start + 1.7...start + 4).contains(ended), "\(seed)")
        }
    }

    @Test("over the loudspeaker a voice is reported at once, because it must interrupt it")
    func overLoudspeaker() {
        for (echo, latest) in [(LevelMeter.floor, 1.1), (Float(-50), 1.14)] {
            var room = Listening()
            room.hear(Scenes.silence(1), echo: echo)
            room.hear(
                Scenes.level(Scenes.voice(0.6, pitch: 150, seed: 1), -25), echo: echo)
            #expect(room.told.count == 1)
            #expect((room.told.first ?? 9) <= latest + 0.06)
        }
    }

    @Test("speech undecided at the loudspeaker's end is neither lost nor reported twice")
    func loudspeakerEnds() {
        var room = Listening()
        room.hear(Scenes.silence(1))
        let voice = Scenes.level(Scenes.voice(1.2, pitch: 150, seed: 1), -25)
        for start in stride(from: 0, to: voice.count, by: 1600) {
            // The loudspeaker comes and goes, as between two sentences of a reply.
            let echo: Float? = start / 1600 % 2 == 0 ? nil : LevelMeter.floor
            room.hear(Array(voice[start..<(start + 1600)]), echo: echo)
        }
        room.hear(Scenes.silence(2))
        #expect(room.told.count == 1)
        #expect((0.9...1.1).contains(room.began.first ?? 0))
        #expect(room.ended.count == 1)
    }

    @Test("a loudspeaker that may not be interrupted does not start speech in music either")
    func loudspeakerShut() {
        for seed in 0..<6 {
            var room = Listening()
            let song = Scenes.level(Scenes.song(bars: 5, seed: seed), -35)
            room.hear(Array(song.prefix(16_000 * 7 + seed * 900)))
            let before = room.told.count
            // Full scale: nothing is louder than the loudspeaker's possible residue.
            let voice = Scenes.level(Scenes.voice(2, pitch: 150, seed: seed), -25)
            room.hear(Scenes.mixed(voice, Array(song.prefix(voice.count))), echo: 0)
            #expect(room.told.count == before, "\(seed)")
        }
    }
}
