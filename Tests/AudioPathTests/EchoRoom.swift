import AudioCore
import Glibc
import SignalProcessing

@testable import AudioPath

/// A loudspeaker and a microphone in a room, with clocks of their own; all of it is computed, so
/// that every run is the same.
struct EchoRoom {
    /// A voice that can be computed for any time: tones that come and go like syllables, repeating
    /// after 14 seconds.
    struct Voice {
        private static let rate = 48_000.0
        private static let seconds = 14.0
        private let table: [Float]

        init(seed: UInt32, syllables: Double, amplitude: Double) {
            var state = seed
            func random() -> Double {
                state = state &* 1_664_525 &+ 1_013_904_223
                return Double(state >> 8) / Double(1 << 24)
            }
            let tones = (0..<40).map { index in
                let frequency = 150 * pow(20, (Double(index) + random()) / 40)
                return (2 * .pi * frequency, 2 * .pi * random(), pow(frequency / 150, -0.5))
            }
            let power = tones.reduce(0) { $0 + $1.2 * $1.2 / 2 }.squareRoot()
            table = (0..<Int(Self.seconds * Self.rate)).map { index in
                let time = Double(index) / Self.rate
                // Syllables, and a breath every two seconds.
                let swell = sin(.pi * syllables * time)
                guard fmod(time, 2) < 1.7 else { return 0 }
                var sum = 0.0
                for tone in tones { sum += tone.2 * sin(tone.0 * time + tone.1) }
                return Float(amplitude / power * swell * swell * sum)
            }
        }

        /// The sound at a time (seconds); linear between two entries of the table.
        func sample(at time: Double) -> Double {
            guard time >= 0 else { return 0 }
            let place = (time * Self.rate).truncatingRemainder(dividingBy: Double(table.count))
            let index = Int(place.rounded(.down))
            // Its last word ends earlier.
            guard index + 1 < table.count else { return 0 }
            let part = place - Double(index)
            return Double(table[index]) * (1 - part) + Double(table[index + 1]) * part
        }
    }

    /// The delay of the echo (seconds), by the time at which it is heard.
    var delay: (Double) -> Double = { _ in 0.045 }
    /// By how much the loudspeaker's clock is fast (parts per million).
    var driftPPM = 0.0
    /// When the user speaks (seconds), and how much louder than usual.
    var near: ClosedRange<Double>?
    var nearGain = 1.0
    /// When the loudspeaker speaks.
    var far = 0.0...1e9
    /// Its pauses.
    var pauses: [ClosedRange<Double>] = []
    /// The voices are tones, which the speech network does not take for speech.
    var settings = {
        var settings = AudioSettings()
        settings.voice.isOnlyVoices = false
        return settings
    }()

    private static let farVoice = Voice(seed: 7, syllables: 3.1, amplitude: 4000)
    private static let nearVoice = Voice(seed: 99, syllables: 3.7, amplitude: 1500)
    /// Reflections: delay (seconds) and share.
    private static let ways = [
        (0.0, 0.3), (0.0021, -0.11), (0.0053, 0.08), (0.0117, 0.05), (0.0209, -0.04), (0.034, 0.02),
    ]

    /// The results, frame by frame.
    struct Result {
        /// Mean squares of each output frame, and of the same frame of the microphone.
        var left: [Double] = []
        var heard: [Double] = []
        /// Frames at which a beginning of speech was reported.
        var began: [Int] = []
        var status = EchoStatus()

        /// By how much a stretch of time (seconds) became quieter (decibels).
        func reduction(_ time: Range<Double>) -> Double {
            let frames = Int(time.lowerBound * 50)..<Int(time.upperBound * 50)
            return 10 * log10(heard[frames].reduce(0, +) / left[frames].reduce(1e-3, +))
        }
    }

    /// With SpeexDSP's canceller, as another may not be installed.
    init() {
        settings.echo.mode = .cancel
        settings.echo.canceller = .speex
    }

    /// Lets some seconds pass.
    func run(seconds: Double) -> Result {
        guard let stages = MicrophoneStages.make(settings) else {
            preconditionFailure("no stage was asked for")
        }
        let ring = EchoReference()
        var detector = VoiceDetector(settings: settings.voice, frameMilliseconds: 20)
        var result = Result()
        var noise: UInt32 = 1
        let count = AudioSettings.frameSamples
        for index in 0..<Int(seconds * 50) {
            // The card gets its periods 80 ms ahead, and reports the time by the common clock.
            let ahead = index * count + 4 * count
            play(ring, period: ahead / count)
            stages.take(from: ring) { $0 * 16_000 / 1_000_000_000 }
            var frame = (0..<count).map { offset -> Int16 in
                noise = noise &* 1_664_525 &+ 1_013_904_223
                let hiss = Double(noise >> 16) / 65_536 - 0.5
                let value = hear(at: Double(index * count + offset) / 16_000)
                return Int16(clamping: Int((value + 20 * hiss).rounded()))
            }
            result.heard.append(power(frame))
            let echo = frame.withUnsafeMutableBufferPointer { frame in
                frame.baseAddress.flatMap { stages.process($0, at: Int64(index * count)) }
            }
            result.left.append(power(frame))
            let event = frame.withUnsafeBufferPointer { detector.process($0, echo: echo) }
            if case .began = event { result.began.append(index) }
        }
        result.status = stages.status
        return result
    }

    /// Writes a period of 20 ms at 24 kHz, if the loudspeaker plays then.
    private func play(_ ring: EchoReference, period: Int) {
        let start = Double(period) / 50
        guard speaks(at: start) else { return }
        let samples = (0..<480).map { offset in
            // Its clock: the card consumes samples at the rate of its own quartz.
            let time = (start + Double(offset) / 24_000)
            return Int16(Self.farVoice.sample(at: time).rounded())
        }
        ring.wrote(
            samples, channels: 1, frames: 480, rate: 24_000,
            heardAt: Int64(start * 1e9))
    }

    private func hear(at time: Double) -> Double {
        var sum = 0.0
        let stretched = time * (1 + driftPPM * 1e-6) - delay(time)
        if speaks(at: stretched) {
            for (later, share) in Self.ways {
                sum += share * Self.farVoice.sample(at: stretched - later)
            }
        }
        if let near, near.contains(time) { sum += nearGain * Self.nearVoice.sample(at: time) }
        return sum
    }

    private func speaks(at time: Double) -> Bool {
        far.contains(time) && !pauses.contains { $0.contains(time) }
    }

    private func power(_ frame: [Int16]) -> Double {
        frame.reduce(0) { $0 + Double($1) * Double($1) } / Double(frame.count)
    }
}
