internal import Assistant
internal import AudioPath
internal import Broker
internal import Configuration
internal import Linux
internal import Mosquitto
internal import Synchronization
internal import Timers
internal import WebSockets

/// The device on its broker: tells what it does, and does what messages ask for.
///
/// The decisions are `Presence`'s; this gathers what is true, publishes, and performs.
///
/// ## Concurrency
/// Confined to the loop's thread, but for making it, for `client`, and for what `BrokerPost` does
/// on the client's thread.
final class BrokerPresence: IndicatorPort, @unchecked Sendable {
    // @unchecked: touched on the loop's thread only; `parts` is set before anything runs.

    /// What it tells of and works on; made after it.
    struct Parts {
        let assistant: VoiceAssistant
        let bridge: AudioBridge
        let timers: TimerKeeper
        let memory: DeviceMemory
    }

    /// What changes without a word, such as the card's own volume, is looked at this often.
    private static let lookNanoseconds: Int64 = 10_000_000_000
    /// What is to be said is said within this, or not at all.
    private static let speechPatience: Int64 = 60_000_000_000
    /// So much of a turn's words is kept (characters), more than can be told.
    private static let wordsLimit = 2 * Presence.stateLimit

    /// The line, which the tools share.
    let client: MQTTClient
    private let loop: EventLoop
    private let log: Log
    private let startedAt = WallClock.now()
    private var machine: Presence
    private var state = PresenceState()
    private var absence = Absence()
    private var isLooking = false
    private var lookTimer: LoopTimer?
    private var birthTimer: LoopTimer?
    private var sessions = 0
    private var heard = ""
    private var said = ""
    private var isReplyWhole = false

    var parts: Parts?

    /// The device's presence, which is not started; nil where there is no broker.
    init?(_ settings: Settings, loop: EventLoop, log: Log, version: String) throws {
        guard var broker = settings.brokerSettings(SecretStore(settings), suffix: "") else {
            return nil
        }
        machine = Presence(settings.presenceSettings(version: version))
        broker.will = machine.will
        let post = BrokerPost(loop: loop, filters: machine.filters)
        client = try MQTTClient(broker) { post.take($0) }
        self.loop = loop
        self.log = log
        post.presence.withLock { $0 = BrokerPost.Owner(presence: self) }
    }

    /// Connects, and stays connected.
    func start() throws {
        for filter in machine.filters { try client.subscribe(to: filter) }
        try client.start()
    }

    /// Touches nothing of the device any more; on the loop.
    func release() {
        parts = nil
        lookTimer?.cancel()
        birthTimer?.cancel()
        (lookTimer, birthTimer) = (nil, nil)
    }

    /// Says goodbye on the broker and ends the line; from anywhere, after `release`.
    func end() async { await client.stop(farewell: machine.farewell) }

    // MARK: - The line

    fileprivate func handle(_ event: MQTTEvent) {
        guard parts != nil else { return }
        switch event {
        case .connected:
            log(absence.worked() ? .notice : .info, "connected to the MQTT broker")
            publish(machine.connected())
            look()
        case .disconnected(let error):
            machine.disconnected()
            lookTimer?.cancel()
            if let news = absence.failed("\(error)", at: MonotonicClock.now()).news {
                log(.warning, "MQTT: \(news); it is tried again")
            }
        case .received(let message):
            let (command, complaint) = machine.received(
                message, at: MonotonicClock.now(), random: .random(in: 0..<1))
            if let complaint { log(.warning, "MQTT: \(complaint)") }
            if let command { perform(command) }
            waitForBirth()
        case .forbidden(let error): log(.warning, "MQTT: \(error)")
        case .refused(let topic, let bytes):
            log(.notice, "MQTT: a message of \(bytes) bytes under \(topic) was not taken")
        }
    }

    private func waitForBirth() {
        guard birthTimer == nil, let deadline = machine.deadline else { return }
        birthTimer = loop.schedule(at: deadline) { [weak self] in
            guard let self, parts != nil else { return }
            birthTimer = nil
            publish(machine.deadlineReached())
        }
    }

    private func publish(_ messages: [MQTTMessage]) {
        for message in messages {
            do {
                try client.post(message)
            } catch {
                // A line that is lost or behind; the next look tells it again.
                machine.refused(message)
            }
        }
    }

    // MARK: - What is asked

    private func perform(_ command: PresenceCommand) {
        guard let parts else { return }
        let now = MonotonicClock.now()
        switch command {
        case .setMuted(let isOn):
            log(.info, "MQTT: mute \(isOn ? "on" : "off")")
            parts.assistant.assumeIsolated { $0.setMute(isOn, at: now) }
        case .setVolume(let percent):
            log(.info, "MQTT: volume \(percent) %")
            parts.bridge.setVolume(Double(percent))
            parts.memory.set(volume: Double(percent))
        case .listen:
            log(.info, "MQTT: listening is asked for")
            parts.assistant.assumeIsolated { $0.listen(at: now) }
        case .stop:
            parts.assistant.assumeIsolated { $0.silence(at: now) }
        case .say(let words):
            log(.info, "MQTT: something is to be said")
            parts.assistant.assumeIsolated {
                $0.announce("\"\(words)\"", .literally, patience: Self.speechPatience)
            }
        }
        look()
    }

    // MARK: - What is told

    func show(_ indication: Indication) {
        state.activity = PresenceState.Activity(indication.gist)
        state.isMuted = indication.isMuted
        publish(machine.changed(state))
    }

    /// Something happened.
    func record(_ event: TimelineEvent) {
        switch event {
        case .turnOpened: (heard, said) = ("", "")
        case .heard(let text): heard += text.prefix(Self.wordsLimit - heard.count)
        case .said(let text):
            if isReplyWhole { said = "" }
            isReplyWhole = false
            said += text.prefix(Self.wordsLimit - said.count)
        case .replyPlayed, .turnClosed:
            if event == .replyPlayed { isReplyWhole = true }
            state.request = Self.trimmed(heard)
            state.reply = Self.trimmed(said)
            publish(machine.changed(state))
        case .online:
            sessions += 1
            look()
        case .toolAnswered, .soundBack, .soundLost: look()
        case .state, .toolCalled, .toolCancelled, .firstSound, .interrupted, .silence, .resumed,
            .offline, .refused, .muted, .notice:
            break
        }
    }

    private static func trimmed(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// Looks at everything, and tells what changed; and again after a while.
    private func look() {
        guard let parts, !isLooking, client.isConnected else { return }
        isLooking = true
        lookTimer?.cancel()
        Task { [loop] in
            let (book, now) = await parts.timers.look()
            let next = book.list.items.map { $0.due(at: now) }.min()
            let timers = (count: book.list.items.count, next: next)
            loop.perform { [weak self] in self?.looked(timers) }
        }
    }

    private func looked(_ timers: (count: Int, next: Int64?)) {
        isLooking = false
        guard let parts else { return }
        state.timers = timers.count
        state.nextTimer = timers.next.map { WallClock.localTime(at: $0).iso8601 }
        state.volume = parts.bridge.volume.map { Int($0.percent.rounded()) }
        let audio = parts.bridge.engine?.status()
        state.diagnostics = PresenceState.Diagnostics(
            started: WallClock.localTime(at: startedAt).iso8601,
            reconnects: max(0, sessions - 1),
            xruns: (audio?.capture.xruns ?? 0) + (audio?.playback.xruns ?? 0),
            memory: ResourceUsage.residentKiB() / 1024)
        publish(machine.changed(state))
        lookTimer = loop.schedule(at: MonotonicClock.now() + Self.lookNanoseconds) { [weak self] in
            self?.look()
        }
    }
}

/// Carries events of the client to the loop; no more than it can take.
///
/// ## Concurrency
/// `take` is called on the client's thread.
private final class BrokerPost: Sendable {
    /// Commands that wait for the loop; more are dropped.
    private static let waitingLimit = 64

    struct Owner: Sendable {
        // The presence owns the client, which owns this.
        weak var presence: BrokerPresence?
    }

    let presence = Mutex(Owner(presence: nil))
    private let loop: EventLoop
    private let filters: [String]
    private let waiting = Atomic(0)

    init(loop: EventLoop, filters: [String]) {
        self.loop = loop
        self.filters = filters
    }

    func take(_ event: MQTTEvent) {
        if case .received(let message) = event {
            guard Presence.concerns(message, filters),
                waiting.load(ordering: .relaxed) < Self.waitingLimit
            else { return }
        }
        waiting.add(1, ordering: .relaxed)
        loop.perform { [self] in
            waiting.subtract(1, ordering: .relaxed)
            presence.withLock { $0.presence }?.handle(event)
        }
    }
}

extension PresenceState.Activity {
    init(_ gist: Indication.Gist) {
        switch gist {
        case .idle: self = .idle
        case .listening: self = .listening
        case .thinking: self = .thinking
        case .speaking: self = .speaking
        case .muted: self = .muted
        case .trouble: self = .error
        case .offline: self = .offline
        }
    }
}

/// The light and the broker, as far as there are any.
struct Indicators: IndicatorPort {
    private let light: StatusLight?
    private let presence: BrokerPresence?

    init(_ light: StatusLight?, _ presence: BrokerPresence?) {
        self.light = light
        self.presence = presence
    }

    func show(_ indication: Indication) {
        light?.show(indication)
        presence?.show(indication)
    }
}
