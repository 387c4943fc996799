package import Assistant
package import AudioPath
internal import Linux
internal import Synchronization
package import WebSockets

/// The one place where Realtime meets Control.
///
/// Samples and speech come on the processing thread and are carried to the event loop in order; the
/// playback thread signals its news through a descriptor that the loop watches. In the other
/// direction, the assistant's calls go straight to the audio path.
///
/// ## Concurrency
/// `microphone` is called on the processing thread, everything else on the loop's.
package final class AudioBridge: @unchecked Sendable {
    // @unchecked: `engine` is set once before the threads start; `inbox` is a Mutex; the rest is
    // touched on the loop's thread only.

    /// A loudspeaker that was woken for an answer is kept awake for this time at most.
    private static let wakeMilliseconds = 30_000

    /// By then the devices are open, if they can be opened.
    private static let firstReportMilliseconds: Int64 = 500

    private let loop: EventLoop
    private let inbox = Mutex(MicrophoneInbox())
    private var seen: PlaybackSnapshot?
    private var speakerNews = SpeakerNews()
    /// Whether it was logged that a reply is too long.
    private var isFlooded = false
    /// The device whose volume is set.
    private var device: String?
    private let leadInMilliseconds: Int
    /// The user's volume.
    package let volume: CardVolume
    /// The volume that was set since the start (percent of loudness); nil: none was.
    private(set) var volumeByHand: Double?
    private var watch: LoopWatch?
    private var report = AudioWatch()
    private var reportTimer: LoopTimer?
    private let log: Log?
    private var onMicrophone: (MicrophoneSignal) -> Void = { _ in }
    private var onSpeaker: (SpeakerSignal) -> Void = { _ in }

    /// The audio path behind this bridge.
    package private(set) var engine: AudioEngine?

    /// Builds the audio path; nothing runs yet.
    ///
    /// What the devices do is logged, if there is a log.
    package init(loop: EventLoop, settings: AudioSettings, log: Log?) throws {
        self.loop = loop
        self.log = log
        leadInMilliseconds = settings.leadInMilliseconds
        let relay = GainRelay()
        volume = CardVolume(
            wish: settings.volumeWish, percent: settings.volumePercent,
            setGain: { [loop] gain, elsewhere in
                loop.perform { relay.bridge?.engine?.speaker.setGain(gain, elsewhere: elsewhere) }
            }, complain: { log?(.warning, $0) })
        engine = try AudioEngine(settings) { [weak self] event in self?.microphone(event) }
        relay.bridge = self
    }

    /// Starts the audio threads; both handlers are called on the loop, as is this.
    package func start(
        onMicrophone: @escaping (MicrophoneSignal) -> Void,
        onSpeaker: @escaping (SpeakerSignal) -> Void
    ) throws {
        guard let engine else { return }
        self.onMicrophone = onMicrophone
        self.onSpeaker = onSpeaker
        seen = engine.speaker.snapshot()
        watch = try loop.watch(engine.speaker.events.descriptor) { [weak self] in
            self?.playbackNews()
        }
        try engine.start()
        watchDevices(after: Self.firstReportMilliseconds)
    }

    /// Logs what is new about the devices, at intervals.
    private func watchDevices(after milliseconds: Int64) {
        let next = MonotonicClock.now() + milliseconds * 1_000_000
        reportTimer = loop.schedule(at: next) { [weak self] in
            guard let self, let engine else { return }
            let now = MonotonicClock.now() / 1_000_000
            for line in report.lines(engine.status(), atMilliseconds: now) {
                log?(line.isTrouble ? .warning : .info, line.text)
            }
            watchDevices(after: AudioWatch.intervalMilliseconds)
        }
    }

    /// Stops listening to the threads, on the loop; the engine itself is stopped off the loop.
    package func detach() {
        watch?.cancel()
        watch = nil
        reportTimer?.cancel()
        reportTimer = nil
        if let status = engine?.status() {
            for line in AudioWatch.summary(status) { log?(.info, line) }
        }
        onMicrophone = { _ in }
        onSpeaker = { _ in }
    }

    // MARK: - From the processing thread

    private func microphone(_ event: MicrophoneEvent) {
        let signal = MicrophoneSignal(event)
        guard inbox.withLock({ $0.take(signal) }) else { return }
        loop.perform { [weak self] in self?.deliver() }
    }

    private func deliver() {
        let taken = inbox.withLock { $0.empty() }
        if let text = MicrophoneInbox.trouble(lost: taken.lost) { log?(.warning, text) }
        for signal in taken.signals { onMicrophone(signal) }
    }

    // MARK: - From the playback thread

    private func playbackNews() {
        guard let engine, let before = seen else { return }
        engine.speaker.events.drain()
        let now = engine.speaker.snapshot()
        seen = now
        var news: [(at: Int64, signal: SpeakerSignal)] = []
        if now.silentCount != before.silentCount {
            news.append((now.silentAt, .silent(at: now.silentAt)))
        }
        if now.startedCount != before.startedCount {
            news.append((now.startedAt, .started(at: now.startedAt)))
        }
        if now.drainedCount != before.drainedCount {
            news.append((now.drainedAt, .drained(at: now.drainedAt)))
        }
        for item in news.sorted(by: { $0.at < $1.at }) { onSpeaker(item.signal) }
        if now.drainedCount != before.drainedCount { engine.speaker.unduck(.reply) }
        let status = engine.status().playback
        tellTrouble(status)
        setVolume(for: status)
    }

    /// Sets the user's volume, 0 to 100 percent of loudness; on the loop.
    package func setVolume(_ percent: Double) {
        volumeByHand = percent
        volume.set(percent)
    }

    /// Changes the volume by a number of percent; `then` is called on the loop with the new volume.
    func changeVolume(by step: Double, then: @escaping @Sendable (Double) -> Void) {
        volume.change(by: step) { [loop] percent in
            loop.perform { [weak self] in
                self?.volumeByHand = percent
                then(percent)
            }
        }
    }

    /// A device that is new or back gets the volume.
    private func setVolume(for status: DeviceStatus) {
        guard status.grant != nil else { return device = nil }
        let name = status.device ?? ""
        guard name != device else { return }
        device = name
        volume.deviceChanged(to: name)
    }

    private func tellTrouble(_ status: DeviceStatus) {
        for signal in speakerNews.signals(status) {
            // Even a device that is back already has lost its volume.
            if case .lost = signal { device = nil }
            onSpeaker(signal)
        }
    }
}

/// Leads from the volume to the bridge, which owns it.
private final class GainRelay: @unchecked Sendable {
    // @unchecked: set once before anything runs.

    weak var bridge: AudioBridge?
}

extension MicrophoneSignal {
    /// An event of the audio path as the assistant's signal.
    fileprivate init(_ event: MicrophoneEvent) {
        switch event {
        case .chunk(let chunk): self = .samples(chunk.samples, first: chunk.firstSample)
        case .segmentEnded(let sample): self = .segmentEnded(sample: sample)
        case .speechStarted(let sample, let at): self = .speechStarted(sample: sample, at: at)
        case .speechEnded(let sample, let at): self = .speechEnded(sample: sample, at: at)
        case .captureLost(let text): self = .lost(text)
        case .captureBack(let text): self = .back(text)
        }
    }
}

extension AudioBridge: MicrophonePort {
    package func open(at nanoseconds: Int64, preRollMilliseconds: Int) {
        beginTurn()
        engine?.gate.open(at: nanoseconds, preRollMilliseconds: preRollMilliseconds)
    }

    package func openAtSpeech(sample: Int64, preRollMilliseconds: Int) {
        beginTurn()
        engine?.gate.openAtSpeech(sample: sample, preRollMilliseconds: preRollMilliseconds)
    }

    package func close(at nanoseconds: Int64) {
        engine?.speaker.unduck(.listening)
        engine?.gate.close(at: nanoseconds)
    }

    /// Ducks other sounds for the user's voice, and wakes the amplifier for the answer.
    private func beginTurn() {
        engine?.speaker.duck(.listening)
        if leadInMilliseconds > 0 { engine?.speaker.stayAwake(milliseconds: Self.wakeMilliseconds) }
    }
}

extension AudioBridge: SpeakerPort {
    package func play(_ samples: [Int16]) {
        engine?.speaker.duck(.reply)
        guard engine?.speaker.enqueue(samples) == false, !isFlooded else { return }
        isFlooded = true
        log?(.warning, "a reply is longer than half an hour; the rest of it is not played")
    }

    package func endOfTurn() { engine?.speaker.endOfTurn() }

    package func flush() {
        isFlooded = false
        engine?.speaker.unduck(.reply)
        engine?.speaker.flush()
    }

    package func hold() {
        engine?.speaker.unduck(.reply)
        engine?.speaker.hold()
    }

    package func resume() {
        engine?.speaker.duck(.reply)
        engine?.speaker.resume()
    }

    /// Plays an earlier reply beside this one, or stops that when nil.
    package func replay(_ samples: [Int16]?) {
        engine?.speaker.stop(.earcon)
        if let samples { engine?.speaker.play(samples, on: .earcon) }
    }

    /// Plays a short sound beside the reply.
    package func playEarcon(_ samples: [Int16]) { engine?.speaker.play(samples, on: .earcon) }

    package var pendingFrames: Int { engine?.speaker.pendingFrames ?? 0 }
}
