internal import Assistant
internal import AudioPath
internal import Linux
internal import Store
internal import Timers
internal import VoiceSession
internal import WebSockets

/// Gathers what the device knows of itself; every part that shows some of it asks here.
///
/// ## Concurrency
/// Confined to the loop's thread, except for the initializer and for `refreshed()`, which is called
/// on the pool.
final class DeviceReporter: @unchecked Sendable {
    // @unchecked: `parts` is set before anything runs; the rest is touched on the loop's thread
    // only.

    /// The parts that it asks; made after it.
    struct Parts {
        let assistant: VoiceAssistant
        let session: any VoiceService
        let keeper: SessionKeeper
        let device: DeviceControls
        let timers: TimerKeeper
    }

    private let loop: EventLoop
    private let bridge: AudioBridge
    private let now: @Sendable () -> Now
    /// Nil: nothing outlasts the program.
    private let store: StateStore?
    /// Why the settings are not those that were asked for; nil if they are.
    private let settingsTrouble: String?
    private let startedAt = MonotonicClock.now()
    private let startedAtWall = WallClock.now()

    private var indication = Indication(
        state: .offline, isMuted: false, isOffline: true, hasTrouble: false)
    private var connections = 0
    private var turns = TurnBook()
    /// The timers as of the last `refreshed()`.
    private var latestTimers = DeviceReport.Timers()
    /// PINs are locked, after too many wrong ones.
    var isPINLocked = false

    var parts: Parts?

    init(
        loop: EventLoop, bridge: AudioBridge, now: @escaping @Sendable () -> Now,
        store: StateStore?,
        settingsTrouble: String?
    ) {
        self.loop = loop
        self.bridge = bridge
        self.now = now
        self.store = store
        self.settingsTrouble = settingsTrouble
    }

    /// Releases the parts that it asks; on the loop, at the end.
    func release() { parts = nil }

    /// The report with timers and volume freshly read; nil while the device is starting or ending.
    func refreshed() async -> DeviceReport? {
        // Taken on the loop, where `parts` is released at the end.
        guard let keeper = try? await loop.run({ [self] in parts?.timers }) else { return nil }
        let (book, now) = await keeper.look()
        _ = await bridge.volume.read()
        // A ringing timer is no longer the next one.
        let next = book.list.items.filter { !$0.isRinging }.map { $0.due(at: now) }.min()
        let timers = DeviceReport.Timers(
            count: book.list.items.count, ringing: book.ringing.count,
            missed: book.list.missed.count, next: next)
        return try? await loop.run { [self] in
            latestTimers = timers
            return report
        }
    }

    /// The report without waiting, with timers and volume as they were last read.
    var report: DeviceReport? {
        guard let parts else { return nil }
        let (mute, outage) = parts.assistant.assumeIsolated { ($0.mute, $0.outage) }
        let audio = bridge.engine?.status()
        return DeviceReport(
            version: ProgramVersion.text, now: now(), startedAt: startedAt,
            startedAtWall: startedAtWall, indication: indication,
            link: DeviceReport.Link(
                isReady: parts.session.isReady, connections: connections, outage: outage),
            mute: DeviceReport.Mute(
                isOn: mute.isOn, isByWords: mute.isByWords,
                endsAt: mute.isOn && mute.isByWords ? parts.device.muteEndsAt : nil),
            volume: bridge.volume.percent, audio: audio, timers: latestTimers,
            tokens: parts.keeper.ledger, turn: turns.answered, isPINLocked: isPINLocked,
            isKept: store != nil, memory: ResourceUsage.residentKiB() / 1024,
            troubles: troubles(audio, outage))
    }

    private func troubles(
        _ audio: AudioStatus?, _ outage: String?
    ) -> [DeviceReport.Trouble] {
        let all: [(DeviceReport.Part, String?)] = [
            (.settings, settingsTrouble), (.service, outage),
            (.microphone, audio?.capture.trouble), (.loudspeaker, audio?.playback.trouble),
            (.musicOutput, audio?.music?.trouble), (.storage, store?.troubles.last),
        ]
        return all.compactMap { part, text in
            text.map { DeviceReport.Trouble(part: part, text: $0) }
        }
    }

    // MARK: - What happens

    /// Notes what is to be shown.
    func show(_ indication: Indication) { self.indication = indication }

    /// Notes what happened; returns the turn that this ends.
    func record(_ entry: TimelineEntry) -> TurnReport? {
        if case .online = entry.event { connections += 1 }
        return turns.take(entry)
    }

    /// The number of the current turn; nil between turns.
    var turnNumber: Int? { turns.current?.number }

    /// Notes the tokens of a run of the model.
    func spent(_ use: TokenUse) { turns.spent(use) }
}
