import ALSA
import AudioCore
import CAllocationCounter
import Glibc
import Linux
import Synchronization
import Testing

@testable import AudioPath

/// Calls that are forbidden on an audio thread.
enum Misdeed: CaseIterable, Equatable, Sendable {
    case allocates
    case releases
    case locks
    case waitsForMutex
    case logs

    private static let mutex = Mutex(0)
    private static let memory = UInt(bitPattern: UnsafeMutablePointer<Int>.allocate(capacity: 4))
    private static let text: StaticString = "late\n"

    /// The call that the sanitizer reports.
    var call: String {
        switch self {
        case .allocates: "posix_memalign"
        case .releases: "free"
        case .locks: "pthread_mutex_lock"
        case .waitsForMutex: "syscall"
        case .logs: "write"
        }
    }

    /// Prepares it, which may allocate.
    func prepare() {
        Self.mutex.withLock { $0 = Self.text.utf8CodeUnitCount + Int(Self.memory & 1) }
    }

    /// Makes the call.
    func commit() {
        switch self {
        case .allocates: _ = UnsafeMutablePointer<Int>.allocate(capacity: 4)
        case .releases: UnsafeMutableRawPointer(bitPattern: Self.memory)?.deallocate()
        case .locks:
            var lock = pthread_mutex_t()
            pthread_mutex_lock(&lock)
        case .waitsForMutex:
            // A Mutex that is free is locked without a call; this one is held.
            Self.mutex.withLock { _ in Self.mutex.withLock { $0 += 1 } }
        case .logs: _ = write(STDERR_FILENO, Self.text.utf8Start, Self.text.utf8CodeUnitCount)
        }
    }
}

/// The sanitizer of `make rtsan` finds what it is for; without this its silence proves nothing.
@Suite(.enabled(if: martlet_realtime_checked() != 0), .timeLimit(.minutes(5)))
struct RealtimeSanitizerTests {
    /// What the child process does.
    private final class Body {
        let run: () -> Void

        init(_ run: @escaping () -> Void) { self.run = run }
    }

    /// The exit status with which the sanitizer ends a program.
    private static let found: Int32 = 43

    /// Runs in a child process; returns its status and what it wrote to its standard error stream.
    private func ending(_ run: @escaping () -> Void) throws -> (status: Int32, text: String) {
        let folder = try AudioEngineTests.Folder()
        let errors = try Files.create(folder.file("errors"), mode: 0o600)
        let body = Unmanaged.passRetained(Body(run))
        defer { body.release() }
        let status = martlet_ends(
            { context in
                guard let context else { return }
                Unmanaged<Body>.fromOpaque(context).takeUnretainedValue().run()
            }, body.toOpaque(), errors.rawValue)
        let bytes = try Files.read(folder.file("errors"), limitBytes: 1 << 20)
        return (status, String(decoding: bytes, as: UTF8.self))
    }

    /// The capture loop for some periods, one of which has a mishap.
    private func capture(_ mishap: ScriptedCapture.Mishap) throws -> (status: Int32, text: String) {
        try ending {
            for isStrict in [false, true] {
                let stop = StopFlag()
                let device = ScriptedCapture(
                    mishaps: isStrict ? [7: mishap] : [:], end: (wait: 20, flag: stop))
                var ring = SampleRing(capacity: 1 << 14)
                guard let wake = try? EventFD() else { return }
                var loop = CaptureLoop(
                    device: device,
                    port: CapturePort(
                        writer: ring.takeWriter(), anchor: StreamAnchor(),
                        counters: AudioCounters(), wake: wake))
                let watch = RealtimeWatch(isStrict: isStrict)
                _ = loop.run(until: stop)
                _ = watch.end()
            }
        }
    }

    /// The same for the playback loop.
    private func playback(
        _ mishap: ScriptedPlayback.Mishap
    ) throws -> (status: Int32, text: String) {
        try ending {
            for isStrict in [false, true] {
                guard var rig = try? PlaybackRig(writes: isStrict ? [7: mishap] : [:]) else {
                    return
                }
                rig.speaker.enqueue(AudioEngineTests.pattern(20 * 480))
                let watch = RealtimeWatch(isStrict: isStrict)
                for _ in 0..<16 { _ = rig.loop.step() }
                _ = watch.end()
            }
        }
    }

    @Test("a forbidden call on an audio thread ends the process", arguments: Misdeed.allCases)
    func misdeed(_ misdeed: Misdeed) throws {
        misdeed.prepare()
        for run in [try capture(.misbehaves(misdeed)), try playback(.misbehaves(misdeed))] {
            #expect(run.status == Self.found)
            #expect(run.text.contains("real-time unsafe function `\(misdeed.call)`"), "\(run.text)")
        }
    }

    @Test("a loop without such calls runs to its end")
    func innocent() throws {
        for run in [try capture(.late(10)), try playback(.takes(10))] {
            #expect(run.status == 0, "\(run.text)")
            #expect(run.text.isEmpty)
        }
    }

    // `make rtsan` builds alsa-lib without each handle's lock, which no two threads ever contend
    // for.
    @Test("an alsa-lib microphone makes no such call", arguments: ["null", "plug:null"])
    func alsaCapture(device: String) throws {
        var ring = SampleRing(capacity: 1 << 16)
        var loop = CaptureLoop(
            device: try ALSACapture(request(device, .capture)),
            port: CapturePort(
                writer: ring.takeWriter(), anchor: StreamAnchor(), counters: AudioCounters(),
                wake: try EventFD()))
        for isStrict in [false, true] {
            let watch = RealtimeWatch(isStrict: isStrict)
            for _ in 0..<100 { _ = loop.step() }
            _ = watch.end()
        }
    }

    @Test("an alsa-lib speaker makes no such call", arguments: ["null", "plug:null"])
    func alsaPlayback(device: String) throws {
        let playback = try ALSAPlayback(request(device, .playback))
        let converter = try RateConverter.make(from: 24_000, to: 16_000, quality: 4)
        let ends = try PlaybackEnds(settings: AudioSettings())
        var loop = PlaybackLoop(
            device: playback, port: ends.takePort(), converter: converter,
            settings: AudioSettings())
        for isStrict in [false, true] {
            for isHeld in [false, true] {
                ends.speaker.enqueue(AudioEngineTests.pattern(4800))
                ends.speaker.endOfTurn()
                if isHeld { ends.speaker.hold() } else { ends.speaker.resume() }
                let watch = RealtimeWatch(isStrict: isStrict)
                for _ in 0..<50 { _ = loop.step() }
                _ = watch.end()
            }
        }
        #expect(ends.speaker.snapshot().silentCount == 2)
        #expect(ends.speaker.snapshot().startedCount == 2)
    }

    /// Periods of 2 ms, for a short test.
    private func request(_ device: String, _ direction: StreamDirection) -> PCMRequest {
        PCMRequest(
            device: device, direction: direction, rate: 16_000, channels: 1, periodFrames: 32,
            bufferFrames: 128)
    }
}
