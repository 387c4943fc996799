import ALSA
import AudioCore
import Linux
import Synchronization
import TestInputs
import Testing

@testable import AudioPath

// Swift 6.3 compiles this to invalid code with the thread sanitizer and -O.
#if !MARTLET_TSAN

/// A microphone's thread while not in use: it seldom wakes, and a press has all earlier samples.
struct CaptureRestTests {
    /// The history of a card, in its own time (nanoseconds).
    final class Diary {
        var wakeUps = 0
        var time: Int64 = 0
        /// Frames that were read, in order.
        var frames = 0
        var overruns = 0
        /// The times of presses (nanoseconds), the next one last.
        var presses: [Int64]
        var random: SeededGenerator

        init(presses: [Int64], seed: UInt64) {
            self.presses = presses
            random = SeededGenerator(seed: seed)
        }

        /// Swift 6.0 fails on a borrowed card that only reads a property of a class.
        func moment() -> Int64 { time }
        func unread(of captured: Int) -> Int { captured - frames }
    }

    /// A card whose time passes only during waits, with presses at some times.
    struct Card: CaptureDevice, ~Copyable {
        let grant: PCMGrant
        let diary: Diary
        let demand: MicrophoneDemand
        /// The thread is late by up to this time (nanoseconds).
        let latest: Int64

        private func captured(at time: Int64) -> Int {
            Int(FrameTime.frames(inNanoseconds: time, rate: Int64(grant.rate)))
        }

        private var held: Int { diary.unread(of: captured(at: diary.moment())) }

        func now() -> Int64 { diary.moment() }
        mutating func start() -> Int32 { 0 }

        /// Lets time pass, up to a press at most.
        private mutating func pass(until time: Int64) {
            if let press = diary.presses.last, press <= time {
                diary.presses.removeLast()
                diary.time = max(diary.time, press)
                demand.set(true)
            } else {
                let late = Int64.random(in: 0...latest, using: &diary.random)
                diary.time = max(diary.time, time) + late
            }
            diary.wakeUps += 1
        }

        mutating func rest(milliseconds: Int32, orUntil wake: EventFD) {
            if wake.wait(timeoutMilliseconds: 0) { return }
            pass(until: diary.time + Int64(milliseconds) * 1_000_000)
            _ = wake.wait(timeoutMilliseconds: 0)
        }

        mutating func wait(timeoutMilliseconds: Int32) -> WaitResult {
            let due = diary.frames + Int(grant.periodFrames)
            let time = FrameTime.nanoseconds(ofFrames: Int64(due), rate: Int64(grant.rate)) + 1
            let limit = diary.time + Int64(timeoutMilliseconds) * 1_000_000
            if diary.time < time { pass(until: min(time, limit)) }
            return captured(at: diary.time) >= due ? .ready : .timedOut
        }

        mutating func read(into samples: UnsafeMutablePointer<Int16>, frames: Int) -> Transfer {
            let held = held
            if held > Int(grant.bufferFrames) { diary.overruns += 1 }
            let count = min(frames, held)
            guard count > 0 else { return .again }
            for index in 0..<count * Int(grant.channels) {
                let (frame, channel) = index.quotientAndRemainder(dividingBy: Int(grant.channels))
                samples[index] = ScriptedCapture.sample(
                    ofFrame: diary.frames + frame, channel: channel)
            }
            diary.frames += count
            return .frames(count)
        }

        mutating func heldFrames() -> Int { held }
        mutating func recover(_ code: Int32) -> Int32 { code }
    }

    private static func grant<Random: RandomNumberGenerator>(
        using random: inout Random
    ) -> PCMGrant {
        let rate: Int32 = [16_000, 44_100, 48_000].randomElement(using: &random) ?? 16_000
        let period = rate * ([5, 10, 20, 32, 64, 125].randomElement(using: &random) ?? 20) / 1000
        return PCMGrant(
            rate: rate, channels: Int32.random(in: 1...2, using: &random), periodFrames: period,
            bufferFrames: period * Int32.random(in: 2...30, using: &random), hasClock: true)
    }

    /// In 17448141651815930320 a thread that was 5 ms late twice left no room in a buffer of 15 ms
    /// for a rest of half of it.
    @Test("all samples come once and in order, and a press has the samples before it")
    func whole() throws {
        for seed in Array(0..<40) + [17_448_141_651_815_930_320] as [UInt64] {
            var random = SeededGenerator(seed: seed)
            let grant = Self.grant(using: &random)
            let demand = try MicrophoneDemand()
            let second: Int64 = 1_000_000_000
            let presses = (0..<4).map { _ in Int64.random(in: 0...4 * second, using: &random) }
            let diary = Diary(presses: presses.sorted(by: >), seed: random.next())
            let half = Int64(grant.bufferFrames) * second / Int64(grant.rate) / 2
            let card = Card(
                grant: grant, diary: diary, demand: demand, latest: min(half - 1, 5_000_000))
            let frameSamples = Int(grant.channels)
            var ring = SampleRing(capacity: 1 << 20)
            let reader = ring.takeReader()
            let anchor = StreamAnchor()
            var loop = CaptureLoop(
                device: card,
                port: CapturePort(
                    writer: ring.takeWriter(), anchor: anchor, counters: AudioCounters(),
                    wake: try EventFD(), demand: demand))
            var seen = 0
            // The presses are over after this time, and each lasts for some steps.
            while diary.time < 5 * second {
                let wasWanted = demand.isWanted
                let step = loop.step()
                if case .failed(let code) = step {
                    Issue.record("\(seed), \(grant): failed with \(code)")
                }
                if demand.isWanted, !wasWanted {
                    // The press has just come: everything that the card had was read, and its time
                    // is known.
                    let frame = reader.available / frameSamples + seen
                    let now = FrameTime.frames(inNanoseconds: diary.time, rate: Int64(grant.rate))
                    // If half a buffer is no longer than a period there is no rest.
                    let rests = grant.bufferFrames / 2 > grant.periodFrames
                    let least = rests ? now : now - Int64(grant.periodFrames)
                    #expect((least...now).contains(Int64(frame)), "\(seed), \(grant)")
                }
                if demand.isWanted, Int.random(in: 0..<10, using: &random) == 0 {
                    demand.set(false)
                }
                var samples = [Int16](repeating: 0, count: reader.available)
                _ = reader.read(into: &samples, count: samples.count)
                for (index, sample) in samples.enumerated() {
                    let (frame, channel) = index.quotientAndRemainder(dividingBy: frameSamples)
                    let right = ScriptedCapture.sample(ofFrame: seen + frame, channel: channel)
                    guard sample == right else {
                        Issue.record("\(seed), \(grant): frame \(seen + frame) is another")
                        return
                    }
                }
                seen += samples.count / frameSamples
            }
            #expect(diary.overruns == 0, "\(seed), \(grant)")
            #expect(seen == diary.frames)
        }
    }

    @Test("while not in use it wakes five times a second, with the buffer that it asks for")
    func seldom() throws {
        var settings = AudioSettings()
        settings.restsWhenIdle = true
        let request = settings.request("hw:0", .capture)
        let demand = try MicrophoneDemand()
        demand.set(false)
        let diary = Diary(presses: [], seed: 1)
        let card = Card(
            grant: PCMGrant(
                rate: request.rate, channels: 1, periodFrames: request.periodFrames,
                bufferFrames: request.bufferFrames, hasClock: true),
            diary: diary, demand: demand, latest: 0)
        var ring = SampleRing(capacity: 1 << 20)
        var loop = CaptureLoop(
            device: card,
            port: CapturePort(
                writer: ring.takeWriter(), anchor: StreamAnchor(), counters: AudioCounters(),
                wake: try EventFD(), demand: demand))
        while diary.time < 10_000_000_000 { _ = loop.step() }
        #expect(diary.wakeUps <= 51)
        #expect(request.periodFrames == 320)
        // The other streams request the configured values.
        #expect(settings.request("hw:0", .playback).bufferFrames == 4 * 480)
        settings.restsWhenIdle = false
        #expect(settings.request("hw:0", .capture).bufferFrames == 4 * 320)
    }

    @Test("a microphone that stalls while not in use is given up too")
    func stall() throws {
        let demand = try MicrophoneDemand()
        demand.set(false)
        struct Silent: CaptureDevice, ~Copyable {
            let grant = PCMGrant(
                rate: 16_000, channels: 1, periodFrames: 320, bufferFrames: 8000, hasClock: true)
            mutating func start() -> Int32 { 0 }
            mutating func wait(timeoutMilliseconds: Int32) -> WaitResult { .timedOut }
            mutating func rest(milliseconds: Int32, orUntil wake: EventFD) {}
            mutating func read(
                into samples: UnsafeMutablePointer<Int16>, frames: Int
            ) -> Transfer { .again }
            mutating func heldFrames() -> Int { 0 }
            mutating func recover(_ code: Int32) -> Int32 { code }
        }
        var ring = SampleRing(capacity: 1 << 12)
        var loop = CaptureLoop(
            device: Silent(),
            port: CapturePort(
                writer: ring.takeWriter(), anchor: StreamAnchor(), counters: AudioCounters(),
                wake: try EventFD(), demand: demand))
        var steps = 0
        while loop.step() == .nothing, steps < 100 { steps += 1 }
        // The first does not wait.
        #expect(steps == 5)
    }

    @Test("samples captured while the microphone was shut are never heard, however late")
    func shut() throws {
        var rig = try ProcessingTests.Rig()
        let sound = { (milliseconds: Int) in
            (0..<16 * milliseconds).map { Int16(5000 + $0 % 2000) }
        }
        rig.processing.isShut = true
        rig.capture(sound(100))
        // It is opened 150 ms later, and the press comes before the card is queried.
        rig.processing.isShut = false
        rig.processing.openedAt = ProcessingTests.start + 250_000_000
        rig.wakeUp(.open(at: ProcessingTests.start + 260_000_000, preRollMilliseconds: 200))
        rig.capture(sound(300))
        rig.wakeUp(.close(at: ProcessingTests.start + 400_000_000))
        let samples = rig.heard().samples
        try #require(samples.count >= 16 * 335)
        let opened = samples.count - 16 * 150
        #expect(samples[..<(opened - 16)].allSatisfy { $0 == 0 })
        #expect(samples[(opened + 16)...].allSatisfy { $0 != 0 })
    }
}

#endif
