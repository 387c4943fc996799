import AudioCore
import Linux
import Testing

@testable import AudioPath

/// Music on a device of its own.
@Suite(.timeLimit(.minutes(5)))
struct MusicOutputTests {
    /// An engine whose loudspeaker and music output write files, and what was written.
    private struct Rig {
        let folder: AudioEngineTests.Folder
        var settings = AudioSettings()

        init() throws {
            folder = try AudioEngineTests.Folder()
            settings.capture.device = .null
            settings.playback.device = .wav(folder.file("speech.wav"))
            settings.music = .music(.wav(folder.file("music.wav")), rate: 24_000)
            settings.realTimePriority = nil
        }

        /// The contents of a file, up to its last sample that is not silent.
        func played(_ name: String) throws -> [Int16] {
            var samples = try WAVFile(reading: folder.file(name)).samples[...]
            while samples.last == 0 { samples.removeLast() }
            return Array(samples)
        }

        static func wait(_ engine: AudioEngine, until isDone: () -> Bool) {
            while !isDone() {
                _ = engine.speaker.events.wait(timeoutMilliseconds: 20)
            }
        }

        /// Plays both to their ends.
        static func play(_ engine: AudioEngine, speech: [Int16], music: [Int16]) {
            engine.speaker.play(music, on: .music)
            engine.speaker.enqueue(speech)
            engine.speaker.endOfTurn()
            wait(engine) {
                engine.speaker.snapshot().drainedCount > 0 && !engine.speaker.isPlaying(.music)
            }
        }
    }

    @Test("each is heard from its own device bit for bit, even when longer than the ring")
    func apart() throws {
        let rig = try Rig()
        let engine = try AudioEngine(rig.settings) { _ in }
        try engine.start()
        let music = AudioEngineTests.pattern(80_000, seed: 3)
        let speech = AudioEngineTests.pattern(9000, seed: 4)
        Rig.play(engine, speech: speech, music: music)
        #expect(engine.status().music?.grant != nil)
        engine.stop()
        #expect(try rig.played("speech.wav") == speech)
        // The last block may still be on its way when everything was accepted.
        let heard = try rig.played("music.wav")
        #expect(heard.count > music.count - 1000)
        #expect(Array(music.prefix(heard.count)) == heard)
    }

    @Test("music is ducked while the user talks, and follows the volume")
    func loudness() throws {
        var rig = try Rig()
        rig.settings.duckDecibels = -20
        let engine = try AudioEngine(rig.settings) { _ in }
        engine.speaker.duck(.listening)
        // As if the loudspeaker's card did the rest.
        engine.speaker.setGain(1, elsewhere: 0.5)
        try engine.start()
        let tone = [Int16](repeating: 10_000, count: 6000)
        Rig.play(engine, speech: tone, music: tone)
        engine.stop()
        #expect(try rig.played("speech.wav").max() == 10_000)
        #expect(try rig.played("music.wav").max() == 500)
    }

    @Test("an interruption silences the answer and not the music")
    func interruption() throws {
        let rig = try Rig()
        let engine = try AudioEngine(rig.settings) { _ in }
        try engine.start()
        let music = AudioEngineTests.pattern(24_000, seed: 5)
        engine.speaker.play(music, on: .music)
        engine.speaker.enqueue(AudioEngineTests.pattern(200_000, seed: 6))
        Rig.wait(engine) { engine.speaker.snapshot().startedCount > 0 }
        engine.speaker.flush()
        Rig.wait(engine) {
            engine.speaker.snapshot().silentCount > 0 && !engine.speaker.isPlaying(.music)
        }
        engine.stop()
        let heard = try rig.played("music.wav")
        #expect(heard.count > music.count - 1000)
        #expect(Array(music.prefix(heard.count)) == heard)
    }

    @Test("a missing music device is reported, and neither output delays the other")
    func missing() throws {
        var rig = try Rig()
        rig.settings.music = .music(.wav(rig.folder.file("nowhere/music.wav")))
        let engine = try AudioEngine(rig.settings) { _ in }
        try engine.start()
        let speech = AudioEngineTests.pattern(4000, seed: 8)
        Rig.play(engine, speech: speech, music: AudioEngineTests.pattern(4000, seed: 9))
        Rig.wait(engine) { engine.status().music?.trouble != nil }
        #expect(engine.status().music?.trouble?.contains("nowhere") == true)
        #expect(engine.status().playback.trouble == nil)
        engine.stop()
        #expect(try rig.played("speech.wav") == speech)
    }

    @Test("the loudspeaker's own name means the loudspeaker, which is opened once")
    func same() throws {
        var rig = try Rig()
        rig.settings.music = rig.settings.playback
        let engine = try AudioEngine(rig.settings) { _ in }
        try engine.start()
        let tone = [Int16](repeating: 1000, count: 6000)
        Rig.play(engine, speech: tone, music: tone)
        #expect(engine.status().music == nil)
        engine.stop()
        #expect(try rig.played("speech.wav").max() == 2000)
    }
}
