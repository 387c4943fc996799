import Glibc

@testable import SignalProcessing

/// Sounds for the detector, made from seeds; amplitude 1 is full scale, the rate 16 kHz.
enum SoundScenes {
    static let rate = 16_000.0

    /// Repeatable numbers from a seed.
    struct Random {
        private var state: UInt32

        init(_ seed: Int) { state = UInt32(truncatingIfNeeded: seed &* 2_654_435_761 &+ 12_345) }

        mutating func unit() -> Double {
            state = state &* 1_664_525 &+ 1_013_904_223
            return Double(state >> 8) / Double(1 << 24)
        }

        mutating func noise() -> Double { 2 * unit() - 1 }

        mutating func between(_ low: Double, _ high: Double) -> Double {
            low + (high - low) * unit()
        }
    }

    static func silence(_ seconds: Double) -> [Double] {
        [Double](repeating: 0, count: Int(seconds * rate))
    }

    /// The mean power.
    static func power(_ sound: some Collection<Double>) -> Double {
        sound.reduce(0) { $0 + $1 * $1 } / Double(max(1, sound.count))
    }

    /// The sound at a level (dBFS, mean power).
    static func level(_ sound: [Double], _ decibels: Double) -> [Double] {
        let gain = pow(10, decibels / 20) / max(1e-9, power(sound).squareRoot())
        return sound.map { gain * $0 }
    }

    /// A speaker of vowels in syllables, four a second, at a rising and falling pitch.
    static func voice(_ seconds: Double, pitch: Double, seed: Int) -> [Double] {
        var random = Random(seed)
        var phase = 0.0
        let turn = random.between(1.3, 2.1)
        let first = Int(random.between(0, 4))
        return (0..<Int(seconds * rate)).map { index in
            let time = Double(index) / rate
            let now = pitch * (1 + 0.25 * sin(2 * .pi * turn * time))
            phase += 2 * .pi * now / rate
            let syllable = sin(.pi * 4 * time) * sin(.pi * 4 * time)
            let vowel = SpeechNetTests.vowels[(first + Int(time * 4)) % 4]
            var value = 0.0
            for partial in 1..<26 where Double(partial) * now < 7000 {
                let near = vowel.reduce(0.0) { sum, formant in
                    let away = (Double(partial) * pitch - formant) / 90
                    return sum + 1 / (1 + away * away)
                }
                value += near * sin(Double(partial) * phase)
            }
            return syllable * value
        }
    }

    /// A falling object: noise that decays within a tenth of a second.
    static func bang(seed: Int) -> [Double] {
        var random = Random(seed)
        let decay = random.between(0.01, 0.05)
        return (0..<Int(0.3 * rate)).map { random.noise() * exp(-Double($0) / rate / decay) }
    }

    /// Notes (Hz) that begin together and decay slowly.
    private static func chord(_ notes: [Double], _ seconds: Double) -> [Double] {
        (0..<Int(seconds * rate)).map { index in
            let time = Double(index) / rate
            let sum = notes.reduce(0.0) { sum, note in
                (1...8).reduce(sum) { $0 + sin(2 * .pi * note * Double($1) * time) / Double($1) }
            }
            return min(1, time / 0.01) * exp(-time / 2) * sum
        }
    }

    /// Chords, over each four notes of a melody, with a drum: bars of 1.6 s.
    static func song(bars: Int, seed: Int) -> [Double] {
        var random = Random(seed)
        var song: [Double] = []
        let melody = [523.3, 659.3, 784, 587.3, 698.5, 440, 493.9, 659.3]
        for _ in 0..<bars {
            let root = [130.8, 174.6, 196, 110][Int(random.between(0, 4))]
            var sound = chord([root, root * 1.26, root * 1.5], 1.6)
            for beat in 0..<4 {
                let note = chord([melody[Int(random.between(0, 8))]], 0.4)
                for (index, sample) in note.enumerated() {
                    let drum = 2 * random.noise() * exp(-Double(index) / 400)
                    sound[beat * 6400 + index] += sample + drum
                }
            }
            song += sound
        }
        return song
    }

    /// Several people who speak at the same time without a pause, and repeat themselves.
    static func babble(_ seconds: Double, people: Int, seed: Int) -> [Double] {
        var random = Random(seed)
        var sum = silence(seconds)
        for person in 0..<people {
            let pitch = random.between(95, 220)
            let voice = voice(random.between(1.5, 2.5), pitch: pitch, seed: 10 * seed + person)
            for index in sum.indices { sum[index] += voice[index % voice.count] }
        }
        return sum
    }

    static func mixed(_ one: [Double], _ other: [Double]) -> [Double] {
        let (long, rest) = one.count > other.count ? (one, other) : (other, one)
        var sum = long
        for index in rest.indices { sum[index] += rest[index] }
        return sum
    }
}

/// A detector that hears sounds over the hiss of a room, and its reports (seconds).
struct Listening {
    private var detector = VoiceDetector(
        settings: VoiceDetectorSettings(), frameMilliseconds: 20)
    private var random = SoundScenes.Random(1)
    private var frames = 0
    /// When it reported each beginning, and (next array) when that was.
    private(set) var told: [Double] = []
    private(set) var began: [Double] = []
    /// When it reported each end, and (next array) when that was.
    private(set) var ended: [Double] = []
    private(set) var last: [Double] = []
    /// How long it reported speech in total (seconds).
    private(set) var open = 0.0

    var isSpeech: Bool { detector.isSpeech }
    var seconds: Double { Double(frames) / 50 }

    mutating func hear(_ sound: [Double], echo: Float? = nil) {
        for start in stride(from: 0, to: sound.count - 319, by: 320) {
            let frame = sound[start..<(start + 320)].map { sample in
                let value = 32_768 * (sample + 0.0005 * random.noise())
                return Int16(clamping: Int(value.rounded()))
            }
            frames += 1
            let event = frame.withUnsafeBufferPointer { detector.process($0, echo: echo) }
            switch event {
            case .began(let ago):
                told.append(seconds)
                began.append(seconds - Double(ago) / 50)
            case .ended(let ago):
                ended.append(seconds)
                last.append(seconds - Double(ago) / 50)
            case nil: break
            }
            if detector.isSpeech { open += 0.02 }
        }
    }
}
