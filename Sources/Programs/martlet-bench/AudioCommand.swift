import ArgumentParser
import AudioCore
import AudioPath
import Configuration
import Daemon
import Linux

extension Bench {
    /// The latency of the audio path, on any sound device.
    struct Audio: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Measure the audio path: press to samples, reply to sound, stop to silence.",
            discussion: "The microphone rests before each press, as in button mode, and a press "
                + "has a pre-roll of 300 ms. Replies come in pieces of 40 ms in real time, as on "
                + "the wire. With --output and --input on two ends of one snd-aloop card, the "
                + "first sample and silence are also measured at the card: in what its other end "
                + "captures.")

        @Option(help: "The microphone: an ALSA name, or null, which is timed like a card.")
        var input = "null"

        @Option(help: "The loudspeaker, likewise.")
        var output = "null"

        @Option(help: "The number of measurements of each.")
        var rounds = 100

        @Option(help: "The time between two wake-ups (milliseconds).")
        var period = 20

        @Option(help: "Speech that is buffered before a reply begins (milliseconds).")
        var prebuffer = 60

        func run() throws {
            var settings = Settings().audioSettings
            settings.capture.device = input == "null" ? .null : .alsa(input)
            settings.playback.device = output == "null" ? .null : .alsa(output)
            settings.periodMilliseconds = period
            settings.bufferMilliseconds = 4 * period
            settings.prebufferMilliseconds = prebuffer
            // The captured samples must equal the played ones, because they are searched.
            settings.highPassFrequency = 0
            settings.restsWhenIdle = true
            let run = AudioRun(rounds: rounds, hearsItself: input != "null" && output != "null")
            try run.measure(settings)
        }
    }
}

/// The rounds of a measurement, on one audio path.
final class AudioRun {
    /// Longer than anything in a round takes (milliseconds).
    private static let patienceMilliseconds: Int64 = 5000
    /// A piece of a reply, and how often one comes on the wire: 40 ms.
    private static let pieceMilliseconds: Int64 = 40
    private static let piece = (0..<960).map { Int16($0 % 2 == 0 ? 8000 : 7000) }
    /// A resting microphone is checked five times a second; two such rests (milliseconds).
    private static let restMilliseconds: Int64 = 400
    private static let preRollMilliseconds = 300
    /// Samples below this are silence, including the ringing of a resampler's filter.
    private static let silence: Int16 = 50

    private let rounds: Int
    private let hearsItself: Bool
    private let events = SampleEvents()
    private var random: UInt32 = 1
    /// When the next piece of a reply is due; nil if none is (nanoseconds).
    private var nextPiece: Int64?

    init(rounds: Int, hearsItself: Bool) {
        self.rounds = rounds
        self.hearsItself = hearsItself
    }

    func measure(_ settings: AudioSettings) throws {
        let events = events
        let engine = try AudioEngine(settings) { events.take($0) }
        try engine.start()
        defer { engine.stop() }
        do {
            try wait("the devices") {
                let status = engine.status()
                return status.capture.frames > 0 && status.playback.grant != nil
            }
        } catch {
            let status = engine.status()
            throw ValidationError("\(error)\ninput: \(status.capture)\noutput: \(status.playback)")
        }
        let before = ResourceUsage.current()
        let start = MonotonicClock.now()
        var table = LatencyTable()
        try pressed(engine, &table)
        try replied(engine, &table)
        let seconds = Double(MonotonicClock.now() - start) / 1e9
        let after = ResourceUsage.current()
        let spent =
            after.userSeconds + after.systemSeconds - before.userSeconds - before.systemSeconds
        let status = engine.status()
        StandardStream.output.write(table.text)
        StandardStream.output.write(
            "processor: \((spent * 10_000 / seconds).rounded() / 10) ms a second; "
                + "\(status.capture.xruns) overruns, \(status.playback.xruns) underruns\n")
        for (name, device) in [("input", status.capture), ("output", status.playback)] {
            let grant = device.grant.map { "\($0)" } ?? "none"
            StandardStream.output.write("\(name): \(grant); late: \(device.lateWakeUps)\n")
        }
    }

    /// From the gate's opening to the first samples in Control.
    private func pressed(_ engine: AudioEngine, _ table: inout LatencyTable) throws {
        for _ in 0..<rounds {
            pause(upTo: 200, atLeast: Self.restMilliseconds)
            events.reset()
            let pressed = MonotonicClock.now()
            engine.gate.open(at: pressed, preRollMilliseconds: Self.preRollMilliseconds)
            try wait("the first samples") { self.events.first != nil }
            try wait("the pre-roll") {
                self.events.samples.count >= 16 * Self.preRollMilliseconds
            }
            table.add("press to a whole pre-roll", MonotonicClock.now() - pressed)
            engine.gate.close(at: MonotonicClock.now())
            try wait("the end of a segment") { self.events.hasEnded }
            if let first = events.first {
                table.add("press to first samples given, from a rest", first - pressed)
            }
        }
    }

    /// From a reply's first samples to the device, and from a stop to silence.
    private func replied(_ engine: AudioEngine, _ table: inout LatencyTable) throws {
        for _ in 0..<rounds {
            events.reset()
            let opened = MonotonicClock.now()
            engine.gate.open(at: opened, preRollMilliseconds: 0)
            let before = engine.speaker.snapshot()
            let enqueued = MonotonicClock.now()
            nextPiece = enqueued
            try wait("the reply's start", engine.speaker) {
                engine.speaker.snapshot().startedCount > before.startedCount
            }
            table.add(
                "reply to first sample written", engine.speaker.snapshot().startedAt - enqueued)
            pause(upTo: 100, atLeast: 200, engine.speaker)
            nextPiece = nil
            let stopped = MonotonicClock.now()
            engine.speaker.flush()
            try wait("silence") {
                engine.speaker.snapshot().silentCount > before.silentCount
            }
            table.add("stop to device stopped", engine.speaker.snapshot().silentAt - stopped)
            guard hearsItself else { continue }
            pause(upTo: 0, atLeast: 200)
            engine.gate.close(at: MonotonicClock.now())
            try wait("the end of a segment") { self.events.hasEnded }
            let samples = events.samples
            let isHeard = { (sample: Int16) in abs(Int(sample)) > Int(Self.silence) }
            guard let first = samples.firstIndex(where: isHeard),
                let last = samples.lastIndex(where: isHeard)
            else { continue }
            let start = FrameTime.nanoseconds(
                ofFrames: Int64(first), rate: Int64(AudioSettings.microphoneRate))
            let end = FrameTime.nanoseconds(
                ofFrames: Int64(last), rate: Int64(AudioSettings.microphoneRate))
            table.add("reply to first sample heard at the card", opened + start - enqueued)
            table.add("stop to silence at the card", opened + end - stopped)
        }
    }

    /// Gives the loudspeaker the pieces of the reply that are due.
    private func deliver(_ speaker: Speaker) {
        while let time = nextPiece, MonotonicClock.now() >= time {
            speaker.enqueue(Self.piece)
            nextPiece = time + Self.pieceMilliseconds * 1_000_000
        }
    }

    /// A random pause, so that the rounds meet all phases of a period.
    private func pause(upTo most: UInt32, atLeast least: Int64 = 20, _ speaker: Speaker? = nil) {
        random = random &* 1_664_525 &+ 1_013_904_223
        let extra = most == 0 ? 0 : Int64(random >> 8) % (Int64(most) * 1000)
        let end = MonotonicClock.now() + (least * 1000 + extra) * 1000
        while let next = nextPiece, let speaker, next < end {
            MonotonicClock.wait(until: next)
            deliver(speaker)
        }
        MonotonicClock.wait(until: end)
    }

    private func wait(
        _ what: String, _ speaker: Speaker? = nil, _ isThere: () -> Bool
    ) throws {
        let limit = MonotonicClock.now() + Self.patienceMilliseconds * 1_000_000
        while !isThere() {
            if let speaker { deliver(speaker) }
            guard MonotonicClock.now() < limit else { throw ValidationError("\(what): not seen") }
            MonotonicClock.wait(until: MonotonicClock.now() + 1_000_000)
        }
    }
}
