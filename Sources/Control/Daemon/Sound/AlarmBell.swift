internal import Assistant
internal import AudioPath
internal import Linux
internal import SignalProcessing
internal import Sounds
internal import Synchronization
internal import Timers
internal import WebSockets

/// Makes timers and alarms heard, and wakes their keeper in time.
///
/// The sound grows for half a minute, over whatever is played, and goes on until it is dismissed or
/// the keeper ends it. It is softer while a user talks; the mixer does this for the alarm's voice.
///
/// ## Concurrency
/// The keeper's calls come from its thread and are carried to the loop; everything else is confined
/// to the loop's thread.
final class AlarmBell: TimerListener, @unchecked Sendable {
    // @unchecked: what is not constant is touched on the loop's thread only, except for the
    // assignments before anything runs.

    /// The levels (decibels) through which it grows before it is at full level.
    private static let steps: [Float] = [-20, -13, -7]
    /// How long it sounds at each step (samples): eight seconds.
    private static let stepSamples = 8 * Int(AudioSettings.speechRate)
    /// The time zone may change unannounced; wall-clock alarms are checked with this period
    /// (nanoseconds).
    private static let zoneInterval: Int64 = 60 * 1_000_000_000

    /// A reminder that could not be spoken is still spoken within this time (nanoseconds): an hour.
    private static let speechPatience: Int64 = 3600 * 1_000_000_000

    /// The sound of an alarm: softer at first, and then at full level.
    private struct Strike: Sendable {
        let sound: [Int16]
        let steps: [[Int16]]
    }

    private let loop: EventLoop
    private let bridge: AudioBridge
    private let minimumPercent: Double
    private let sounds: SoundLibrary
    private let strikes = Mutex<[StoredSound: Strike]>([:])
    private let log: Log
    private let wall: ClockAlarm
    private let boot: ClockAlarm
    private var watches: [LoopWatch] = []
    private let tell: (String) -> Void
    private let speaksReminders: Bool
    private var numbers: [Int] = []
    /// The latest dismissal, on its way to the disk.
    private(set) var dismissal: Task<[TimedItem], Never>?
    private var isStopped = false

    var keeper: TimerKeeper?
    var assistant: VoiceAssistant?

    /// A bell with these sounds, at `AudioSettings.speechRate`; `minimumPercent` is its least volume,
    /// and `tell` is called on the loop, for the timeline.
    init(
        loop: EventLoop, bridge: AudioBridge, sounds: SoundLibrary, minimumPercent: Double,
        speaksReminders: Bool, log: Log, tell: @escaping (String) -> Void
    ) throws {
        self.speaksReminders = speaksReminders
        self.loop = loop
        self.bridge = bridge
        self.sounds = sounds
        self.minimumPercent = minimumPercent
        self.log = log
        self.tell = tell
        wall = try ClockAlarm(.wall)
        boot = try ClockAlarm(.boot)
    }

    /// Begins to watch the clocks, and lets due timers ring; on the loop.
    func start() throws {
        for alarm in [wall, boot] {
            watches.append(
                try loop.watch(alarm.descriptor) { [weak self] in
                    alarm.drain()
                    self?.tick()
                })
        }
        Task { [keeper] in await keeper?.begin() }
    }

    /// Silence.
    ///
    /// What rings now rings again after the next start. On the loop.
    func stop() {
        isStopped = true
        for watch in watches { watch.cancel() }
        watches = []
        silence()
        assistant = nil
    }

    private func tick() {
        // Calls to an actor from one place keep no order, but each reads the time again.
        Task { [keeper] in await keeper?.tick() }
    }

    // MARK: - From the keeper

    func ringing(_ items: [TimedItem]) {
        // Made here and not on the loop, since it takes a while.
        let strike = strike(for: items)
        loop.perform { [weak self] in self?.ring(items, strike) }
    }

    func wake(wall: Int64?, boot: Int64?) {
        loop.perform { [weak self] in self?.arm(wall, boot) }
    }

    func trouble(_ text: String) { log(.error, text) }

    private func arm(_ wallTime: Int64?, _ bootTime: Int64?) {
        guard !isStopped else { return }
        let zone = WallClock.now() + Self.zoneInterval
        // Far away, so that only a change of the clock wakes it.
        let next = wallTime.map { min($0, zone) } ?? .max / 2
        let isUnchanged = wall.arm(at: next)
        _ = boot.arm(at: bootTime ?? .max / 2)
        if !isUnchanged { tick() }
    }

    private func ring(_ items: [TimedItem], _ strike: Strike) {
        guard !isStopped else { return }
        let isSilent = numbers.isEmpty
        let new = items.filter { !numbers.contains($0.number) }
        for item in new { tell("\(item.kind.rawValue) \(item.number) rings") }
        numbers = items.map(\.number)
        guard !items.isEmpty else {
            silence()
            assistant?.assumeIsolated { $0.alarmEnded() }
            return
        }
        if isSilent { sound(strike) }
        if speaksReminders { for item in new where !item.text.isEmpty { speak(item.text) } }
        assistant?.assumeIsolated { assistant in
            assistant.alarmRings { [weak self] in self?.dismiss() }
        }
    }

    /// The sound goes on meanwhile, softer; a press in the middle of it silences both.
    private func speak(_ text: String) {
        assistant?.assumeIsolated { assistant in
            assistant.announce(
                "it is time for what they wanted to be reminded of: \"\(text)\"",
                .briefly, patience: Self.speechPatience)
        }
    }

    /// The user pressed: silence first, and then the keeper learns what was heard.
    private func dismiss() {
        let heard = numbers
        silence()
        tell("what rang was dismissed")
        dismissal = Task { [keeper, dismissal] in
            _ = await dismissal?.value
            return await keeper?.silence(heard) ?? []
        }
    }

    /// Lets what was dismissed last ring again after a while; on the loop.
    func snooze() {
        guard let latest = dismissal else { return }
        tell("it will ring again")
        dismissal = Task { [keeper] in
            await keeper?.putOff(await latest.value)
            return []
        }
    }

    // MARK: - The sound

    /// The sound for these items; on the keeper's thread.
    private func strike(for items: [TimedItem]) -> Strike {
        guard !items.isEmpty else { return Strike(sound: [], steps: []) }
        let sound: StoredSound = items.contains { $0.kind == .alarm } ? .alarm : .timer
        if let made = strikes.withLock({ $0[sound] }) { return made }
        let samples = sounds[sound]
        let strike = Strike(
            sound: samples, steps: Self.steps.map { Self.scaled(samples, decibels: $0) })
        strikes.withLock { $0[sound] = strike }
        return strike
    }

    private func sound(_ strike: Strike) {
        guard let speaker = bridge.engine?.speaker, !strike.sound.isEmpty else { return }
        // An alarm is heard even if the volume was turned down.
        bridge.volume.raise(to: minimumPercent)
        for softer in strike.steps {
            let count = max(1, Self.stepSamples / softer.count)
            for _ in 0..<count { speaker.play(softer, on: .alarm) }
        }
        speaker.loop(strike.sound, on: .alarm)
    }

    private func silence() {
        numbers = []
        bridge.engine?.speaker.stop(.alarm)
        bridge.volume.lower()
    }

    private static func scaled(_ samples: [Int16], decibels: Float) -> [Int16] {
        let gain = Loudness.gain(decibels: decibels)
        return samples.map { Int16(Float($0) * gain) }
    }
}
