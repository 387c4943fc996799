import ArgumentParser
import AudioCore
import AudioPath
import Configuration
import Daemon
import Linux
import SignalProcessing

extension Bench {
    /// The voice detector on files, for packaging/evaluate-vad.py.
    struct Voice: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "vad",
            abstract: "Find speech in WAV files (mono, 16 kHz) as the daemon does.",
            discussion: "A line for each segment of speech: the file, its first and last second, "
                + "and when its end was reported, separated by tabs.")

        @Argument(help: "The files.")
        var files: [String]

        @Option(help: "How far above the noise speech must be (decibels).")
        var threshold = Settings().audioSettings.voice.thresholdDecibels

        @Option(help: "Quieter than this is never speech (dBFS).")
        var minimum = Settings().audioSettings.voice.minimumLevel

        @Option(help: "Silence of this length ends speech (milliseconds).")
        var hangover = Settings().audioSettings.voice.hangoverMilliseconds

        @Flag(help: "Print the net's result for each 32 ms instead: file, number, share.")
        var net = false

        func run() throws {
            if net { return try runNet() }
            var settings = Settings().audioSettings.voice
            settings.thresholdDecibels = threshold
            settings.minimumLevel = minimum
            settings.hangoverMilliseconds = hangover
            for path in files {
                let (name, file) = try sound(path)
                var segments = SegmentPrinter(settings: settings, name: name)
                var highPass = HighPass(
                    frequency: Settings().audioSettings.highPassFrequency, rate: file.rate)
                let count = AudioSettings.frameSamples
                for start in stride(from: 0, to: file.samples.count - count + 1, by: count) {
                    var frame = Array(file.samples[start..<(start + count)])
                    frame.withUnsafeMutableBufferPointer { frame in
                        if let start = frame.baseAddress { highPass.process(start, count: count) }
                    }
                    segments.take(frame, echo: nil)
                }
                segments.finish()
            }
        }

        private func sound(_ path: String) throws -> (name: String, file: WAVFile) {
            let file = try WAVFile(reading: path)
            guard file.rate == AudioSettings.microphoneRate, file.channels == 1 else {
                throw ValidationError("'\(path)' is not mono at 16 kHz")
            }
            return (path.split(separator: "/").last.map(String.init) ?? path, file)
        }

        private func runNet() throws {
            var net = SpeechNet()
            for path in files {
                let (name, file) = try sound(path)
                net.reset()
                for number in 0..<(file.samples.count / SpeechNet.window) {
                    let start = number * SpeechNet.window
                    let share = file.samples.withUnsafeBufferPointer {
                        net.process(.init(rebasing: $0[start..<(start + SpeechNet.window)]))
                    }
                    StandardStream.output.write("\(name)\t\(number)\t\(share)\n")
                }
            }
        }
    }
}

/// Prints the segments that a detector takes for speech.
struct SegmentPrinter {
    private var detector: VoiceDetector
    private let name: String
    private var frames = 0
    private var first = 0

    init(settings: VoiceDetectorSettings, name: String) {
        self.name = name
        detector = VoiceDetector(
            settings: settings, frameMilliseconds: AudioSettings.frameMilliseconds)
    }

    mutating func take(_ frame: [Int16], echo: Float?) {
        frames += 1
        let event = frame.withUnsafeBufferPointer { detector.process($0, echo: echo) }
        switch event {
        case .began(let ago): first = frames - ago
        case .ended(let ago): write(end: frames - ago)
        case nil: break
        }
    }

    mutating func finish() {
        if detector.isSpeech { write(end: frames) }
    }

    private func write(end: Int) {
        let seconds = [first, end, frames].map { Double($0) / 50 }
        StandardStream.output.write("\(name)\t\(seconds[0])\t\(seconds[1])\t\(seconds[2])\n")
    }
}
