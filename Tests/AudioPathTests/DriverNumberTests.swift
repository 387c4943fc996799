import ALSA
import AudioCore
import Linux
import Testing

@testable import AudioPath

/// A driver's reported delay is untrusted input: any number may come, and none may end the program,
/// silence it, or move a press to another time.
@Suite("Numbers that drivers report", .timeLimit(.minutes(5)))
struct DriverNumberTests {
    private static let edges = [
        0, 1, -1, 1 << 31, -(1 << 31), 1 << 53, -(1 << 53), Int.max, Int.min,
        // thesofproject/linux#4686
        7_493_989_779_945_237_086,
    ]

    private static func reports() -> [Int] {
        edges.shuffled() + (0..<200).map { _ in Int.random(in: -10_000...10_000_000) }
    }

    @Test("a delay is clamped to 0 to 10 s, and a true one is taken as it is")
    func plausible() {
        for rate: Int32 in [8000, 16_000, 48_000, 192_000] {
            for buffer: Int32 in [2, 1920, rate, rate * 2] {
                let grant = PCMGrant(
                    rate: rate, channels: 1, periodFrames: buffer / 2, bufferFrames: buffer,
                    hasClock: true)
                for report in Self.reports() {
                    let believed = grant.plausible(delayFrames: report)
                    #expect((0...Int(rate) * 10).contains(believed))
                }
                for report in [0, 1, Int(buffer), Int(rate) * 2] {
                    #expect(grant.plausible(delayFrames: report) == report)
                }
            }
        }
    }

    @Test("capture goes on, and no sample is dated more than 10 s back or in the future")
    func capture() throws {
        let reports = Self.reports()
        let mishaps = Dictionary(
            uniqueKeysWithValues: reports.enumerated().map {
                ($0.offset, ScriptedCapture.Mishap.late($0.element))
            })
        for last in 0..<reports.count {
            let stop = StopFlag()
            let before = MonotonicClock.now()
            let run = try CaptureLoopTests.run(
                ScriptedCapture(mishaps: mishaps, end: (wait: last, flag: stop)), until: stop,
                ringSamples: 1 << 17)
            #expect(run.code == 0)
            #expect(run.counters.frames.value == (last + 1) * 320)
            let time = try #require(run.anchor.read()).time
            #expect(time >= before - 10_000_000_000 && time <= MonotonicClock.now())
        }
    }

    @Test("speech is played whole and once, whatever delay the driver reports")
    func playback() throws {
        for _ in 0..<40 {
            var rig = try PlaybackRig()
            rig.loop.device.reports = Self.reports()
            // Below the limiter's threshold, and never zero, which marks silence.
            let said = (0..<48_000).map { Int16(truncatingIfNeeded: $0 % 8000 + 1) }
            _ = rig.speaker.enqueue(said)
            rig.speaker.endOfTurn()
            _ = rig.playOut()
            let isSame = rig.listener.heard.filter { $0 != 0 } == said
            #expect(isSame)
        }
    }

    @Test("a microphone at a rate that cannot be converted is reported and retried")
    func rate() async throws {
        var settings = AudioSettings()
        settings.capture.device = .null
        settings.playback.device = .null
        settings.realTimePriority = nil
        settings.capture.rate = 384_000
        let (stream, handler) = AudioEngineTests.events()
        let engine = try AudioEngine(settings, onMicrophone: handler)
        try engine.start()
        defer { engine.stop() }
        var iterator = stream.makeAsyncIterator()
        guard case .captureLost(let text) = await iterator.next() else {
            Issue.record("no loss was reported")
            return
        }
        #expect(text.contains("384000 Hz"))
        while engine.status().capture.openings < 3 { await Task.yield() }
    }
}
