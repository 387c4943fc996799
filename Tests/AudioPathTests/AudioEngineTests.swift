import AudioCore
import Linux
import Synchronization
import Testing

@testable import AudioPath

@Suite(.timeLimit(.minutes(5)))
struct AudioEngineTests {
    /// A folder that is removed with its owner.
    final class Folder: Sendable {
        let path: String

        init() throws { path = try Files.makeTemporaryDirectory(prefix: "martlet-audio") }

        deinit { try? Files.removeTree(path) }

        func file(_ name: String) -> String { "\(path)/\(name)" }
    }

    /// Samples that never repeat within a test, so that a position in them is unambiguous.
    static func pattern(_ count: Int, seed: UInt32 = 1) -> [Int16] {
        var state = seed
        return (0..<count).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return Int16(truncatingIfNeeded: state >> 17) / 4 | 1
        }
    }

    /// Microphone events as a stream.
    static func events() -> (
        stream: AsyncStream<MicrophoneEvent>, handler: @Sendable (MicrophoneEvent) -> Void
    ) {
        let (stream, continuation) = AsyncStream<MicrophoneEvent>.makeStream()
        return (stream, { continuation.yield($0) })
    }

    static func write(_ samples: [Int16], rate: Int32, to path: String) throws {
        try Files.writeAtomically(
            path, WAVFile(rate: rate, channels: 1, samples: samples).bytes, mode: 0o600)
    }

    @Test("an opened gate gives the samples before and after the mark without a gap")
    func gateInThePast() async throws {
        // The marks are in the future and are met when their samples are captured. If a busy
        // machine sets them too late for that, or starts the microphone too late, they are set
        // further ahead.
        for lead in [Int64(400), 2000, 8000] where try await heardAMark(inMilliseconds: lead) {
            return
        }
        Issue.record("this machine was never in time")
    }

    /// Whether the marks were set in time; if so, the samples between them were checked.
    private func heardAMark(inMilliseconds lead: Int64) async throws -> Bool {
        let folder = try Folder()
        let said = Self.pattern(16 * (Int(lead) + 8000))
        try Self.write(said, rate: 16_000, to: folder.file("mic.wav"))
        var settings = AudioSettings()
        settings.capture.device = .wav(folder.file("mic.wav"))
        settings.highPassFrequency = 0
        settings.playback.device = .null
        settings.realTimePriority = nil
        let (stream, handler) = Self.events()
        let engine = try AudioEngine(settings, onMicrophone: handler)
        try engine.start()
        defer { engine.stop() }
        let opened = MonotonicClock.now() + lead * 1_000_000
        engine.gate.open(at: opened, preRollMilliseconds: 300)
        engine.gate.close(at: opened + 333_000_000)
        guard MonotonicClock.now() < opened else { return false }
        var heard: [Int16] = []
        var first: Int64?
        for await event in stream {
            switch event {
            case .chunk(let chunk):
                #expect(chunk.firstSample == (first ?? chunk.firstSample) + Int64(heard.count))
                first = first ?? chunk.firstSample
                heard += chunk.samples
            case .segmentEnded(let sample):
                #expect(sample == (first ?? 0) + Int64(heard.count))
                // The microphone itself was too late.
                guard let first, first > 0 else { return false }
                let begin = Int(first)
                #expect(Array(said[begin..<(begin + heard.count)]) == heard)
                // 300 ms of pre-roll and 333 ms of talk.
                #expect(abs(heard.count - 16 * 633) <= 1)
                return true
            case .captureLost(let text): Issue.record("\(text)")
            case .speechStarted, .speechEnded, .captureBack: break
            }
        }
        return true
    }

    @Test("enqueued samples are played bit for bit, beyond the ring, and their end is reported")
    func playback() async throws {
        let folder = try Folder()
        var settings = AudioSettings()
        settings.capture.device = .null
        settings.playback.device = .wav(folder.file("out.wav"))
        settings.realTimePriority = nil
        let engine = try AudioEngine(settings) { _ in }
        try engine.start()
        let reply = Self.pattern(30_000)
        for start in stride(from: 0, to: reply.count, by: 4800) {
            engine.speaker.enqueue(Array(reply[start..<min(start + 4800, reply.count)]))
        }
        engine.speaker.endOfTurn()
        while engine.speaker.snapshot().drainedCount == 0 {
            #expect(engine.speaker.events.wait(timeoutMilliseconds: 10_000))
        }
        #expect(engine.speaker.snapshot().startedCount == 1)
        #expect(engine.speaker.pendingFrames == 0)
        engine.stop()
        let played = try WAVFile(reading: folder.file("out.wav"))
        #expect(played.rate == 24_000)
        #expect(Array(played.samples.prefix(reply.count)) == reply)
        #expect(played.samples.dropFirst(reply.count).allSatisfy { $0 == 0 })
    }

    @Test("a long reply and an alarm continue though their owner does nothing any more")
    func aLongReplyAndAn() throws {
        let folder = try Folder()
        var settings = AudioSettings()
        settings.capture.device = .null
        settings.playback.device = .wav(folder.file("out.wav"))
        settings.realTimePriority = nil
        settings.duckDecibels = 0
        let engine = try AudioEngine(settings) { _ in }
        try engine.start()
        // Each is longer than its ring, so that the feed's thread has to refill it.
        let reply = Self.pattern(PlaybackVoice.speech.ringSamples + 30_000)
        engine.speaker.enqueue(reply)
        engine.speaker.endOfTurn()
        engine.speaker.loop([Int16](repeating: 1000, count: 7001), on: .alarm)
        // The alarm goes on after it, so that no event reports its end.
        while engine.speaker.snapshot().speechPlayed < reply.count {
            _ = engine.speaker.events.wait(timeoutMilliseconds: 20)
        }
        engine.stop()
        #expect(engine.speaker.snapshot().speechPlayed == reply.count)
        #expect(engine.speaker.snapshot().dryCount == 0)
        let played = try WAVFile(reading: folder.file("out.wav")).samples
        // The alarm under the reply, from its first sample to its last: none of its gaps would
        // be as long as a period.
        let mixed = zip(played, reply).count { Int($0) - Int($1) == 1000 }
        #expect(mixed > reply.count - 4800, "\(mixed) of \(reply.count)")
    }

    @Test("after a flush not one sample of the old reply follows, and the next is whole")
    func flush() async throws {
        let folder = try Folder()
        var settings = AudioSettings()
        settings.capture.device = .null
        settings.playback.device = .wav(folder.file("out.wav"))
        settings.realTimePriority = nil
        let engine = try AudioEngine(settings) { _ in }
        try engine.start()
        let old = Self.pattern(200_000, seed: 7)
        let next = Self.pattern(4000, seed: 99)
        engine.speaker.enqueue(old)
        while engine.speaker.snapshot().startedCount == 0 {
            #expect(engine.speaker.events.wait(timeoutMilliseconds: 10_000))
        }
        engine.speaker.flush()
        engine.speaker.enqueue(next)
        engine.speaker.endOfTurn()
        while engine.speaker.snapshot().drainedCount == 0 {
            #expect(engine.speaker.events.wait(timeoutMilliseconds: 10_000))
        }
        #expect(engine.speaker.snapshot().silentCount == 1)
        engine.stop()
        let played = try WAVFile(reading: folder.file("out.wav")).samples
        let kept = zip(played, old).prefix { $0 == $1 }.count
        #expect(kept > 0 && kept < old.count)
        #expect(Array(played.dropFirst(kept).prefix(next.count)) == next)
        #expect(played.dropFirst(kept + next.count).allSatisfy { $0 == 0 })
    }

    @Test("without a pre-roll the microphone is open only while it is in use")
    func closesWhenIdle() async throws {
        var settings = AudioSettings()
        settings.capture.device = .null
        settings.playback.device = .null
        settings.realTimePriority = nil
        settings.closesWhenIdle = true
        let (stream, handler) = Self.events()
        let engine = try AudioEngine(settings, onMicrophone: handler)
        try engine.start()
        defer { engine.stop() }
        var iterator = stream.makeAsyncIterator()
        var numbers: Set<Int> = []
        for _ in 0..<3 {
            engine.gate.open(at: MonotonicClock.now(), preRollMilliseconds: 0)
            guard case .chunk(let chunk) = await iterator.next() else {
                Issue.record("nothing was heard")
                return
            }
            numbers.insert(engine.status().capture.openings)
            #expect(chunk.samples.count == AudioSettings.frameSamples)
            engine.gate.close(at: MonotonicClock.now())
            while case .chunk = await iterator.next() {}
            // It is closed before the next request, or the same opening would go on.
            while engine.gate.isWanted { await Task.yield() }
            // A watchdog over its frames must know that none are to come.
            while engine.status().capture.grant != nil { await Task.yield() }
            #expect(engine.status().capture.isResting)
            #expect(engine.status().capture.trouble == nil)
        }
        // One more if the check at the start was over before the first press.
        #expect(numbers.count == 3)
        #expect((3...4).contains(numbers.max() ?? 0))
    }

    @Test("a microphone that does not exist is reported once, and the engine goes on")
    func missingMicrophone() async throws {
        var settings = AudioSettings()
        settings.capture.device = .alsa("martlet-no-such-device")
        settings.playback.device = .null
        settings.realTimePriority = nil
        let (stream, handler) = Self.events()
        let engine = try AudioEngine(settings, onMicrophone: handler)
        try engine.start()
        defer { engine.stop() }
        var iterator = stream.makeAsyncIterator()
        guard case .captureLost(let text) = await iterator.next() else {
            Issue.record("no loss was reported")
            return
        }
        #expect(text.contains("martlet-no-such-device"))
        // A turn that is opened nevertheless is ended, with nothing in it.
        engine.gate.open(at: MonotonicClock.now(), preRollMilliseconds: 300)
        engine.gate.close(at: MonotonicClock.now())
        guard case .segmentEnded = await iterator.next() else {
            Issue.record("the segment did not end")
            return
        }
    }
}
