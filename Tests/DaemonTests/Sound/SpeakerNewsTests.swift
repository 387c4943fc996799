import ALSA
import Assistant
import AudioPath
import Testing

@testable import Daemon

@Suite("Reports of the loudspeaker's device to the assistant")
struct SpeakerNewsTests {
    private static let grant = PCMGrant(
        rate: 48_000, channels: 2, periodFrames: 960, bufferFrames: 3840, hasClock: true)

    private func status(losses: Int, trouble: String? = nil) -> DeviceStatus {
        var status = DeviceStatus()
        status.losses = losses
        status.lastLoss = losses > 0 ? "gone \(losses)" : nil
        status.trouble = trouble
        status.grant = trouble == nil ? Self.grant : nil
        return status
    }

    @Test("a loss is reported once, however often the device is tried, and then its return")
    func lossAndReturn() {
        var news = SpeakerNews()
        #expect(news.signals(status(losses: 0)).isEmpty)
        #expect(news.signals(status(losses: 1, trouble: "gone 1")) == [.lost("gone 1")])
        #expect(news.signals(status(losses: 1, trouble: "there is none")).isEmpty)
        #expect(news.signals(status(losses: 1)) == [.back("\(Self.grant)")])
        #expect(news.signals(status(losses: 1)).isEmpty)
    }

    @Test("a device that was lost and is back before the next check is reported, too")
    func quickReturn() {
        var news = SpeakerNews()
        #expect(news.signals(status(losses: 0)).isEmpty)
        let told = news.signals(status(losses: 1))
        #expect(told == [.lost("gone 1"), .back("\(Self.grant)")])
        // Back and lost again in between is one continuing loss.
        #expect(news.signals(status(losses: 2, trouble: "gone 2")) == [.lost("gone 2")])
        #expect(news.signals(status(losses: 3, trouble: "gone 3")).isEmpty)
    }
}
