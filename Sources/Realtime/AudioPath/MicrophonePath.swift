internal import ALSA
internal import AudioCore
internal import Linux
internal import SignalProcessing
internal import Synchronization

/// The capture and the processing thread, and what passes between them.
///
/// Each opening of the device makes a new ring, which the processing thread picks up: a device
/// that returns may have another rate.
final class MicrophonePath: Sendable {
    /// The capture ring (seconds): the processing thread may be held up for this time.
    private static let ringSeconds = 2

    private struct Handover: Sendable {
        var stream: Stream?
        var lost: String?
        var status = DeviceStatus()
        var levels = MicrophoneLevels()
        var echo: EchoStatus?
        /// Ends the run of the device that is open.
        var run: StopFlag?
    }

    /// A freshly opened device's ring, on its way from the capture to the processing thread.
    private final class Stream: @unchecked Sendable {
        // @unchecked: handed over under the lock of `Handover`; after that one thread uses it.

        let grant: PCMGrant
        let anchor = StreamAnchor()
        private var ring: SampleRing

        init(grant: PCMGrant) {
            self.grant = grant
            ring = SampleRing(capacity: ringSeconds * Int(grant.rate * grant.channels))
        }

        func takeWriter() -> RingWriter { ring.takeWriter() }
        func takeReader() -> RingReader { ring.takeReader() }
    }

    private let settings: AudioSettings
    private let wake: EventFD
    private let gate: MicrophoneGate
    private let demand: MicrophoneDemand
    private let reference: EchoReference?
    private let onEvent: @Sendable (MicrophoneEvent) -> Void
    private let handover = Mutex(Handover())
    private let counters = AudioCounters()

    init(
        settings: AudioSettings, wake: EventFD, gate: MicrophoneGate, demand: MicrophoneDemand,
        reference: EchoReference?, onEvent: @escaping @Sendable (MicrophoneEvent) -> Void
    ) {
        self.settings = settings
        self.wake = wake
        self.gate = gate
        self.demand = demand
        self.reference = reference
        self.onEvent = onEvent
    }

    var status: DeviceStatus {
        var status = handover.withLock { $0.status }
        status.count(counters)
        return status
    }

    var echo: EchoStatus? { handover.withLock { $0.echo } }

    var levels: MicrophoneLevels { handover.withLock { $0.levels } }

    // MARK: - The capture thread

    /// Opens the device, runs its loop, and opens it again, until `stop` is set.
    func captureThread(until stop: StopFlag) {
        let stopping = demand.signal
        var reopening = Reopening()
        var finder = DeviceFinder(settings, .capture)
        var back = DeviceReturn(.capture)
        while !stop.isSet {
            if settings.closesWhenIdle, !demand.isWanted {
                _ = stopping.wait(timeoutMilliseconds: -1)
                continue
            }
            back.arm()
            do {
                switch settings.capture.device {
                case .alsa, .automatic:
                    guard let found = try finder?.find() else { return }
                    let device = try ALSACapture(found.request)
                    note(found, device.grant, device.concession)
                    run(device, until: stop, &reopening)
                case .wav(let path):
                    let file = try WAVFile(reading: path)
                    guard !file.samples.isEmpty else { throw WAVError.empty(path: path) }
                    run(self.file(file), until: stop, &reopening)
                case .null:
                    run(file(nil), until: stop, &reopening)
                }
            } catch {
                lose("\(error)")
            }
            guard !stop.isSet else { return }
            let milliseconds = reopening.next()
            guard milliseconds > 0 else { continue }
            back.tried()
            back.wait(milliseconds: milliseconds, orUntil: stopping)
            back.settle(orUntil: stopping)
        }
    }

    private func note(
        _ found: DeviceFinder.Found, _ grant: PCMGrant, _ concession: String?
    ) {
        let warnings = [
            settings.captureLevel?.put(on: found.name), settings.channel.warning(for: grant),
            concession, settings.warning(of: grant, .capture),
        ].compactMap(\.self)
        let warning = warnings.isEmpty ? nil : warnings.joined(separator: "; ")
        handover.withLock { handover in
            handover.status.device = found.name
            handover.status.reason = found.reason
            handover.status.warning = warning
        }
    }

    private func file(_ file: WAVFile?) -> FileCapture {
        FileCapture(
            file: file, rate: settings.capture.rate, periodMilliseconds: settings.periodMilliseconds
        )
    }

    private func run<Device: CaptureDevice & ~Copyable>(
        _ device: consuming Device, until ending: StopFlag, _ reopening: inout Reopening
    ) {
        let grant = device.grant
        let stream = Stream(grant: grant)
        let stop = StopFlag(following: ending)
        let port = CapturePort(
            writer: stream.takeWriter(), anchor: stream.anchor, counters: counters, wake: wake,
            demand: settings.restsWhenIdle ? demand : nil)
        handover.withLock { handover in
            handover.stream = stream
            handover.run = stop
            handover.status.grant = grant
            handover.status.isResting = false
            handover.status.trouble = nil
        }
        counters.reopenings.count()
        let opened = MonotonicClock.now()
        var loop = CaptureLoop(device: device, port: port)
        settings.priority.take()
        let code = loop.run(until: stop)
        ThreadPriority.normal.take()
        // The run ended without an error, but because `begin` could not use the device: no need to
        // hurry.
        let isUnusable = code >= 0 && handover.withLock { $0.status.trouble != nil }
        reopening.ended(
            isUnusable ? PlaybackPort.stalledCode : code,
            afterMilliseconds: (MonotonicClock.now() - opened) / 1_000_000)
        if code < 0 {
            lose(lossText(name, "capture", code: code))
        } else if !ending.isSet, !isUnusable {
            // Closed because nobody listens: the grant is no longer valid.
            handover.withLock { handover in
                handover.status.grant = nil
                handover.status.isResting = true
            }
        }
    }

    private func lose(_ text: String) {
        handover.withLock { handover in
            // Reported once, however often opening fails.
            if handover.status.trouble == nil { handover.lost = text }
            handover.status.lose(text)
        }
        wake.signal()
    }

    // MARK: - The processing thread

    /// Turns captured samples into events, until `stop` is set.
    func processingThread(until stop: StopFlag) {
        var processing = Processing()
        while !stop.isSet {
            _ = wake.wait(timeoutMilliseconds: -1)
            processing.isShut = gate.isShut
            processing.openedAt = gate.openedAt
            let isBehind = processing.drain(tell: onEvent)
            if isBehind {
                wake.signal()
            } else {
                // Samples that a device gave before it was lost come first.
                if let text = takeLoss() { processing.lose(text, tell: onEvent) }
                if let stream = takeStream() { begin(stream, &processing) }
            }
            // Before the first period no time can be mapped to a sample.
            if processing.knowsTime() { for mark in gate.take() { processing.take(mark) } }
            while let event = processing.cutter.next() { onEvent(event) }
            if let levels = processing.loop?.levels {
                let echo = processing.loop?.echo
                handover.withLock { handover in
                    handover.levels = levels
                    handover.echo = echo
                }
            }
            if settings.closesWhenIdle {
                closeIfIdle(&processing)
            } else if settings.restsWhenIdle, processing.loop != nil, processing.cutter.isIdle {
                _ = gate.release()
            }
        }
    }

    /// Closes the microphone if nobody listens; the next open gate opens it again.
    private func closeIfIdle(_ processing: inout Processing) {
        guard processing.loop != nil, processing.cutter.isIdle, gate.release() else { return }
        processing.loop = nil
        handover.withLock { $0.run }?.raise()
    }

    private func takeLoss() -> String? {
        handover.withLock { handover in
            defer { handover.lost = nil }
            return handover.lost
        }
    }

    private func takeStream() -> Stream? {
        handover.withLock { handover in
            defer { handover.stream = nil }
            return handover.stream
        }
    }

    /// The device as it was opened.
    private var name: String {
        handover.withLock { $0.status.device } ?? "\(settings.capture.device)"
    }

    private func begin(_ stream: Stream, _ processing: inout Processing) {
        let grant = stream.grant
        do {
            let converter = try RateConverter.make(
                from: grant.rate, to: AudioSettings.microphoneRate,
                quality: settings.resamplerQuality)
            processing.loop = ProcessingLoop(
                reader: stream.takeReader(), grant: grant, anchor: stream.anchor,
                converter: converter,
                settings: settings, base: processing.cutter.total, reference: reference)
        } catch {
            lose("capture device \(settings.capture.device): \(error)")
            // Its frames would have no reader; it is closed and retried like a lost device.
            return handover.withLock { $0.run }?.raise() ?? ()
        }
        if processing.isLost { onEvent(.captureBack("\(name): \(grant)")) }
        processing.isLost = false
    }
}
