import ALSA
import AudioCore
import Glibc
import Linux
import SignalProcessing
import Testing

@testable import AudioPath

/// From the capture ring to microphone events; the test plays the capture thread's part.
struct ProcessingTests {
    /// When the first frame was captured.
    static let start: Int64 = 5_000_000_000

    /// The processing thread's state, and the device's end of its ring.
    struct Rig: ~Copyable {
        var processing: Processing
        private let writer: RingWriter
        private let anchor: StreamAnchor
        private let rate: Int64
        private let channels: Int
        private let began: Int64
        private(set) var events: [MicrophoneEvent]

        init(
            rate: Int32 = 16_000, channels: Int32 = 1, channel: CaptureChannel = .index(0),
            change: (inout AudioSettings) -> Void = { _ in }
        ) throws {
            // This comes first: the Swift 6.0 compiler fails on an error with half a rig.
            let converter = try RateConverter.make(from: rate, to: 16_000, quality: 4)
            processing = Processing()
            let anchor = StreamAnchor()
            self.anchor = anchor
            events = []
            var ring = SampleRing(capacity: 1 << 20)
            writer = ring.takeWriter()
            self.rate = Int64(rate)
            self.channels = Int(channels)
            began = start
            var settings = AudioSettings()
            settings.channel = channel
            settings.highPassFrequency = 0
            settings.voice.isOnlyVoices = false
            change(&settings)
            processing.loop = ProcessingLoop(
                reader: ring.takeReader(),
                grant: PCMGrant(
                    rate: rate, channels: channels, periodFrames: rate / 50,
                    bufferFrames: rate / 10, hasClock: true),
                anchor: anchor, converter: converter, settings: settings, base: 0)
        }

        /// The device gives frames, and the processing thread wakes up until it has taken them.
        mutating func capture(_ frames: [Int16]) {
            fill(frames)
            wakeUp()
        }

        /// The device gives frames, and the processing thread does not get to run.
        func fill(_ frames: [Int16]) {
            let written = writer.write(frames, count: frames.count)
            precondition(written == frames.count, "the test's ring is too small")
            let frame = writer.writtenIndex / channels
            anchor.set(frame: frame, time: began + Int64(frame) * 1_000_000_000 / rate)
        }

        /// Rounds of the processing thread until nothing waits.
        mutating func wakeUp(_ marks: MicrophoneGate.Mark...) {
            var marks = marks
            while round(marks) { marks = [] }
        }

        /// One round of the processing thread; returns whether more waits.
        mutating func round(_ marks: [MicrophoneGate.Mark]) -> Bool {
            var told: [MicrophoneEvent] = []
            let isBehind = processing.drain { told.append($0) }
            for mark in marks { processing.take(mark) }
            while let event = processing.cutter.next() { told.append(event) }
            events += told
            return isBehind
        }

        mutating func lose() {
            var told: [MicrophoneEvent] = []
            processing.lose("gone") { told.append($0) }
            events += told
        }

        /// The samples of all chunks, which must follow one another.
        func heard() -> (first: Int64?, samples: [Int16]) {
            var first: Int64?
            var samples: [Int16] = []
            for event in events {
                guard case .chunk(let chunk) = event else { continue }
                if first == nil { first = chunk.firstSample }
                #expect(chunk.firstSample == (first ?? 0) + Int64(samples.count))
                samples += chunk.samples
            }
            return (first, samples)
        }
    }

    @Test("a thread that never catches up with its device still opens and closes turns")
    func neverCatchesUp() throws {
        var rig = try Rig()
        let said = AudioEngineTests.pattern(320_000)
        rig.fill(Array(said[..<32_000]))
        var given = 32_000
        var marks: [MicrophoneGate.Mark] = [
            .open(at: Self.start + 1_500_000_000, preRollMilliseconds: 300),
            .close(at: Self.start + 4_000_000_000),
        ]
        for _ in 0..<70 {
            // The device is as fast as the thread is.
            let isBehind = rig.round(marks)
            #expect(isBehind)
            marks = []
            rig.fill(Array(said[given..<(given + 4096)]))
            given += 4096
        }
        let heard = rig.heard()
        #expect(heard.first == 19_200)
        #expect(heard.samples == Array(said[19_200..<64_000]))
        #expect(rig.events.last == .segmentEnded(sample: 64_000))
    }

    /// A press a nanosecond before a sample belongs to the sample before it.
    @Test(
        "a press gives its pre-roll and everything up to the release, exact to the sample",
        arguments: [
            (Int64(700_000_000), 6400), (700_000_001, 6400), (700_062_499, 6400),
            (700_062_500, 6401), (699_999_999, 6399), (10_000_000, 0),
        ])
    func press(after nanoseconds: Int64, first: Int) throws {
        var rig = try Rig()
        let said = AudioEngineTests.pattern(24_000)
        rig.capture(Array(said[..<16_000]))
        rig.wakeUp(.open(at: Self.start + nanoseconds, preRollMilliseconds: 300))
        // The release is reported before its samples are captured.
        rig.wakeUp(.close(at: Self.start + 1_250_000_000))
        for start in stride(from: 16_000, to: 24_000, by: 320) {
            rig.capture(Array(said[start..<(start + 320)]))
        }
        let heard = rig.heard()
        #expect(heard.first == Int64(first))
        #expect(heard.samples == Array(said[first..<20_000]))
        #expect(rig.events.last == .segmentEnded(sample: 20_000))
    }

    @Test("no time is known before the first period")
    func noTime() throws {
        var rig = try Rig()
        let before = rig.processing.knowsTime()
        #expect(!before)
        rig.capture([1, 2, 3])
        let after = rig.processing.knowsTime()
        #expect(after)
    }

    struct Pick: Sendable {
        let channel: CaptureChannel
        let expected: [Int16]
    }

    @Test("the channel that was asked for is the one that is heard")
    func channels() throws {
        let left = AudioEngineTests.pattern(3000, seed: 3)
        let right = AudioEngineTests.pattern(3000, seed: 4)
        let mean = zip(left, right).map { Int16((Int32($0) + Int32($1)) / 2) }
        let picks = [
            Pick(channel: .index(0), expected: left), Pick(channel: .index(1), expected: right),
            Pick(channel: .index(5), expected: right), Pick(channel: .average, expected: mean),
        ]
        for pick in picks {
            var rig = try Rig(channels: 2, channel: pick.channel)
            rig.processing.take(.openAtSample(0, preRollMilliseconds: 0))
            rig.capture(zip(left, right).flatMap { [$0, $1] })
            rig.wakeUp(.close(at: Self.start + 187_500_000))
            #expect(rig.heard().samples == pick.expected, "\(pick.channel)")
        }
    }

    @Test("a stereo microphone at 48 kHz gives its tone at 16 kHz at the time of the press")
    func resampled() throws {
        var rig = try Rig(rate: 48_000, channels: 2, channel: .index(1))
        func tone(_ rate: Double, _ count: Int) -> [Int16] {
            (0..<count).map { Int16((8000 * sin(2 * .pi * 500 * Double($0) / rate)).rounded()) }
        }
        let frames = tone(48_000, 96_000)
        for start in stride(from: 0, to: frames.count, by: 960) {
            rig.capture(frames[start..<(start + 960)].flatMap { [0, $0] })
        }
        rig.wakeUp(
            .open(at: Self.start + 1_000_000_000, preRollMilliseconds: 500),
            .close(at: Self.start + 1_800_000_000))
        let heard = rig.heard()
        #expect(heard.first == 8000)
        #expect(heard.samples.count == 20_800)
        let expected = tone(16_000, 28_800)[8000...]
        let wrong = zip(heard.samples, expected).map { abs(Int($0) - Int($1)) }.max() ?? .max
        #expect(wrong < 160)
    }

    @Test("speech is reported with the sample and time of its first and last sound")
    func speech() throws {
        var rig = try Rig()
        let loud = AudioEngineTests.pattern(8000)
        let all =
            [Int16](repeating: 0, count: 16_000) + loud
            + [Int16](repeating: 0, count: 16_000)
        for start in stride(from: 0, to: all.count, by: 160) {
            rig.capture(Array(all[start..<(start + 160)]))
        }
        #expect(
            rig.events == [
                .speechStarted(sample: 16_000, at: Self.start + 1_000_000_000),
                .speechEnded(sample: 24_000, at: Self.start + 1_500_000_000),
            ])
        // Hands-free: the sound before the onset is given although it was reported late.
        rig.wakeUp(
            .openAtSample(16_000, preRollMilliseconds: 300),
            .close(at: Self.start + 2_000_000_000))
        let heard = rig.heard()
        #expect(heard.first == 11_200)
        #expect(heard.samples == Array(all[11_200..<32_000]))
    }

    @Test("a lost microphone ends the segment, then is reported; sample numbers go on")
    func lost() throws {
        var rig = try Rig()
        let said = AudioEngineTests.pattern(1000)
        rig.processing.take(.openAtSample(0, preRollMilliseconds: 0))
        rig.capture(said)
        rig.lose()
        #expect(rig.heard().samples == said)
        #expect(
            Array(rig.events.suffix(2)) == [.segmentEnded(sample: 1000), .captureLost("gone")])
        // A press without a microphone is an empty segment at once.
        rig.wakeUp(
            .open(at: Self.start, preRollMilliseconds: 300), .close(at: Self.start + 1))
        let isEmpty = rig.events.suffix(2) == [.captureLost("gone"), .segmentEnded(sample: 1000)]
        #expect(isEmpty)
    }
}

extension ProcessingTests {
    @Test("the meter shows level, peak, noise floor and what was clipped")
    func levels() throws {
        var rig = try Rig(rate: 48_000)
        let before = rig.processing.loop?.levels
        #expect(before?.clippedSamples == 0)
        var frames = [Int16](repeating: 1000, count: 4800)
        for index in 0..<17 { frames[index * 100] = index % 2 == 0 ? .max : .min }
        rig.capture(frames)
        rig.capture((0..<9600).map { $0 % 96 < 48 ? 3000 : -3000 })
        let levels = rig.processing.loop?.levels
        #expect(levels?.clippedSamples == 17)
        #expect((2900...4200).contains(levels?.peak ?? 0))
        #expect(abs((levels?.level ?? 0) + 20.8) < 1)
        #expect((levels?.noiseFloor ?? 0) < -20)
    }

    @Test("an offset and a hum are removed from what is sent, words are not")
    func highPass() throws {
        var rig = try Rig { $0.highPassFrequency = 80 }
        func wave(_ frequency: Double, _ index: Int) -> Double {
            4000 * sin(2 * .pi * frequency * Double(index) / 16_000)
        }
        rig.processing.take(.openAtSample(0, preRollMilliseconds: 0))
        rig.capture((0..<32_000).map { Int16(3000 + wave(10, $0) + wave(1000, $0)) })
        let heard = rig.heard().samples
        let wrong = heard.indices.dropFirst(8000).map { abs(Double(heard[$0]) - wave(1000, $0)) }
        // A phase shift of a few degrees is left, and a 60th of what lies three octaves below.
        #expect((wrong.max() ?? .infinity) < 600)
    }

    @Test("a reopened microphone gives nothing of what was captured before")
    func reopened() throws {
        var rig = try Rig()
        rig.capture(AudioEngineTests.pattern(8000))
        rig.lose()
        rig.wakeUp(
            .open(at: Self.start + 500_000_000, preRollMilliseconds: 300),
            .close(at: Self.start + 600_000_000))
        #expect(rig.heard().samples.isEmpty)
    }
}

struct MicrophoneGateTests {
    @Test("the microphone is in use from an opening mark to the closing one; a waiting mark counts")
    func demand() throws {
        let demand = try MicrophoneDemand()
        let gate = MicrophoneGate(wake: try EventFD(), demand: demand)
        #expect(demand.isWanted)
        #expect(gate.release())
        #expect(!demand.isWanted)
        #expect(!demand.signal.wait(timeoutMilliseconds: 0))
        gate.open(at: 1, preRollMilliseconds: 0)
        #expect(demand.isWanted)
        #expect(demand.signal.wait(timeoutMilliseconds: 0))
        #expect(!gate.release())
        #expect(gate.take().count == 1)
        #expect(gate.release())
    }

    @Test("marks are taken once and in order, and no more are kept than a user makes")
    func marks() throws {
        let gate = MicrophoneGate(wake: try EventFD(), demand: try MicrophoneDemand())
        gate.open(at: 1, preRollMilliseconds: 300)
        gate.close(at: 2)
        gate.openAtSpeech(sample: 3, preRollMilliseconds: 100)
        #expect(
            gate.take() == [
                .open(at: 1, preRollMilliseconds: 300), .close(at: 2),
                .openAtSample(3, preRollMilliseconds: 100),
            ])
        #expect(gate.take().isEmpty)
        for time in 0..<1000 { gate.close(at: Int64(time)) }
        #expect(gate.take().count == 64)
        gate.close(at: 5)
        #expect(gate.take() == [.close(at: 5)])
    }

    @Test("a microphone is not left open because its closing mark found no room")
    func closed() throws {
        let gate = MicrophoneGate(wake: try EventFD(), demand: try MicrophoneDemand())
        gate.close(at: 0)
        for time in 1..<200 {
            gate.open(at: Int64(time), preRollMilliseconds: 0)
            gate.close(at: Int64(time))
        }
        let marks = gate.take()
        #expect(marks.last == .close(at: 31))
        #expect(marks.count == 63)
    }
}
