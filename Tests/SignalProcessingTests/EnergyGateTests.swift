import Testing

@testable import SignalProcessing

@Suite("Speech above the noise")
struct EnergyGateTests {
    static let frameSamples = 320
    static let frameMilliseconds = 20

    /// A gate that hears noise of chosen levels, and its events by frame.
    struct Room {
        var gate: EnergyGate
        var events: [(frame: Int, event: EnergyGate.Event)] = []
        var frames = 0
        private var state: UInt32 = 1

        init(_ change: (inout VoiceDetectorSettings) -> Void = { _ in }) {
            var settings = VoiceDetectorSettings()
            change(&settings)
            gate = EnergyGate(settings: settings, frameMilliseconds: frameMilliseconds)
        }

        /// White noise at a level (dBFS) for a time.
        mutating func hear(level: Float, milliseconds: Int) {
            // Uniform noise has an RMS of its peak over the square root of three.
            let peak = 32768 * power(level) * 1.732_05
            for _ in 0..<(milliseconds / frameMilliseconds) {
                let frame = (0..<frameSamples).map { _ in
                    state = state &* 1_664_525 &+ 1_013_904_223
                    let unit = Float(Int32(bitPattern: state)) / Float(Int32.max)
                    return Int16(clamping: Int32((unit * peak).rounded()))
                }
                if let event = frame.withUnsafeBufferPointer({ gate.process($0) }) {
                    events.append((frames, event))
                }
                frames += 1
            }
        }

        /// Ten to the power of a twentieth of a level, without the C library.
        private func power(_ level: Float) -> Float {
            var result: Float = 1
            var left = -level
            while left >= 20 {
                result /= 10
                left -= 20
            }
            // 10^(-1/20), in tenths of a decibel.
            for _ in 0..<Int((left * 10).rounded()) { result *= 0.988_553_1 }
            return result
        }

        var began: [Int] {
            events.compactMap { if case .began = $0.event { $0.frame } else { nil } }
        }
        var ended: [Int] {
            events.compactMap { if case .ended = $0.event { $0.frame } else { nil } }
        }
    }

    @Test("speech begins with its first loud frame, reported when the onset is long enough")
    func onset() {
        var room = Room()
        room.hear(level: -60, milliseconds: 1000)
        #expect(room.events.isEmpty)
        room.hear(level: -30, milliseconds: 400)
        #expect(room.events.count == 1)
        // 60 ms are three frames; the last of them, number 52, reports that it began with number
        // 50.
        #expect(room.events.first?.frame == 52)
        #expect(room.events.first?.event == .began(framesAgo: 3))
        #expect(room.gate.isOpen)
        #expect(abs(room.gate.level + 30) < 1)
    }

    @Test("a sound shorter than the onset is no speech")
    func click() {
        var room = Room()
        for _ in 0..<20 {
            room.hear(level: -60, milliseconds: 300)
            room.hear(level: -20, milliseconds: 40)
        }
        #expect(room.events.isEmpty)
    }

    @Test("a short gap does not restart the onset")
    func gapInOnset() {
        var room = Room()
        room.hear(level: -60, milliseconds: 200)
        room.hear(level: -30, milliseconds: 20)
        room.hear(level: -60, milliseconds: 40)
        room.hear(level: -30, milliseconds: 40)
        #expect(room.events.count == 1)
        #expect(room.events.first?.event == .began(framesAgo: 5))
    }

    @Test("speech ends when the hangover has passed, and the end is where the sound ended")
    func hangover() {
        var room = Room { $0.hangoverMilliseconds = 700 }
        room.hear(level: -60, milliseconds: 500)
        room.hear(level: -30, milliseconds: 500)
        room.hear(level: -60, milliseconds: 680)
        #expect(room.ended.isEmpty)
        room.hear(level: -60, milliseconds: 20)
        #expect(room.ended == [84])
        #expect(room.events.last?.event == .ended(framesAgo: 35))
        #expect(!room.gate.isOpen)
    }

    @Test("pauses between words shorter than the hangover do not end speech")
    func pauses() {
        var room = Room { $0.hangoverMilliseconds = 700 }
        room.hear(level: -60, milliseconds: 500)
        for _ in 0..<8 {
            room.hear(level: -28, milliseconds: 300)
            room.hear(level: -58, milliseconds: 600)
        }
        #expect(room.began.count == 1)
        #expect(room.ended.isEmpty)
        room.hear(level: -60, milliseconds: 200)
        #expect(room.ended.count == 1)
    }

    @Test("the settings' times and levels are in force")
    func settings() {
        var room = Room {
            $0.onsetMilliseconds = 200
            $0.hangoverMilliseconds = 100
            $0.thresholdDecibels = 20
            $0.minimumLevel = -35
        }
        room.hear(level: -60, milliseconds: 1000)
        room.hear(level: -38, milliseconds: 500)
        #expect(room.events.isEmpty)
        room.hear(level: -25, milliseconds: 180)
        room.hear(level: -60, milliseconds: 400)
        #expect(room.events.isEmpty)
        room.hear(level: -25, milliseconds: 500)
        #expect(room.began.count == 1)
        #expect(room.ended.isEmpty)
        room.hear(level: -60, milliseconds: 100)
        #expect(room.ended.count == 1)
    }

    @Test(
        "steady noise does not open the gate, at any level learned from the start",
        arguments: [Float(-96), -70, -55, -40, -25])
    func steadyNoise(level: Float) {
        var room = Room()
        room.hear(level: level, milliseconds: 20_000)
        #expect(room.events.isEmpty)
    }

    @Test("a slowly growing noise is followed and never taken for speech")
    func slowNoise() {
        var room = Room()
        for step in 0..<300 {
            room.hear(level: -60 + Float(step) / 10, milliseconds: 100)
        }
        #expect(room.events.isEmpty)
        #expect(abs(room.gate.noiseFloor + 30) < 4)
    }

    @Test("a fan that starts is learned: the false speech ends, and speech above it is heard")
    func noiseStep() {
        var room = Room()
        room.hear(level: -60, milliseconds: 1000)
        room.hear(level: -40, milliseconds: 2000)
        #expect(room.began.count == 1)
        #expect(room.ended.count == 1)
        #expect(!room.gate.isOpen)
        #expect(abs(room.gate.noiseFloor + 40) < 3)
        room.hear(level: -40, milliseconds: 8000)
        #expect(room.events.count == 2)
        #expect(abs(room.gate.noiseFloor + 40) < 2)
        room.hear(level: -20, milliseconds: 400)
        #expect(room.began.count == 2)
        room.hear(level: -40, milliseconds: 1000)
        #expect(room.ended.count == 2)
    }

    @Test("a noise that stops is forgotten, and quiet speech is heard again")
    func noiseStops() {
        var room = Room()
        room.hear(level: -40, milliseconds: 10_000)
        let before = room.began.count
        room.hear(level: -65, milliseconds: 1500)
        #expect(room.gate.noiseFloor < -60)
        #expect(!room.gate.isOpen)
        room.hear(level: -45, milliseconds: 500)
        #expect(room.began.count == before + 1)
    }

    @Test("quiet speech in a quiet room is heard, and quieter than the minimum is not")
    func quietSpeech() {
        var room = Room()
        room.hear(level: -75, milliseconds: 3000)
        room.hear(level: -62, milliseconds: 1000)
        #expect(room.events.isEmpty)
        var other = Room()
        other.hear(level: -75, milliseconds: 3000)
        other.hear(level: -57, milliseconds: 500)
        #expect(other.began.count == 1)
    }

    @Test("speech does not raise the floor above itself within a long sentence")
    func longSpeech() {
        var room = Room()
        room.hear(level: -60, milliseconds: 1000)
        for _ in 0..<20 {
            room.hear(level: -25, milliseconds: 350)
            room.hear(level: -60, milliseconds: 150)
        }
        #expect(room.began.count == 1)
        #expect(room.ended.isEmpty)
    }
}
