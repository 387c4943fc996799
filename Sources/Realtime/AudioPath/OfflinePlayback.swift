internal import ALSA
internal import Linux
internal import SignalProcessing

/// The playback loop on a device that takes everything at once and discards it: for measuring the
/// cost of a period.
///
/// ## Concurrency
/// One thread at a time.
package final class OfflinePlayback {
    private var loop: PlaybackLoop<EndlessDevice>

    /// The writing end, as an engine has it.
    package let speaker: Speaker

    /// A loop at a rate (Hz) with the settings' period.
    package init(settings: AudioSettings, rate: Int32, channels: Int32) throws {
        let converter = try RateConverter.make(
            from: AudioSettings.speechRate, to: rate, quality: settings.resamplerQuality)
        let ends = try PlaybackEnds(settings: settings)
        speaker = ends.speaker
        let period = rate * Int32(settings.periodMilliseconds) / 1000
        loop = PlaybackLoop(
            device: EndlessDevice(
                grant: PCMGrant(
                    rate: rate, channels: channels, periodFrames: period,
                    bufferFrames: period * 4, hasClock: false)),
            port: ends.takePort(), converter: converter, settings: settings)
    }

    /// Plays a period, as the playback thread does; moves the samples that wait behind the rings
    /// first.
    package func step() {
        speaker.refill()
        _ = loop.step()
    }
}

/// A device that is always ready.
private struct EndlessDevice: PlaybackDevice, ~Copyable {
    let grant: PCMGrant

    mutating func wait(timeoutMilliseconds: Int32, orUntil flushSignal: EventFD) -> WaitResult {
        .ready
    }
    mutating func trouble() -> Int32 { 0 }
    mutating func write(_ samples: UnsafePointer<Int16>, frames: Int) -> Transfer {
        .frames(frames)
    }
    mutating func heldFrames() -> Int { 0 }
    mutating func queuedFrames() -> Int { 0 }
    mutating func rewind(_ frames: Int, leaving margin: Int) -> Int { 0 }
    mutating func start() -> Int32 { 0 }
    mutating func drop() -> Int32 { 0 }
    mutating func recover(_ code: Int32) -> Int32 { code }
}
