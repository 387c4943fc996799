import Sounds
import Testing

struct SoundLibraryTests {
    static let rates: [Int32] = [16_000, 24_000, 48_000]

    /// What a stored sound is: a short signal, or words.
    static func isSpoken(_ sound: StoredSound) -> Bool {
        switch sound {
        case .listening, .done, .error, .muted: false
        case .offline, .noMicrophone, .refused: true
        }
    }

    @Test("every sound decodes, has a sane length, is heard and does not clip", arguments: rates)
    func everySound(rate: Int32) throws {
        let library = try SoundLibrary(rate: rate)
        for sound in StoredSound.allCases {
            let samples = library[sound]
            let milliseconds = samples.count * 1000 / Int(rate)
            let range = Self.isSpoken(sound) ? 400...5000 : 60...400
            #expect(range.contains(milliseconds), "\(sound) lasts \(milliseconds) ms")
            let peak = samples.reduce(0) { max($0, abs(Int($1))) }
            #expect((2000...32_000).contains(peak), "\(sound) peaks at \(peak)")
            let square = samples.reduce(0.0) { $0 + Double($1) * Double($1) }
            let level = (square / Double(max(samples.count, 1))).squareRoot()
            // -36 dBFS: softer would not be heard beside a fan.
            #expect(level > 500, "\(sound) has a level of \(level)")
        }
    }

    @Test("a sound lasts as long at every rate")
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

    @Test("a rate that Opus does not have is refused")
    func wrongRate() {
        #expect(throws: (any Error).self) { try SoundLibrary(rate: 44_100) }
    }
}
