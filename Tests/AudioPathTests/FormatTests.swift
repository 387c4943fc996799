import ALSA
import AudioCore
import Glibc
import Linux
import Testing

@testable import AudioPath

/// The whole path between ALSA and Control, for cards of every format: the right tone is heard, at
/// its level and length.
@Suite(.timeLimit(.minutes(5)))
struct FormatTests {
    /// The format of a card, and the request.
    struct Card: Sendable, CustomTestStringConvertible {
        var rate: Int32
        var channels: Int32 = 1
        var format = SampleFormat.bits16
        /// The requested rate, if the card has only one.
        var wish: Int32?

        var testDescription: String {
            "\(rate) Hz, \(channels) channels, \(format.name)"
                + (wish.map { ", asked for \($0) Hz" } ?? "")
        }

        /// The requests that the card is made to refuse.
        var refusals: [String: Int32] {
            var refusals: [String: Int32] = [:]
            for other in SampleFormat.allCases where other != format {
                refusals["snd_pcm_hw_params_test_format \(other.name)"] = EINVAL
            }
            return refusals
        }

        /// The granted format: periods of 20 ms, four of them.
        var grant: PCMGrant {
            PCMGrant(
                rate: rate, channels: channels, periodFrames: rate / 50,
                bufferFrames: rate / 50 * 4, hasClock: false, format: format)
        }

        func request(_ device: String, _ direction: StreamDirection) -> PCMRequest {
            let wish = wish ?? rate
            return PCMRequest(
                device: device, direction: direction, rate: wish, channels: channels,
                periodFrames: wish / 50, bufferFrames: wish / 50 * 4)
        }
    }

    static let cards = [
        Card(rate: 8000), Card(rate: 8000, channels: 2, format: .bits32),
        Card(rate: 16_000, channels: 8, format: .bits32),
        Card(rate: 24_000, channels: 2), Card(rate: 44_100, channels: 2, format: .bits24Packed),
        Card(rate: 48_000, channels: 6, format: .bits32), Card(rate: 48_000, wish: 16_000),
        Card(rate: 44_100, wish: 24_000), Card(rate: 8000, wish: 48_000),
        Card(rate: 96_000, channels: 2, format: .bits24), Card(rate: 192_000, channels: 1),
        Card(rate: 192_000, channels: 8, format: .bits32),
        Card(rate: 44_100, channels: 2, format: .bits20Packed, wish: 16_000),
        Card(rate: 44_100, channels: 1, format: .bits18Packed, wish: 48_000),
        Card(rate: 48_000, channels: 2, format: .bits20),
        Card(rate: 48_000, channels: 4, format: .float),
    ]

    // Not inline: the Swift 6.0 compiler fails on a closure there.
    static let manyChannels = cards.filter { $0.channels >= 6 }

    static let amplitude = 8000.0
    private static let seconds = 0.4
    private let folder: AudioEngineTests.Folder

    init() throws {
        let tests = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        setenv("ALSA_CONFIG_PATH", "/\(tests)/Support/asound.conf", 0)
        folder = try AudioEngineTests.Folder()
    }

    // MARK: - Tones

    /// The tone of a channel (Hz): below half of the lowest rate, and far from the others.
    private static func pitch(_ channel: Int) -> Double { 400 + 300 * Double(channel) }

    private static func sample(_ hertz: Double, _ index: Int, rate: Int32) -> Double {
        amplitude * sin(2 * .pi * hertz * Double(index) / Double(rate))
    }

    /// The amplitude of a tone in samples, by the Goertzel algorithm.
    private func amplitude(of hertz: Double, in samples: ArraySlice<Int16>, rate: Int32) -> Double {
        let angle = 2 * Double.pi * hertz / Double(rate)
        var (real, imaginary) = (0.0, 0.0)
        for (index, sample) in samples.enumerated() {
            // A window, so that the ends of a tone do not leak into others.
            let share = 1 - cos(2 * .pi * Double(index) / Double(samples.count))
            real += share * Double(sample) * cos(angle * Double(index))
            imaginary += share * Double(sample) * sin(angle * Double(index))
        }
        return 2 * (real * real + imaginary * imaginary).squareRoot() / Double(samples.count)
    }

    private func level(_ samples: ArraySlice<Int16>) -> Double {
        let power = samples.reduce(0.0) { $0 + Double($1) * Double($1) }
        return (2 * power / Double(max(1, samples.count))).squareRoot()
    }

    /// A sample in the card's own bytes; the bits below it are 0x5, rounded down.
    private func bytes(_ sample: Int16, _ format: SampleFormat) -> [UInt8] {
        if format == .float { return bytes(of: (Float(sample) / 32_768).bitPattern, count: 4) }
        let bits = Self.bits(format)
        let low = (1 << (bits - 16) - 1) / 3
        let value = UInt32(truncatingIfNeeded: Int(sample) << (bits - 16) | low)
        return bytes(of: value, count: format.bytes)
    }

    private func bytes(of value: UInt32, count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    /// The significant bits of a sample.
    private static func bits(_ format: SampleFormat) -> Int {
        switch format {
        case .bits16: 16
        case .bits18Packed: 18
        case .bits20, .bits20Packed: 20
        case .bits24, .bits24Packed: 24
        case .bits32, .float: 32
        }
    }

    /// The samples in a card's bytes.
    private func samples(in bytes: [UInt8], _ format: SampleFormat) -> [Int16] {
        stride(from: 0, to: bytes.count - format.bytes + 1, by: format.bytes).map { start in
            let value = (0..<format.bytes).reduce(UInt32(0)) { value, index in
                value | UInt32(bytes[start + index]) << (8 * index)
            }
            if format == .float { return Int16(Float(bitPattern: value) * 32_768) }
            return Int16(truncatingIfNeeded: Int(value) >> (Self.bits(format) - 16))
        }
    }

    // MARK: - Up

    @Test("a tone in one channel of a card is heard at 16 kHz, and no other", arguments: cards)
    func capture(card: Card) throws {
        let picked = Int(card.channels) / 2
        let heard = try hear(card, .index(picked))
        for channel in 0..<Int(card.channels) {
            let found = amplitude(of: Self.pitch(channel), in: heard[...], rate: 16_000)
            if channel == picked {
                #expect(abs(found - Self.amplitude) < 0.05 * Self.amplitude, "\(found)")
            } else {
                #expect(found < 0.003 * Self.amplitude, "channel \(channel): \(found)")
            }
        }
        // Nothing is missing at its start.
        #expect(level(heard[..<320]) > 0.8 * Self.amplitude)
    }

    @Test(
        "the mean of a card's channels includes each of them",
        arguments: manyChannels)
    func average(card: Card) throws {
        let heard = try hear(card, .average)
        for channel in 0..<Int(card.channels) {
            let found = amplitude(of: Self.pitch(channel), in: heard[...], rate: 16_000)
            let share = Self.amplitude / Double(card.channels)
            #expect(abs(found - share) < 0.05 * share, "channel \(channel): \(found)")
        }
    }

    /// What Control gets from a card whose every channel has its own tone; 0.4 s.
    private func hear(_ card: Card, _ channel: CaptureChannel) throws -> [Int16] {
        let frames = Int(Double(card.rate) * Self.seconds)
        var recorded: [UInt8] = []
        for frame in 0..<frames {
            for channel in 0..<Int(card.channels) {
                let sample = Self.sample(Self.pitch(channel), frame, rate: card.rate)
                recorded += bytes(Int16(sample), card.format)
            }
        }
        try Files.writeAtomically(folder.file("microphone.raw"), recorded, mode: 0o600)
        let path = folder.file("microphone.raw")
        let name =
            card.wish == nil
            ? "martlet_microphone:\(path)" : "martlet_fixed_microphone:\(card.rate),\(path)"
        return try SystemError.$forced.withValue(card.refusals) {
            let device = try ALSACapture(card.request(name, .capture))
            #expect(device.grant == card.grant)
            return try run(device, card, channel)
        }
    }

    private func run(
        _ device: consuming ALSACapture, _ card: Card, _ channel: CaptureChannel
    ) throws -> [Int16] {
        var settings = AudioSettings()
        settings.channel = channel
        settings.highPassFrequency = 0
        let converter = try RateConverter.make(from: card.rate, to: 16_000, quality: 4)
        var ring = SampleRing(capacity: Int(card.rate * card.channels))
        let anchor = StreamAnchor()
        var processing = Processing()
        processing.cutter.open(at: 0)
        processing.loop = ProcessingLoop(
            reader: ring.takeReader(), grant: device.grant, anchor: anchor, converter: converter,
            settings: settings, base: 0)
        let counters = AudioCounters()
        var loop = CaptureLoop(
            device: device,
            port: CapturePort(
                writer: ring.takeWriter(), anchor: anchor, counters: counters,
                wake: try EventFD()))
        var heard: [Int16] = []
        for _ in 0..<Int(Self.seconds * 50) {
            let step = loop.step()
            #expect(step == .moved)
            _ = processing.drain { _ in }
            while let event = processing.cutter.next() {
                if case .chunk(let chunk) = event { heard += chunk.samples }
            }
        }
        #expect(counters.frames.value == Int(Double(card.rate) * Self.seconds))
        #expect(counters.lostFrames.value == 0)
        // The resampler holds a little back, and chunks are whole frames.
        #expect((0...640).contains(Int(16_000 * Self.seconds) - heard.count), "\(heard.count)")
        return heard
    }

    @Test("a channel that a card lacks is reported, and its last one is heard")
    func missingChannel() async throws {
        var settings = AudioSettings()
        settings.capture.device = .alsa("null")
        settings.playback.device = .null
        settings.capture.channels = 2
        settings.channel = .index(3)
        settings.realTimePriority = nil
        let (stream, handler) = AudioEngineTests.events()
        let engine = try AudioEngine(settings, onMicrophone: handler)
        try engine.start()
        defer { engine.stop() }
        engine.gate.openAtSpeech(sample: 0, preRollMilliseconds: 0)
        var iterator = stream.makeAsyncIterator()
        guard case .chunk = await iterator.next() else {
            Issue.record("nothing was heard")
            return
        }
        let warning = try #require(engine.status().capture.warning)
        #expect(warning.contains("channel 3"))
        #expect(warning.contains("audio.capture.channel"))
    }

    // MARK: - Down

    @Test(
        "a reply is heard from every channel of a card, at the same level and length",
        arguments: cards)
    func playback(card: Card) throws {
        let path = folder.file("speaker.raw")
        let name =
            card.wish == nil
            ? "martlet_speaker:\(path)" : "martlet_fixed_speaker:\(card.rate),\(path)"
        try SystemError.$forced.withValue(card.refusals) {
            let device = try ALSAPlayback(card.request(name, .playback))
            #expect(device.grant == card.grant)
            try play(device, card)
        }
        let all = samples(
            in: try Files.read(path, limitBytes: 1 << 25), card.format)
        let channels = Int(card.channels)
        let heard = stride(from: 0, to: all.count, by: channels).map { all[$0] }
        for channel in 0..<channels {
            #expect(stride(from: channel, to: all.count, by: channels).map { all[$0] } == heard)
        }
        let start = try #require(heard.firstIndex { abs($0) > 80 })
        let end = try #require(heard.lastIndex { abs($0) > 80 })
        // To the millisecond, except for the filter's ringing.
        let milliseconds = Double(end - start) * 1000 / Double(card.rate)
        #expect(abs(milliseconds - 1000 * Self.seconds) < 4, "\(milliseconds)")
        #expect(start < Int(card.rate) / 100)
        let found = amplitude(of: 1000, in: heard[start...end], rate: card.rate)
        #expect(abs(found - Self.amplitude) < 0.05 * Self.amplitude, "\(found)")
        let middle = heard[(start + end) / 4...(start + end) / 4 * 3]
        #expect(abs(level(middle) - Self.amplitude) < 0.02 * Self.amplitude)
    }

    private func play(_ device: consuming ALSAPlayback, _ card: Card) throws {
        let converter = try RateConverter.make(from: 24_000, to: card.rate, quality: 4)
        let ends = try PlaybackEnds(settings: AudioSettings())
        var loop = PlaybackLoop(
            device: device, port: ends.takePort(), converter: converter, settings: AudioSettings())
        let count = Int(24_000 * Self.seconds)
        ends.speaker.enqueue(
            (0..<count).map { Int16(Self.sample(1000, $0, rate: 24_000)) })
        ends.speaker.endOfTurn()
        for _ in 0..<200 where loop.step() != .idle {}
        #expect(ends.speaker.snapshot().drainedCount == 1)
        #expect(ends.speaker.snapshot().speechPlayed == count)
    }
}
