import AudioCore
import Linux
import Synchronization
import Testing

@testable import AudioPath

/// Devices that are missing when the engine starts.
@Suite(.timeLimit(.minutes(5)))
struct MissingDeviceTests {
    @Test("a microphone that appears later is reported as back, and heard from its first sample")
    func microphone() async throws {
        let folder = try AudioEngineTests.Folder()
        var settings = AudioSettings()
        settings.capture.device = .wav(folder.file("mic.wav"))
        settings.highPassFrequency = 0
        settings.playback.device = .null
        settings.realTimePriority = nil
        let (stream, handler) = AudioEngineTests.events()
        let engine = try AudioEngine(settings, onMicrophone: handler)
        try engine.start()
        defer { engine.stop() }
        var iterator = stream.makeAsyncIterator()
        guard case .captureLost(let text) = await iterator.next() else {
            Issue.record("no loss was reported")
            return
        }
        #expect(text.contains("mic.wav"))
        #expect(engine.status().capture.grant == nil)
        let said = AudioEngineTests.pattern(3200)
        engine.gate.openAtSpeech(sample: 0, preRollMilliseconds: 0)
        try AudioEngineTests.write(said, rate: 16_000, to: folder.file("mic.wav"))
        guard case .captureBack(let back) = await iterator.next() else {
            Issue.record("the return was not reported next")
            return
        }
        #expect(back.contains("16000 Hz"))
        var heard: [Int16] = []
        while heard.count < said.count, let event = await iterator.next() {
            if case .chunk(let chunk) = event { heard += chunk.samples }
        }
        #expect(Array(heard.prefix(said.count)) == said)
        #expect(engine.status().capture.trouble == nil)
    }

    @Test("a loss is reported even if the microphone is back before the next check")
    func quickReturn() throws {
        let folder = try AudioEngineTests.Folder()
        var settings = AudioSettings()
        settings.capture.device = .wav(folder.file("mic.wav"))
        let (wake, demand) = (try EventFD(), try MicrophoneDemand())
        let told = Mutex<[MicrophoneEvent]>([])
        let (stop, processingStop) = (StopFlag(), StopFlag())
        let path = MicrophonePath(
            settings: settings, wake: wake, gate: MicrophoneGate(wake: wake, demand: demand),
            demand: demand, reference: nil
        ) { event in
            told.withLock { $0.append(event) }
            if case .captureBack = event { processingStop.raise() }
        }
        let capture = try OwnedThread(name: "capture", priority: .normal) {
            path.captureThread(until: stop)
        }
        // Nothing processes: a board with one core has better things to do.
        while path.status.trouble == nil { _ = wake.wait(timeoutMilliseconds: 10) }
        try AudioEngineTests.write([1, 2, 3], rate: 16_000, to: folder.file("mic.wav"))
        while path.status.grant == nil { _ = wake.wait(timeoutMilliseconds: 10) }
        path.processingThread(until: processingStop)
        stop.raise()
        demand.signal.signal()
        capture.join()
        let events = told.withLock { $0 }
        guard case .captureLost(let text) = events.first else {
            Issue.record("no loss was reported: \(events)")
            return
        }
        #expect(text.contains("mic.wav"))
        #expect(events.count == 2)
    }

    @Test("a reply without a speaker still ends, and a speaker that appears plays the next")
    func speaker() async throws {
        let folder = try AudioEngineTests.Folder()
        var settings = AudioSettings()
        settings.capture.device = .null
        settings.playback.device = .wav(folder.file("later/out.wav"))
        settings.realTimePriority = nil
        let engine = try AudioEngine(settings) { _ in }
        try engine.start()
        engine.speaker.enqueue(AudioEngineTests.pattern(7200))
        engine.speaker.endOfTurn()
        while engine.speaker.snapshot().drainedCount == 0 {
            #expect(engine.speaker.events.wait(timeoutMilliseconds: 10_000))
        }
        #expect(engine.speaker.snapshot().startedCount == 1)
        #expect(engine.status().playback.losses == 1)
        #expect(try #require(engine.status().playback.trouble).contains("later/out.wav"))
        try Files.makeDirectory(folder.file("later"), mode: 0o700)
        while engine.status().playback.grant == nil {
            #expect(engine.speaker.events.wait(timeoutMilliseconds: 10_000))
        }
        let next = AudioEngineTests.pattern(4800, seed: 11)
        engine.speaker.enqueue(next)
        engine.speaker.endOfTurn()
        while engine.speaker.snapshot().drainedCount == 1 {
            #expect(engine.speaker.events.wait(timeoutMilliseconds: 10_000))
        }
        engine.stop()
        let played = try WAVFile(reading: folder.file("later/out.wav")).samples
        #expect(Array(played.prefix(next.count)) == next)
    }
}
