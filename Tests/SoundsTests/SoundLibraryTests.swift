import Sounds
import Testing

struct SoundLibraryTests {
    static let rates: [Int32] = [16_000, 24_000, 48_000]

    /// Whether a stored sound is words, not a short signal.
    static func isSpoken(_ sound: StoredSound) -> Bool {
        switch sound {
        case .listening, .done, .error, .muted, .timer, .alarm: false
        case .offline, .noMicrophone, .refused, .noKey, .noNetwork, .settings, .budget, .confirm:
            true
        }
    }

    @Test(
        "every sound decodes, has a sensible length, is audible and does not clip", arguments: rates
    )
    func everySound(rate: Int32) throws {
        let library = try SoundLibrary(rate: rate)
        for sound in StoredSound.allCases {
            let samples = library[sound]
            let milliseconds = samples.count * 1000 / Int(rate)
            // A sound that is repeated ends in a pause.
            let isRepeated = sound == .timer || sound == .alarm
            let range =
                Self.isSpoken(sound) ? 400...5000 : isRepeated ? 400...1500 : 60...400
            #expect(range.contains(milliseconds), "\(sound) lasts \(milliseconds) ms")
            let peak = samples.reduce(0) { max($0, abs(Int($1))) }
            #expect((2000...32_000).contains(peak), "\(sound) peaks at \(peak)")
            let square = samples.reduce(0.0) { $0 + Double($1) * Double($1) }
            let level = (square / Double(max(samples.count, 1))).squareRoot()
            // -36 dBFS: a softer sound would not be heard beside a fan.
            #expect(level > 500, "\(sound) has a level of \(level)")
        }
    }

    @Test("a sound has the same length at every rate")
    func lengths() throws {
        let libraries = try Self.rates.map { try SoundLibrary(rate: $0) }
        for sound in StoredSound.allCases {
            let seconds = zip(libraries, Self.rates).map {
                Double($0[sound].count) / Double($1)
            }
            #expect((seconds.max() ?? 0) - (seconds.min() ?? 0) < 0.001, "\(sound)")
        }
    }

    @Test("no two sounds are alike")
    func different() throws {
        let library = try SoundLibrary(rate: 16_000)
        #expect(Set(StoredSound.allCases.map { library[$0] }).count == StoredSound.allCases.count)
    }

    @Test("sounds end softly, so that nothing clicks")
    func ends() throws {
        let library = try SoundLibrary(rate: 24_000)
        for sound in StoredSound.allCases {
            let last = library[sound].suffix(24).reduce(0) { max($0, abs(Int($1))) }
            #expect(last < 1500, "\(sound) ends at \(last)")
        }
    }

    @Test("all sounds are equally loud, the owner's too, within 1 dB", arguments: rates)
    func loudness(rate: Int32) throws {
        // A sine of -46 dBFS, as a user may have recorded it.
        let soft = (0..<Int(rate)).map { Int16(230 * sine(Double($0) * 440 / Double(rate))) }
        let library = try SoundLibrary(rate: rate, own: [.done: soft])
        for sound in StoredSound.allCases {
            let ratio = SoundLevel.level(of: library[sound], rate: rate) / SoundLevel.target
            #expect((0.891...1.122).contains(ratio), "\(sound) is \(ratio) times as loud")
        }
    }

    @Test("silence stays silence, and a sound full of peaks does not clip")
    func extremes() {
        #expect(SoundLevel.matched([0, 0, 0], rate: 24_000) == [0, 0, 0])
        var clicks = [Int16](repeating: 10, count: 24_000)
        clicks[12_000] = 3000
        let matched = SoundLevel.matched(clicks, rate: 24_000)
        #expect(matched.allSatisfy { abs(Int($0)) <= 29_204 })
    }

    /// A sine of this many turns, by its series.
    private func sine(_ turns: Double) -> Double {
        let phase = (turns - turns.rounded()) * 2 * Double.pi
        let square = phase * phase
        return phase
            * (1 - square / 6 * (1 - square / 20 * (1 - square / 42 * (1 - square / 72))))
    }

    @Test("a rate that Opus does not have is refused")
    func wrongRate() {
        #expect(throws: (any Error).self) { try SoundLibrary(rate: 44_100) }
    }
}
