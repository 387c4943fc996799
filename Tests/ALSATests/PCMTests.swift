import ALSA
import Glibc
import Linux
import Testing

@Suite("PCM")
struct PCMTests {
    let devices: FileDevices

    init() throws {
        devices = try FileDevices()
    }

    private func samples(_ count: Int) -> [Int16] {
        (0..<count).map { Int16(truncatingIfNeeded: $0 &* 7_919) }
    }

    @Test("every sample of the microphone is read bit for bit, with silence after the last")
    func captureIsExact() throws {
        let spoken = samples(16_000 + 123)
        let pcm = try PCM(.usual(devices.microphone(spoken), .capture))
        #expect(pcm.start() == 0)
        // The memory's old contents must not be heard.
        var period = [Int16](repeating: -1, count: 320)
        var heard: [Int16] = []
        for _ in 0..<60 {
            #expect(pcm.wait(timeoutMilliseconds: 60_000) == .ready)
            #expect(pcm.read(into: &period, frames: 320) == .frames(320))
            heard += period
        }
        #expect(Array(heard.prefix(spoken.count)) == spoken)
        #expect(heard.dropFirst(spoken.count).allSatisfy { $0 == 0 })
    }

    @Test("a read waits for a microphone that has nothing yet")
    func captureIsPaced() throws {
        let (device, descriptor) = try devices.livingMicrophone()
        let writer = FileDescriptor(adopting: descriptor)
        let pcm = try PCM(.usual(device, .capture))
        let spoken = samples(320)
        let bytes = devices.bytes(spoken)
        let go = try EventFD()
        let copy = try writer.duplicate().release()
        let thread = try OwnedThread(name: "speaking", priority: .normal) {
            _ = go.wait(timeoutMilliseconds: 60_000)
            try? FileDescriptor(adopting: copy).writeAll(bytes)
        }
        var period = [Int16](repeating: 0, count: 320)
        go.signal()
        #expect(pcm.read(into: &period, frames: 320) == .frames(320))
        #expect(period == spoken)
        thread.join()
        _ = consume writer
        #expect(pcm.read(into: &period, frames: 320) == .frames(320))
        #expect(period.allSatisfy { $0 == 0 })
    }

    @Test("every sample that is written is played, bit for bit, in both channels")
    func playbackIsExact() throws {
        let spoken = samples(48_000)
        do {
            var request = PCMRequest.usual(devices.speaker, .playback, rate: 24_000)
            request.channels = 2
            let pcm = try PCM(request)
            #expect(pcm.grant.channels == 2)
            var rest = spoken[...]
            while !rest.isEmpty {
                let outcome = rest.withUnsafeBufferPointer { buffer in
                    buffer.baseAddress.map { pcm.write($0, frames: min(480, buffer.count / 2)) }
                }
                guard case .frames(let count) = outcome else {
                    Issue.record("the speaker failed")
                    return
                }
                rest = rest.dropFirst(count * 2)
            }
            #expect(pcm.drain() == 0)
        }
        #expect(try devices.played() == spoken)
    }

    @Test(
        "the request is granted and reported", arguments: [8_000, 16_000, 24_000, 44_100, 48_000])
    func grant(rate: Int32) throws {
        let pcm = try PCM(.usual("null", .playback, rate: rate))
        let wished = PCMGrant(
            rate: rate, channels: 1, periodFrames: rate / 50, bufferFrames: rate / 50 * 4,
            hasClock: false)
        let grant = pcm.grant
        #expect(grant == wished)
        #expect("\(grant)" == "\(rate) Hz, 1 channel, period 20 ms, buffer 80 ms, no clock")
    }

    @Test("a rate that the device lacks is replaced by the nearest")
    func nearestRate() throws {
        let pcm = try PCM(.usual("martlet_rates", .capture, rate: 1_000))
        let grant = pcm.grant
        #expect(grant.rate == 4_000)
        // 20 and 80 ms, as requested.
        #expect(grant.periodFrames == 80)
        #expect(grant.bufferFrames == 320)
    }

    @Test("devices that lead to no hardware have no clock")
    func noClock() throws {
        let names = ["null", "plug:null", devices.speaker, "martlet_rates"]
        for name in names {
            let grant = try PCM(.usual(name, .playback)).grant
            #expect(!grant.hasClock, "\(name)")
        }
        let grant = try PCM(.usual(devices.microphone([1]), .capture)).grant
        #expect(!grant.hasClock)
    }

    @Test("a device can be stopped, prepared and started again at any time")
    func control() throws {
        let pcm = try PCM(.usual("null", .playback))
        let silence = [Int16](repeating: 0, count: 320)
        for _ in 0..<3 {
            #expect(pcm.write(silence, frames: 320) == .frames(320))
            #expect(pcm.start() == 0)
            #expect(pcm.available() == 1_280)
            #expect(pcm.delayFrames() == 0)
            #expect(pcm.drop() == 0)
            #expect(pcm.prepare() == 0)
        }
    }

    @Test("recoverable errors are recovered, the rest is handed back")
    func recovery() throws {
        let pcm = try PCM(.usual("null", .capture))
        #expect(pcm.recover(-EPIPE) == 0)
        #expect(pcm.recover(-EINTR) == 0)
        #expect(pcm.recover(-ESTRPIPE) == 0)
        #expect(pcm.recover(-ENODEV) == -ENODEV)
        #expect(pcm.recover(-EIO) == -EIO)
        #expect(pcm.start() == 0)
    }
}
