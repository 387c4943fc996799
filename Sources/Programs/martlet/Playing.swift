import ArgumentParser
import AudioCore
import AudioPath
import Glibc
import Linux
import SpeexDSP

/// A WAV file or a tone through the daemon's own playback path.
struct Playing {
    private static let toneSeconds = 2
    private static let toneHertz = 440.0
    private static let toneAmplitude = 8192.0

    let what: String
    let voice: PlaybackVoice
    let rig: SoundRig

    func run() throws {
        let samples = what == "tone" ? Self.tone() : try Self.speech(WAVFile(reading: what))
        // Without samples no end would be reported.
        guard !samples.isEmpty else { throw WAVError.empty(path: what) }
        rig.settings.capture.device = .null
        if voice == .music, let device = rig.musicDevice {
            rig.settings.music = device
            rig.settings.playback.device = .null
        }
        let isFinished = try rig.run { engine in
            do {
                try play(samples, by: engine)
            } catch {
                engine.speaker.stop(voice)
                try? rig.pass()
                throw error
            }
            let status = engine.status()
            let xruns = (status.music ?? status.playback).xruns
            let seconds = Double(samples.count) / Double(AudioSettings.speechRate)
            StandardStream.output.write(
                "played \((seconds * 10).rounded() / 10) s, \(xruns) underruns\n")
        }
        guard isFinished else { throw ExitCode.failure }
    }

    private func play(_ samples: [Int16], by engine: AudioEngine) throws {
        guard voice == .speech else {
            engine.speaker.play(samples, on: voice)
            while engine.speaker.isPlaying(voice) { try rig.pass() }
            // Only for speech is it reported that the last sample has left the card.
            return try rig.pass(milliseconds: Int32(rig.settings.bufferMilliseconds))
        }
        engine.speaker.enqueue(samples)
        engine.speaker.endOfTurn()
        while engine.speaker.snapshot().drainedCount == 0 { try rig.pass() }
    }

    private static func tone() -> [Int16] {
        let rate = Double(AudioSettings.speechRate)
        return (0..<(toneSeconds * Int(AudioSettings.speechRate))).map {
            Int16(toneAmplitude * sin(2 * .pi * toneHertz * Double($0) / rate))
        }
    }

    /// A file's channels averaged, at the rate of the speech.
    static func speech(_ file: WAVFile) throws -> [Int16] {
        let channels = Int(file.channels)
        let mono = stride(from: 0, to: file.samples.count - channels + 1, by: channels).map {
            Int16(file.samples[$0..<($0 + channels)].reduce(0) { $0 + Int($1) } / channels)
        }
        return try Resampling.convert(mono, from: file.rate, to: AudioSettings.speechRate)
    }
}

/// Resampling of complete sounds.
enum Resampling {
    private static let quality: Int32 = 8

    /// Mono samples at another rate (Hz), without delay.
    static func convert(_ samples: [Int16], from: Int32, to: Int32) throws -> [Int16] {
        guard from != to else { return samples }
        let resampler = try Resampler(from: from, to: to, quality: quality)
        // Silence of the filter's length at the end brings out the last sounds.
        let input = samples + [Int16](repeating: 0, count: resampler.latencyFrames)
        let capacity = input.count * Int(to) / Int(from) + 64
        return [Int16](unsafeUninitializedCapacity: capacity) { buffer, count in
            guard let output = buffer.baseAddress else { return }
            input.withUnsafeBufferPointer { input in
                guard let start = input.baseAddress else { return }
                var consumed = 0
                while consumed < input.count, count < capacity {
                    let result = resampler.process(
                        start + consumed, count: input.count - consumed, into: output + count,
                        capacity: capacity - count)
                    guard result.consumed + result.produced > 0 else { return }
                    consumed += result.consumed
                    count += result.produced
                }
            }
        }
    }
}
