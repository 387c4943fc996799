import Glibc
import Testing

@testable import SignalProcessing

@Suite("Music is no speech, and speech over it is")
struct MusicTests {
    static let rate = 16_000.0

    /// A detector that hears sounds, and when it told of which speech (milliseconds).
    struct Room {
        var detector = VoiceDetector(settings: VoiceDetectorSettings(), frameMilliseconds: 20)
        var told: [Int] = []
        var began: [Int] = []
        var ended: [Int] = []
        private var frames = 0
        private var state: UInt32 = 1

        var milliseconds: Int { frames * 20 }

        /// Hears a sound, amplitude 1 being full scale, over the hiss of the room.
        mutating func hear(_ sound: [Double], echo: Float? = nil) {
            for start in stride(from: 0, to: sound.count - 319, by: 320) {
                let frame = sound[start..<(start + 320)].map { sample in
                    state = state &* 1_664_525 &+ 1_013_904_223
                    let hiss = Double(Int32(bitPattern: state)) / Double(Int32.max)
                    return Int16(clamping: Int((32_768 * (sample + 0.0005 * hiss)).rounded()))
                }
                frames += 1
                let event = frame.withUnsafeBufferPointer { detector.process($0, echo: echo) }
                switch event {
                case .began(let ago):
                    told.append(milliseconds)
                    began.append((frames - ago) * 20)
                case .ended(let ago): ended.append((frames - ago) * 20)
                case nil: break
                }
            }
        }
    }

    /// Nothing for a time (milliseconds).
    static func silence(_ milliseconds: Int) -> [Double] {
        [Double](repeating: 0, count: milliseconds * 16)
    }

    /// A voice: overtones of a pitch that rises and falls, in four syllables a second.
    static func voice(_ milliseconds: Int, level: Double) -> [Double] {
        var phase = 0.0
        return (0..<(milliseconds * 16)).map { index in
            let time = Double(index) / rate
            phase += 2 * .pi * 150 * (1 + 0.25 * sin(2 * .pi * 2.3 * time)) / rate
            let syllable = 0.1 + 0.9 * pow(sin(.pi * 4 * time + 0.6), 2)
            return level * syllable * (1...20).reduce(0) { $0 + sin(Double($1) * phase) / 4 }
        }
    }

    /// Notes (Hz) that begin together and die away slowly.
    static func chord(_ notes: [Double], _ milliseconds: Int, level: Double) -> [Double] {
        (0..<(milliseconds * 16)).map { index in
            let time = Double(index) / rate
            let sum = notes.reduce(0.0) { sum, note in
                (1...8).reduce(sum) { $0 + sin(2 * .pi * note * Double($1) * time) / Double($1) }
            }
            return level * min(1, time / 0.01) * exp(-time / 2) * sum / 2
        }
    }

    /// Chords of 1.6 s, over each four notes of a melody, with a drum: twelve seconds.
    static let song: [Double] = {
        var state: UInt32 = 7
        var song: [Double] = []
        let melody = [523.3, 659.3, 784, 587.3, 698.5, 440, 493.9, 659.3]
        for bar in 0..<8 {
            let root = [130.8, 174.6, 196, 110][bar % 4]
            var sound = chord([root, root * 1.26, root * 1.5], 1600, level: 0.02)
            for beat in 0..<4 {
                let note = chord([melody[(bar * 3 + beat) % 8]], 400, level: 0.02)
                for (index, sample) in note.enumerated() {
                    state = state &* 1_664_525 &+ 1_013_904_223
                    let noise = Double(Int32(bitPattern: state)) / Double(Int32.max)
                    sound[beat * 6400 + index] += sample + 0.03 * noise * exp(-Double(index) / 400)
                }
            }
            song += sound
        }
        return song
    }()

    static func mixed(_ voice: [Double], over music: ArraySlice<Double>) -> [Double] {
        zip(voice, music).map { $0 + $1 }
    }

    static func power(_ sound: some Collection<Double>) -> Double {
        sound.reduce(0) { $0 + $1 * $1 } / Double(sound.count)
    }

    @Test(
        "a chord that is held for five seconds is not speech, however loud", arguments: [1.0, 10])
    func heldChord(loudness: Double) {
        var room = Room()
        room.hear(Self.silence(1000))
        room.hear(Self.chord([196, 246.9, 293.7], 5000, level: 0.02 * loudness))
        room.hear(Self.silence(1000))
        #expect(room.told.isEmpty)
    }

    @Test("a beep now and then is not speech")
    func beeps() {
        var room = Room()
        for _ in 0..<8 {
            room.hear(Self.silence(700))
            room.hear(Self.chord([1000], 500, level: 0.1))
        }
        #expect(room.told.isEmpty)
    }

    @Test("a voice that glides is speech from its first syllable, told in a third of a second")
    func glide() {
        var room = Room()
        room.hear(Self.silence(1000))
        room.hear(Self.voice(1500, level: 0.05))
        room.hear(Self.silence(1000))
        #expect(room.told.count == 1)
        #expect((1000...1040).contains(room.began.first ?? 0))
        #expect((room.told.first ?? 0) <= 1320)
        #expect((2440...2520).contains(room.ended.first ?? 0))
    }

    @Test("a song opens once at most, when it begins")
    func song() {
        var room = Room()
        room.hear(Self.silence(1000))
        for _ in 0..<3 { room.hear(Self.song) }
        #expect(room.told.count <= 1)
        #expect(room.told.allSatisfy { $0 < 3000 })
        #expect(!room.detector.isSpeech)
    }

    @Test("a voice 6 dB louder than the song is heard, and ends while the song goes on")
    func voiceOverSong() throws {
        var room = Room()
        room.hear(Self.song[...])
        let before = room.told.count
        let voice = Self.voice(2000, level: 0.05)
        let music = Self.song[0..<voice.count]
        let gain = 2 * (Self.power(music) / Self.power(voice)).squareRoot()
        let start = room.milliseconds
        room.hear(Self.mixed(voice.map { gain * $0 }, over: music))
        room.hear(Self.song[voice.count...])
        #expect(room.told.count == before + 1)
        #expect((start - 60...start + 300).contains(room.began.last ?? 0))
        #expect((room.told.last ?? 0) < start + 700)
        #expect((start + 1700...start + 3000).contains(try #require(room.ended.last)))
    }

    @Test("when the song is over a voice as quiet as before is heard again")
    func afterSong() {
        var room = Room()
        room.hear(Self.song.map { 4 * $0 })
        room.hear(Self.silence(2500))
        let before = room.told.count
        room.hear(Self.voice(800, level: 0.008))
        #expect(room.told.count == before + 1)
    }

    @Test("over the loudspeaker a voice is told at once, as it has to interrupt it")
    func overLoudspeaker() {
        for (echo, latest) in [(LevelMeter.floor, 1100), (Float(-50), 1140)] {
            var room = Room()
            room.hear(Self.silence(1000), echo: echo)
            room.hear(Self.voice(600, level: 0.05), echo: echo)
            #expect(room.told.count == 1)
            #expect((room.told.first ?? 0) <= latest)
        }
    }

    @Test("what the loudspeaker's end finds unjudged is neither lost nor told twice")
    func loudspeakerEnds() {
        var room = Room()
        room.hear(Self.silence(1000))
        let voice = Self.voice(1200, level: 0.05)
        for start in stride(from: 0, to: voice.count, by: 1600) {
            // The loudspeaker comes and goes, as between two sentences of a reply.
            let echo: Float? = start / 1600 % 2 == 0 ? nil : LevelMeter.floor
            room.hear(Array(voice[start..<(start + 1600)]), echo: echo)
        }
        room.hear(Self.silence(1000))
        #expect(room.told.count == 1)
        #expect((1000...1040).contains(room.began.first ?? 0))
        #expect(room.ended.count == 1)
    }
}

private extension MusicTests.Room {
    mutating func hear(_ sound: ArraySlice<Double>) { hear(Array(sound)) }
}
