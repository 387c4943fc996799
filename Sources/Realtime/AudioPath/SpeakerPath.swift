internal import ALSA
internal import AudioCore
internal import Linux
internal import SpeexDSP
internal import Synchronization

/// The playback thread: opens the device, runs its loop, and opens it again.
///
/// While there is no device, enqueued sound is consumed in real time and discarded, so that turns
/// still end; opening the device is retried meanwhile.
final class SpeakerPath: Sendable {
    private let settings: AudioSettings
    private let share: PlaybackShare
    /// The rings' reading ends; every loop gives them back for the next one.
    private let port: Mutex<PlaybackPort?>
    private let state = Mutex(DeviceStatus())

    init(settings: AudioSettings, port: consuming PlaybackPort) {
        self.settings = settings
        share = port.share
        self.port = Mutex(consume port)
    }

    var status: DeviceStatus {
        var status = state.withLock { $0 }
        status.count(share.counters)
        return status
    }

    /// Makes the thread check the stop flag.
    func wake() { share.wake.signal() }

    /// The thread's body.
    func run(until stop: StopFlag) {
        var reopening = Reopening()
        var finder = DeviceFinder(settings, .playback)
        var back = DeviceReturn(.playback)
        while !stop.isSet {
            back.arm()
            do {
                switch settings.playback.device {
                case .alsa, .automatic:
                    guard let found = try finder?.find() else { return }
                    let device = try ALSAPlayback(found.request)
                    let warnings = [
                        device.concession, settings.warning(of: device.grant, .playback),
                    ].compactMap(\.self)
                    state.withLock { state in
                        state.device = found.name
                        state.reason = found.reason
                        state.warning =
                            warnings.isEmpty ? nil : warnings.joined(separator: "; ")
                    }
                    try run(device, until: stop, &reopening)
                case .wav(let path): try run(standIn(path), until: stop, &reopening)
                case .null: try run(standIn(nil), until: stop, &reopening)
                }
            } catch {
                lose("\(error)")
            }
            guard !stop.isSet else { return }
            back.tried()
            standInForMissingDevice(milliseconds: reopening.next(), until: stop, &back)
        }
    }

    private func standIn(_ path: String?) throws -> FilePlayback {
        try FilePlayback(
            path: path, rate: settings.playback.rate,
            periodMilliseconds: settings.periodMilliseconds)
    }

    private func makeLoop<Device: PlaybackDevice & ~Copyable>(
        _ device: consuming Device
    ) throws -> PlaybackLoop<Device> {
        let converter = try RateConverter.make(
            from: AudioSettings.speechRate, to: device.grant.rate,
            quality: settings.resamplerQuality)
        guard let port = port.withLock({ $0.take() }) else {
            preconditionFailure("two playback loops at once")
        }
        return PlaybackLoop(device: device, port: port, converter: converter, settings: settings)
    }

    private func run<Device: PlaybackDevice & ~Copyable>(
        _ device: consuming Device, until stop: StopFlag, _ reopening: inout Reopening
    ) throws {
        let grant = device.grant
        state.withLock { state in
            state.grant = grant
            state.trouble = nil
        }
        share.counters.reopenings.count()
        // Signalled for the first device too: its volume must be set.
        share.events.signal()
        let opened = MonotonicClock.now()
        var loop = try makeLoop(device)
        settings.priority.take()
        let code = loop.run(until: stop)
        ThreadPriority.normal.take()
        giveBack(loop.intoPort())
        reopening.ended(code, afterMilliseconds: (MonotonicClock.now() - opened) / 1_000_000)
        let name = state.withLock { $0.device } ?? "\(settings.playback.device)"
        if code < 0 { lose(lossText(name, "playback", code: code)) }
    }

    private func giveBack(_ returned: consuming PlaybackPort) {
        var returned: PlaybackPort? = consume returned
        port.withLock { $0 = returned.take() }
    }

    private func lose(_ text: String) {
        state.withLock { state in
            state.lose(text)
        }
        share.events.signal()
    }

    /// Discards sound in real time until the device may be back, or until the next try.
    private func standInForMissingDevice(
        milliseconds: Int32, until stop: StopFlag, _ back: inout DeviceReturn
    ) {
        guard milliseconds > 0 else { return }
        do {
            let end = MonotonicClock.now() + Int64(milliseconds) * 1_000_000
            var loop = try makeLoop(standIn(nil))
            while !stop.isSet, !back.isDue, MonotonicClock.now() < end {
                if loop.step() == .idle {
                    let left = MonotonicClock.milliseconds(until: end)
                    back.wait(milliseconds: left, orUntil: share.wake)
                } else {
                    back.look()
                }
            }
            giveBack(loop.intoPort())
            back.settle(orUntil: share.wake)
        } catch {
            lose("\(error)")
        }
    }
}
