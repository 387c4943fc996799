import ArgumentParser
import AudioCore
import AudioPath
import Configuration
import Daemon
import Linux
import SignalProcessing

extension Bench {
    /// The canceller on files, for packaging/evaluate-echo.py.
    struct Echo: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove the echo of one WAV file from another, as the daemon does.",
            discussion: "The reference is given as if a card had played it from the first sample "
                + "on, at its nominal rate; its delay and its clock's error have to "
                + "be found in the sound. A line for each second goes to standard error, and a "
                + "line for each segment that is taken for speech to standard output.")

        @Option(help: "What the microphone heard: mono, 16 kHz.")
        var microphone: String

        @Option(help: "What the loudspeaker was given: mono.")
        var reference: String

        @Option(help: "The file for the result.")
        var output: String

        @Option(help: "How long an echo is modelled (milliseconds).")
        var tail = Settings().audioSettings.echo.tailMilliseconds

        @Option(help: "How far the residual echo is suppressed (decibels); 0: the filter alone.")
        var suppression = Settings().audioSettings.echo.suppressionDecibels

        @Option(help: "The library: auto, webrtc or speex.")
        var canceller = "auto"

        @Option(help: "The shared object with WebRTC's.")
        var plugin = Settings().audioSettings.echo.pluginPath

        @Flag(help: "Half-duplex instead: nothing is removed, the detector is deaf.")
        var halfDuplex = false

        func run() throws {
            let heard = try WAVFile(reading: microphone)
            let played = try WAVFile(reading: reference)
            guard heard.rate == AudioSettings.microphoneRate, heard.channels == 1,
                played.channels == 1
            else { throw ValidationError("the microphone must be mono at 16 kHz, both mono") }
            var settings = Settings().audioSettings
            settings.echo.mode = halfDuplex ? .halfDuplex : .cancel
            settings.echo.canceller =
                switch canceller {
                case "auto": .automatic
                case "webrtc": .webrtc
                case "speex": .speex
                default: throw ValidationError("auto, webrtc or speex, not '\(canceller)'")
                }
            settings.echo.pluginPath = plugin
            settings.echo.tailMilliseconds = tail
            settings.echo.suppressionDecibels = suppression
            let left = try cancel(heard.samples, played, settings)
            let file = WAVFile(rate: heard.rate, channels: 1, samples: left)
            try Files.writeAtomically(output, file.bytes, mode: 0o644)
        }

        private func cancel(
            _ heard: [Int16], _ played: WAVFile, _ settings: AudioSettings
        ) throws -> [Int16] {
            guard let stages = MicrophoneStages.make(settings) else { return heard }
            if let lack = stages.status.lack { StandardStream.error.write("no WebRTC: \(lack)\n") }
            let ring = EchoReference()
            var segments = SegmentPrinter(settings: settings.voice, name: microphone)
            var left: [Int16] = []
            let count = AudioSettings.frameSamples
            let period = Int(played.rate) / 50
            // A card's buffer has four periods.
            var written = 0
            for start in stride(from: 0, to: heard.count - count + 1, by: count) {
                while written * count / period < start + 4 * count,
                    written + period <= played.samples.count
                {
                    played.samples.withUnsafeBufferPointer { samples in
                        guard let base = samples.baseAddress else { return }
                        ring.wrote(
                            base + written, channels: 1, frames: period, rate: played.rate,
                            heardAt: Int64(written) * 1_000_000_000 / Int64(played.rate))
                    }
                    written += period
                }
                stages.take(from: ring) { $0 * Int64(AudioSettings.microphoneRate) / 1_000_000_000 }
                var frame = Array(heard[start..<(start + count)])
                let echo = frame.withUnsafeMutableBufferPointer { frame in
                    frame.baseAddress.flatMap { stages.process($0, at: Int64(start)) }
                }
                segments.take(frame, echo: echo)
                left += frame
                if start / count % 50 == 49 { tell(stages.status, second: start / 16_000 + 1) }
            }
            segments.finish()
            return Array(left.dropFirst(stages.delaySamples))
        }

        private func tell(_ status: EchoStatus, second: Int) {
            let delay = status.delayMilliseconds.map { "\(($0 * 100).rounded() / 100) ms" }
            StandardStream.error.write(
                "\(second) s: delay \(delay ?? "unknown"), drift \(status.driftPPM.rounded()) ppm, "
                    + "reduction \(status.reductionDecibels.rounded()) dB, "
                    + "gate \(status.gate.map { "\($0)" } ?? "none")\n")
        }
    }
}
