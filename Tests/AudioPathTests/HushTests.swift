import ALSA
import AudioCore
import Linux
import Testing

@testable import AudioPath

/// Silencing does not wait until the device has room for a period.
struct HushTests {
    @Test("a request for silence ends a wait for the device, once")
    func waitEnds() throws {
        var device = try FilePlayback(path: nil, rate: 24_000, periodMilliseconds: 20_000)
        let flushSignal = try EventFD()
        let period = SampleBuffer(count: Int(device.grant.periodFrames))
        for _ in 0..<4 {
            #expect(device.wait(timeoutMilliseconds: 0, orUntil: flushSignal) == .ready)
            _ = device.write(period.start, frames: Int(device.grant.periodFrames))
        }
        // Its buffer holds 80 seconds now; there is room for a period after 20.
        #expect(device.wait(timeoutMilliseconds: 0, orUntil: flushSignal) == .timedOut)
        flushSignal.signal()
        #expect(device.wait(timeoutMilliseconds: 60_000, orUntil: flushSignal) == .woken)
        #expect(device.wait(timeoutMilliseconds: 0, orUntil: flushSignal) == .timedOut)
    }

    @Test("both ways to silence speech wake the playback thread at its device")
    func speakerWakes() throws {
        let ends = try PlaybackEnds(settings: AudioSettings())
        let port = ends.takePort()
        ends.speaker.flush()
        #expect(port.share.flushSignal.wait(timeoutMilliseconds: 0))
        ends.speaker.hold()
        #expect(port.share.flushSignal.wait(timeoutMilliseconds: 0))
        ends.speaker.resume()
        #expect(!port.share.flushSignal.wait(timeoutMilliseconds: 0))
    }
}
