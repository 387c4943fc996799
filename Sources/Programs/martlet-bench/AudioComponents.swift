import AudioCore
import AudioPath
import Configuration
import Daemon
import SignalProcessing
import SpeexDSP

/// The stages between the sound card and samples for the wire.
enum AudioComponents {
    /// The audio path's default.
    private static let quality: Int32 = 4

    static func measure(into table: inout ComponentTable) throws {
        try resample("resample 24 to 48 kHz", from: 24_000, to: 48_000, into: &table)
        try resample("resample 48 to 16 kHz", from: 48_000, to: 16_000, into: &table)
        try mix("mixer period, speech at 24 kHz", voices: [.speech], rate: 24_000, into: &table)
        try mix(
            "mixer period, 4 voices, 48 kHz stereo", voices: PlaybackVoice.allCases, rate: 48_000,
            into: &table)
        for path in upPaths {
            let capture = try OfflineCapture(
                settings: path.settings, rate: path.rate, channels: path.channels,
                sound: Signal.speech(samples: Int(path.rate * path.channels)),
                played: path.isLoud ? Signal.speech(samples: 480) : [])
            table.measure(path.name) { capture.step() }
        }
        // Each of them gets successive frames of the same ten seconds, as from a card; a frame that
        // is filtered again and again would soon be silence.
        var frames = SpokenFrames(Signal.speech(samples: 10 * 16_000))
        var highPass = HighPass(frequency: 80, rate: 16_000)
        table.measure("high-pass") {
            frames.next { highPass.process($0, count: SpokenFrames.samples) }
        }
        var detector = VoiceDetector(
            settings: Settings().audioSettings.voice, frameMilliseconds: 20)
        table.measure("voice detection") {
            frames.next {
                _ = detector.process(
                    UnsafeBufferPointer(start: $0, count: SpokenFrames.samples))
            }
        }
        var ring = SampleRing(capacity: 16_000)
        let writer = ring.takeWriter()
        let reader = ring.takeReader()
        var target = [Int16](repeating: 0, count: SpokenFrames.samples)
        table.measure("ring, in and out") {
            frames.next { _ = writer.write($0, count: SpokenFrames.samples) }
            target.withUnsafeMutableBufferPointer { target in
                if let start = target.baseAddress { _ = reader.read(into: start, count: 320) }
            }
        }
    }

    /// The whole uplink, from the device to the sent samples, with an open gate.
    private static var upPaths: [UpPath] {
        var echo = Settings().audioSettings
        echo.echo.mode = .cancel
        var clean = Settings().audioSettings
        clean.noiseSuppressionDecibels = 15
        clean.gainLimitDecibels = 12
        return [
            UpPath(
                name: "up, 16 kHz mono", settings: Settings().audioSettings, rate: 16_000,
                channels: 1),
            UpPath(name: "up, 48 kHz stereo", settings: Settings().audioSettings),
            UpPath(name: "up, canceller, loudspeaker silent", settings: echo),
            UpPath(name: "up, canceller, loudspeaker heard", settings: echo, isLoud: true),
            UpPath(name: "up, noise suppression and gain", settings: clean),
        ]
    }

    private struct UpPath {
        let name: String
        let settings: AudioSettings
        var rate: Int32 = 48_000
        var channels: Int32 = 2
        var isLoud = false
    }

    private static func mix(
        _ name: String, voices: [PlaybackVoice], rate: Int32, into table: inout ComponentTable
    ) throws {
        let settings = Settings().audioSettings
        let playback = try OfflinePlayback(
            settings: settings, rate: rate, channels: rate == 24_000 ? 1 : 2)
        let sound = Signal.speech(samples: 24_000)
        for voice in voices { playback.speaker.loop(sound, on: voice) }
        table.measure(name) { playback.step() }
    }

    private static func resample(
        _ name: String, from: Int32, to: Int32, into table: inout ComponentTable
    ) throws {
        let resampler = try Resampler(from: from, to: to, quality: quality)
        let input = Signal.speech(samples: Int(from) / 50)
        var output = [Int16](repeating: 0, count: Int(to) / 50 + 64)
        table.measure(name) {
            input.withUnsafeBufferPointer { input in
                output.withUnsafeMutableBufferPointer { output in
                    guard let source = input.baseAddress, let target = output.baseAddress else {
                        return
                    }
                    _ = resampler.process(
                        source, count: input.count, into: target, capacity: output.count)
                }
            }
        }
    }
}

/// Speech in frames of 20 ms at 16 kHz, repeated.
private struct SpokenFrames {
    static let samples = 320

    private let speech: [Int16]
    private var frame: [Int16]
    private var position = 0

    /// The speech must be a whole number of frames, at least one.
    init(_ speech: [Int16]) {
        self.speech = speech
        frame = [Int16](repeating: 0, count: Self.samples)
    }

    /// Passes a copy of the next frame, which may be changed.
    mutating func next(_ body: (UnsafeMutablePointer<Int16>) -> Void) {
        if position + Self.samples > speech.count { position = 0 }
        frame.withUnsafeMutableBufferPointer { frame in
            speech.withUnsafeBufferPointer { speech in
                guard let target = frame.baseAddress, let source = speech.baseAddress else {
                    return
                }
                target.update(from: source + position, count: Self.samples)
                body(target)
            }
        }
        position += Self.samples
    }
}
