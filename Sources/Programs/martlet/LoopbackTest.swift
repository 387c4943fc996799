import ArgumentParser
import AudioPath
import Linux
import SignalProcessing

/// Plays chirps and finds them in the microphone: how late, how loud.
struct LoopbackTest {
    static let chirps = 3
    /// The pause after a chirp; a room's echo has decayed by then.
    private static let pauseMilliseconds: Int32 = 600
    /// How long the room's noise is measured before the first chirp.
    private static let noiseMilliseconds = 500
    /// The range in which a tail is searched (milliseconds), shorter than the pause.
    static let tailLimitMilliseconds = 500
    /// A chirp that has not come back within this time is lost: more than any buffer
    /// (milliseconds).
    private static let searchMilliseconds = 900

    /// Why there is no result.
    struct NotFound: Error, CustomStringConvertible {
        let noise: Double
        let peak: Int32

        var description: String {
            "no chirp was found in the microphone (its noise \(Decibels.text(noise)) dBFS, its "
                + "peak \(Decibels.text(Decibels.of(magnitude: peak))) dBFS): is the loudspeaker "
                + "on and loud enough, does the microphone hear it? `martlet devices --play tone` "
                + "and `--meter` show which of them it is"
        }
    }

    let rig: SoundRig
    let plot: String?

    func run() throws {
        let take = MicrophoneTake()
        var heard = Heard(start: 0)
        let isFinished = try rig.run(onMicrophone: { take.take($0) }) { engine in
            heard.start = MonotonicClock.now()
            engine.gate.open(at: heard.start, preRollMilliseconds: 0)
            try rig.pass(milliseconds: Int32(Self.noiseMilliseconds))
            for number in 1...Self.chirps {
                StandardStream.error.write("chirp \(number) of \(Self.chirps)\n")
                heard.played.append(try play(engine, number))
                try rig.pass(milliseconds: Self.pauseMilliseconds)
            }
            engine.gate.close(at: MonotonicClock.now())
            while !take.hasEnded { try rig.pass() }
            heard.samples = take.samples
            heard.clipped = engine.status().microphone.clippedSamples
            try report(heard, engine.status())
        }
        // A missing result is a failure, for scripts.
        guard isFinished else { throw ExitCode.failure }
    }

    /// Plays one chirp; returns when its first samples were written to the device.
    private func play(_ engine: AudioEngine, _ number: Int) throws -> Int64 {
        engine.speaker.enqueue(Chirp(rate: Int(AudioSettings.speechRate)).samples)
        engine.speaker.endOfTurn()
        while engine.speaker.snapshot().drainedCount < number {
            try rig.pass()
            if let trouble = engine.status().playback.trouble {
                throw SoundRig.Failure.noDevice(trouble)
            }
        }
        return engine.speaker.snapshot().startedAt
    }

    private func report(_ heard: Heard, _ status: AudioStatus) throws {
        let rate = Int(AudioSettings.microphoneRate)
        let noise = heard.level(upTo: Self.noiseMilliseconds * rate / 1000)
        let found = heard.found(searching: Self.searchMilliseconds * rate / 1000)
        guard let first = found.first else {
            try draw(heard, nil, delayMilliseconds: nil)
            throw NotFound(
                noise: noise, peak: heard.samples.map { abs(Int32($0)) }.max() ?? 0)
        }
        let delays = found.map(\.delayMilliseconds).sorted()
        let median = delays[delays.count / 2]
        let loss = -found.map(\.finding.gain).sorted()[found.count / 2]
        let levels = found.map(\.finding.level).sorted()
        let level = levels[levels.count / 2]
        var text = """
            round trip   \(Decibels.text(median)) ms from writing to hearing (\(delays.count) of \
            \(Self.chirps) chirps: \(delays.map { Decibels.text($0) }.joined(separator: ", ")))
            level        \(Decibels.text(level)) dBFS heard, likeness \
            \(Decibels.text(first.finding.likeness * 100)) %
            echo         \(Decibels.text(loss)) dB return loss, at \
            \(rig.settings.volumePercent.map { "a volume of \(Int($0)) percent" } ?? "full volume")
            room         \(Decibels.text(noise)) dBFS; the echo stands \
            \(Decibels.text(level - noise)) dB above it
            tail         \(heard.tail(after: first, noise: noise)) until the room is quiet again
            devices      \(status.capture.xruns) overruns, \(status.playback.xruns) underruns

            """
        if heard.clipped > 0 {
            text += "clipped      \(heard.clipped) samples: the microphone's gain is too high\n"
        }
        StandardStream.output.write(text)
        try draw(heard, first, delayMilliseconds: median)
    }

    /// Draws what was heard, if a plot is requested, especially if no chirp was found.
    private func draw(
        _ heard: Heard, _ first: Heard.Found?, delayMilliseconds: Double?
    ) throws {
        guard let plot else { return }
        let drawing = LoopbackPlot(heard: heard, first: first, delayMilliseconds: delayMilliseconds)
        try Files.writeAtomically(plot, Array(drawing.svg.utf8), mode: 0o644)
        StandardStream.output.write("drawn        \(plot)\n")
    }
}

/// The microphone's samples, and when the chirps were played.
struct Heard {
    /// A chirp that came back.
    struct Found {
        let finding: Chirp.Finding
        /// From the writing of the first sample to its capture.
        let delayMilliseconds: Double
        /// Its position in the captured samples.
        let position: Int
        /// Where it was written, on the same scale.
        let writtenPosition: Int
    }

    /// 20 ms.
    private static let earlySamples = 320
    /// A tail is measured in these steps (milliseconds), until it is this close to the noise
    /// (decibels).
    private static let tailStepMilliseconds = 10
    private static let quietDecibels = 8.0

    /// When the first sample was captured (nanoseconds, CLOCK_MONOTONIC).
    var start: Int64
    /// Mono, 16 kHz.
    var samples: [Int16] = []
    /// When the first samples of each chirp were written.
    var played: [Int64] = []
    /// Samples at full scale.
    var clipped = 0

    /// The position in the samples at which the first chirp was written; 0 if none was.
    var firstWrittenPosition: Int {
        guard let time = played.first else { return 0 }
        let exact = Double(time - start) * Double(AudioSettings.microphoneRate) / 1e9
        return Int(exact.clamped(to: 0...Double(samples.count)))
    }

    /// The chirps that are found after their writing.
    func found(searching count: Int) -> [Found] {
        let chirp = Chirp(rate: Int(AudioSettings.microphoneRate))
        let rate = Double(AudioSettings.microphoneRate)
        return played.compactMap { time in
            let exact = Double(time - start) * rate / 1e9
            // A card reports its position in steps, so an immediate sound may seem early.
            let from = max(0, Int(exact) - Self.earlySamples)
            let to = min(samples.count, from + count)
            guard from < to, let finding = chirp.find(in: Array(samples[from..<to])) else {
                return nil
            }
            let position = from + finding.position
            return Found(
                finding: finding, delayMilliseconds: (Double(position) - exact) * 1000 / rate,
                position: position, writtenPosition: Int(exact))
        }
    }

    /// How long a chirp can be heard after its end, in words.
    func tail(after found: Found, noise: Double) -> String {
        let rate = Int(AudioSettings.microphoneRate)
        let step = rate * Self.tailStepMilliseconds / 1000
        let end = found.position + rate * Chirp.milliseconds / 1000
        let limit = rate * LoopbackTest.tailLimitMilliseconds / 1000
        for start in stride(from: end, to: min(end + limit, samples.count - step), by: step)
        where level(samples[start..<(start + step)]) < noise + Self.quietDecibels {
            return "\((start - end) * 1000 / rate) ms"
        }
        return "more than \(LoopbackTest.tailLimitMilliseconds) ms"
    }

    /// The level of the first samples (dBFS).
    func level(upTo count: Int) -> Double { level(samples.prefix(count)) }

    private func level(_ part: ArraySlice<Int16>) -> Double {
        part.withUnsafeBufferPointer { Double(LevelMeter.level(of: $0)) }
    }
}

extension Double {
    fileprivate func clamped(to range: ClosedRange<Double>) -> Double {
        Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
