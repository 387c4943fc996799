internal import ALSA
internal import AudioCore
internal import Linux
internal import SignalProcessing

/// The capture and the processing loop on a microphone that repeats one sound forever, with an open
/// gate: for measuring the cost of a period.
///
/// ## Concurrency
/// One thread at a time.
package final class OfflineCapture {
    private var capture: CaptureLoop<EndlessMicrophone>
    private var processing = Processing()
    private let reference = EchoReference()
    private let played: [Int16]
    private let playedRate: Int32
    /// Samples that the loops have delivered.
    package private(set) var givenSamples = 0

    /// Loops for a device with a rate (Hz) and channels; `played` is a period of mono samples at a
    /// rate that the loudspeaker plays meanwhile, empty if it is silent.
    package init(
        settings: AudioSettings, rate: Int32, channels: Int32, sound: [Int16],
        played: [Int16] = [], playedRate: Int32 = AudioSettings.speechRate
    ) throws {
        let period = rate * Int32(settings.periodMilliseconds) / 1000
        let grant = PCMGrant(
            rate: rate, channels: channels, periodFrames: period, bufferFrames: period * 4,
            hasClock: false)
        let anchor = StreamAnchor()
        var ring = SampleRing(capacity: 8 * Int(period * channels))
        capture = CaptureLoop(
            device: EndlessMicrophone(grant: grant, sound: sound),
            port: CapturePort(
                writer: ring.takeWriter(), anchor: anchor, counters: AudioCounters(),
                wake: try EventFD()))
        processing.loop = ProcessingLoop(
            reader: ring.takeReader(), grant: grant, anchor: anchor,
            converter: try RateConverter.make(
                from: rate, to: AudioSettings.microphoneRate, quality: settings.resamplerQuality),
            settings: settings, base: 0, reference: reference)
        processing.cutter.open(at: 0)
        self.played = played
        self.playedRate = playedRate
    }

    /// Captures a period and processes it for Control, as the two threads do.
    package func step() {
        _ = capture.step()
        played.withUnsafeBufferPointer { samples in
            guard let start = samples.baseAddress else { return }
            reference.wrote(
                start, channels: 1, frames: samples.count, rate: playedRate,
                heardAt: MonotonicClock.now())
        }
        _ = processing.drain { _ in }
        while let event = processing.cutter.next() {
            if case .chunk(let chunk) = event { givenSamples += chunk.samples.count }
        }
    }
}

/// A device that always has a period.
private struct EndlessMicrophone: CaptureDevice, ~Copyable {
    let grant: PCMGrant
    /// Interleaved; it starts over when less than a period is left.
    let sound: [Int16]
    private var position = 0

    init(grant: PCMGrant, sound: [Int16]) {
        self.grant = grant
        self.sound = sound
    }

    mutating func start() -> Int32 { 0 }
    mutating func wait(timeoutMilliseconds: Int32) -> WaitResult { .ready }

    mutating func read(into samples: UnsafeMutablePointer<Int16>, frames: Int) -> Transfer {
        let count = frames * Int(grant.channels)
        if position + count > sound.count { position = 0 }
        sound.withUnsafeBufferPointer { source in
            guard let start = source.baseAddress, source.count >= count else { return }
            samples.update(from: start + position, count: count)
        }
        position += count
        return .frames(frames)
    }

    mutating func heldFrames() -> Int { 0 }
    mutating func recover(_ code: Int32) -> Int32 { code }
}
