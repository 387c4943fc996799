import ALSA
import AudioPath
import Testing

@testable import Daemon

@Suite("The log's lines on sound devices")
struct AudioWatchTests {
    private static let grant = PCMGrant(
        rate: 48_000, channels: 2, periodFrames: 960, bufferFrames: 3840, hasClock: true,
        format: .bits32)

    private func status(
        openings: Int = 1, xruns: Int = 0, isOpen: Bool = true
    ) -> AudioStatus {
        var device = DeviceStatus()
        device.device = "plughw:CARD=Headset,DEV=0"
        device.reason = "Jabra: the only card with a microphone"
        device.grant = isOpen ? Self.grant : nil
        device.openings = openings
        device.xruns = xruns
        return AudioStatus(
            capture: device, playback: DeviceStatus(), isRealTime: true,
            microphone: MicrophoneLevels())
    }

    @Test("the granted format is reported with device and reason, once an opening")
    func granted() {
        var watch = AudioWatch()
        let first = watch.lines(status(), atMilliseconds: 0).map(\.text)
        #expect(
            first == [
                "the sound threads have real-time priority",
                "microphone: plughw:CARD=Headset,DEV=0: 48000 Hz, 2 channels, S32_LE, period "
                    + "20 ms, buffer 80 ms (auto: Jabra: the only card with a microphone)",
            ])
        #expect(watch.lines(status(), atMilliseconds: 10_000).isEmpty)
        #expect(watch.lines(status(openings: 1, isOpen: false), atMilliseconds: 20_000).isEmpty)
        #expect(watch.lines(status(openings: 2), atMilliseconds: 30_000).count == 1)
    }

    @Test("a card setting that failed is reported with the opening, once")
    func warning() {
        var watch = AudioWatch()
        var device = DeviceStatus()
        device.grant = Self.grant
        device.openings = 1
        device.warning = "card hw:CARD=X has no control Mic; it has none"
        let status = AudioStatus(
            capture: device, playback: DeviceStatus(), isRealTime: true,
            microphone: MicrophoneLevels())
        let lines = watch.lines(status, atMilliseconds: 0)
        #expect(lines.last?.text == "microphone: card hw:CARD=X has no control Mic; it has none")
        #expect(lines.last?.isTrouble == true)
        #expect(watch.lines(status, atMilliseconds: 10_000).isEmpty)
    }

    @Test("an overrun is reported at the next check; a lasting one ever less often")
    func overruns() {
        var watch = AudioWatch()
        _ = watch.lines(status(), atMilliseconds: 0)
        let first = watch.lines(status(xruns: 3), atMilliseconds: 10_000)
        #expect(first.map(\.text) == ["microphone: 3 overruns since the last such line"])
        #expect(first.map(\.isTrouble) == [true])
        var told = 0
        for look in 2...361 {
            told += watch.lines(status(xruns: 3 * look), atMilliseconds: Int64(look) * 10_000).count
        }
        // An hour of trouble.
        #expect((8...14).contains(told))
        // After a quiet time the next one is reported at once again.
        _ = watch.lines(status(xruns: 2000), atMilliseconds: 10_000_000)
        _ = watch.lines(status(xruns: 2000), atMilliseconds: 12_000_000)
        #expect(watch.lines(status(xruns: 2001), atMilliseconds: 12_010_000).count == 1)
        #expect(watch.lines(status(xruns: 2002), atMilliseconds: 12_020_000).count == 1)
    }

    private func echo(_ change: (inout EchoStatus) -> Void) -> AudioStatus {
        var echo = EchoStatus()
        echo.canceller = "SpeexDSP"
        echo.gate = .open
        change(&echo)
        return AudioStatus(
            capture: DeviceStatus(), playback: DeviceStatus(), isRealTime: true,
            microphone: MicrophoneLevels(), echo: echo)
    }

    @Test("the canceller is logged once, with the reason if it is not the better one")
    func canceller() {
        var watch = AudioWatch()
        let lines = watch.lines(echo { $0.lack = "/x.so is not there" }, atMilliseconds: 0)
        #expect(
            lines.last
                == .init(
                    isTrouble: false,
                    text: "echo: SpeexDSP takes it out; WebRTC's is not available: "
                        + "/x.so is not there"))
        #expect(watch.lines(echo { _ in }, atMilliseconds: 10_000).isEmpty)
        let other = watch.lines(echo { $0.canceller = "AEC3" }, atMilliseconds: 20_000)
        #expect(other.map(\.text) == ["echo: AEC3 takes it out"])
    }

    @Test("a shut echo gate is logged with what to do, and its end; learning is not")
    func gate() {
        var watch = AudioWatch()
        _ = watch.lines(echo { $0.gate = .learning }, atMilliseconds: 0)
        #expect(watch.lines(echo { _ in }, atMilliseconds: 10_000).isEmpty)
        let shut = watch.lines(
            echo { status in
                status.gate = .shut
                status.reductionDecibels = 4.4
            }, atMilliseconds: 20_000)
        #expect(shut.map(\.isTrouble) == [true])
        #expect(shut.first?.text.contains("(4 dB taken out). Turn the loudspeaker down") == true)
        #expect(watch.lines(echo { $0.gate = .shut }, atMilliseconds: 30_000).isEmpty)
        let open = watch.lines(echo { _ in }, atMilliseconds: 40_000)
        #expect(
            open.map(\.text)
                == ["echo: enough of it is taken out again: a voice interrupts as before"])
    }

    @Test("a library that refuses frames is logged once, with the workaround")
    func refusals() {
        var watch = AudioWatch()
        _ = watch.lines(echo { _ in }, atMilliseconds: 0)
        let lines = watch.lines(echo { $0.refusals = 3 }, atMilliseconds: 10_000)
        #expect(lines.map(\.isTrouble) == [true])
        #expect(lines.first?.text.contains("audio.echo.canceller = \"speex\"") == true)
        #expect(watch.lines(echo { $0.refusals = 400 }, atMilliseconds: 20_000).isEmpty)
    }
}
