internal import Assistant
internal import AudioPath
internal import Broker
internal import Configuration
internal import Linux
internal import Mosquitto
internal import Synchronization
internal import WebSockets
internal import WireCodec

/// The device on its broker: reports what it does, and does what messages ask for.
///
/// The decisions are `Presence`'s; this gathers the state, publishes, and performs.
///
/// ## Concurrency
/// Confined to the loop's thread, except for the initializer, for `client`, and for what
/// `BrokerPost` does on the client's thread.
final class BrokerPresence: @unchecked Sendable {
    // @unchecked: touched on the loop's thread only; `parts` is set before anything runs.

    /// The parts that it reports on and controls; made after it.
    struct Parts {
        let assistant: VoiceAssistant
        let bridge: AudioBridge
        let memory: DeviceMemory
        let reporter: DeviceReporter
    }

    /// What changes without notice, such as the card's own volume, is polled this often.
    private static let lookNanoseconds: Int64 = 10_000_000_000
    /// After a warning that something is forbidden, no other follows within this.
    private static let forbiddenPause: Int64 = 3_600_000_000_000
    /// An announcement is spoken within this, or not at all.
    private static let speechPatience: Int64 = 60_000_000_000

    /// The connection, which the tools share.
    let client: MQTTClient
    private let loop: EventLoop
    private let log: Log
    private var machine: Presence
    private var state = PresenceState()
    private var absence = Absence()
    private var isLooking = false
    private var lookTimer: LoopTimer?
    private var deadlineTimer: (timer: LoopTimer, at: Int64)?
    /// When it was last logged as a warning that the broker forbids something.
    private var forbiddenAt: Int64?
    private var words = LastWords()

    var parts: Parts?

    /// The device's presence, not yet started; nil if there is no broker.
    init?(_ settings: Settings, loop: EventLoop, log: Log, version: String) throws {
        guard
            var broker = settings.brokerSettings(
                SecretStore(settings, known: log.secrets), suffix: "")
        else {
            return nil
        }
        machine = Presence(settings.presenceSettings(version: version))
        broker.will = machine.will
        let post = BrokerPost(loop: loop, filters: machine.filters + machine.keptFilters)
        client = try MQTTClient(broker) { post.take($0) }
        self.loop = loop
        self.log = log
        post.presence.withLock { $0 = BrokerPost.Owner(presence: self) }
    }

    /// Connects, and stays connected.
    func start() throws {
        for filter in machine.filters { try client.subscribe(to: filter) }
        for filter in machine.keptFilters {
            try client.subscribe(to: filter, includesRetained: true)
        }
        try client.start()
    }

    /// Stops touching the device; on the loop.
    func release() {
        parts = nil
        lookTimer?.cancel()
        deadlineTimer?.timer.cancel()
        (lookTimer, deadlineTimer) = (nil, nil)
    }

    /// Says goodbye on the broker and closes the connection; from anywhere, after `release`.
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
            follow(
                machine.received(
                    message, at: MonotonicClock.now(), random: .random(in: 0..<1)))
        case .forbidden(let error): warn(forbidden: error)
        case .refused(let topic, let bytes):
            log(.notice, "MQTT: a message of \(bytes) bytes under \(topic) was not taken")
        }
    }

    private func follow(_ reaction: PresenceReaction) {
        if let complaint = reaction.complaint { log(.warning, "MQTT: \(complaint)") }
        for command in reaction.commands { perform(command) }
        publish(reaction.messages)
        setDeadline()
    }

    /// Warns once of what is forbidden: an access list that forbids one topic forbids most of them.
    private func warn(forbidden error: MQTTError) {
        let now = MonotonicClock.now()
        let isNews = forbiddenAt.map { now - $0 >= Self.forbiddenPause } ?? true
        log(isNews ? .warning : .debug, "MQTT: \(error)")
        if isNews { forbiddenAt = now }
    }

    private func setDeadline() {
        guard deadlineTimer?.at != machine.deadline else { return }
        deadlineTimer?.timer.cancel()
        deadlineTimer = machine.deadline.map { deadline in
            let timer = loop.schedule(at: deadline) { [weak self] in
                guard let self, parts != nil else { return }
                deadlineTimer = nil
                follow(machine.deadlineReached(at: MonotonicClock.now()))
            }
            return (timer, deadline)
        }
    }

    private func publish(_ messages: [MQTTMessage]) {
        for message in messages {
            do {
                try client.post(message.hiding(log.secrets))
            } catch {
                // The connection is lost or behind; the next look reports it again.
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
            log(.info, "MQTT: asked to listen")
            parts.assistant.assumeIsolated { $0.listen(at: now) }
        case .stop:
            parts.assistant.assumeIsolated { $0.silence(at: now) }
        case .say(let words):
            log(.info, "MQTT: asked to say something")
            parts.assistant.assumeIsolated {
                $0.announce("\"\(words)\"", .literally, patience: Self.speechPatience)
            }
        }
        look()
    }

    // MARK: - What is reported

    /// The report has changed.
    func reportChanged() {
        guard let report = parts?.reporter.report else { return }
        state.take(report)
        publish(machine.changed(state))
    }

    /// Something happened.
    func record(_ event: TimelineEvent) {
        switch event {
        case .turnOpened: words.turnOpened()
        case .heard(let text): words.heard(text)
        case .said(let text): words.said(text)
        case .turnClosed: tellWords()
        case .replyPlayed, .interrupted:
            words.replyEnded()
            tellWords()
        case .online, .toolAnswered, .toolFailed, .soundBack, .soundLost: look()
        case .state, .toolCalled, .toolCancelled, .firstSound, .silence, .resumed,
            .offline, .refused, .muted, .notice:
            break
        }
    }

    private func tellWords() {
        (state.request, state.reply) = (words.request, words.reply)
        publish(machine.changed(state))
    }

    /// Looks at everything, and reports what changed; and again after a while.
    private func look() {
        guard let parts, !isLooking, client.isConnected else { return }
        isLooking = true
        lookTimer?.cancel()
        Task { [loop] in
            let report = await parts.reporter.refreshed()
            loop.perform { [weak self] in self?.looked(report) }
        }
    }

    private func looked(_ report: DeviceReport?) {
        isLooking = false
        guard parts != nil, let report else { return }
        state.take(report)
        publish(machine.changed(state))
        lookTimer = loop.schedule(at: MonotonicClock.now() + Self.lookNanoseconds) { [weak self] in
            self?.look()
        }
    }
}

extension MQTTMessage {
    /// The same without secrets.
    fileprivate func hiding(_ secrets: KnownSecrets) -> MQTTMessage {
        let hidden = secrets.hide(in: text)
        guard hidden != text else { return self }
        return MQTTMessage(topic: topic, hidden, quality: quality, isRetained: isRetained)
    }
}

/// Carries the client's events to the loop, no more than it can take.
///
/// Of surplus messages, the last of each topic is carried when there is room again, so that the
/// last volume of a burst wins.
///
/// ## Concurrency
/// `take` is called on the client's thread.
private final class BrokerPost: Sendable {
    /// Messages that may wait for the loop; beyond that, one per topic is kept.
    private static let waitingLimit = 64

    struct Owner: Sendable {
        // The presence owns the client, which owns this.
        weak var presence: BrokerPresence?
    }

    private struct State {
        var waiting = 0
        /// By topic; there are no more topics than filters.
        var late: [String: MQTTMessage] = [:]
    }

    let presence = Mutex(Owner(presence: nil))
    private let loop: EventLoop
    private let filters: [String]
    private let state = Mutex(State())

    init(loop: EventLoop, filters: [String]) {
        self.loop = loop
        self.filters = filters
    }

    func take(_ event: MQTTEvent) {
        if case .received(let message) = event {
            guard Presence.concerns(message, filters) else { return }
            let isLate = state.withLock { state in
                let isLate = state.waiting >= Self.waitingLimit
                // A message that is not late is newer than a late one.
                state.late[message.topic] = isLate ? message : nil
                return isLate
            }
            if isLate { return }
        }
        state.withLock { $0.waiting += 1 }
        loop.perform { [self] in
            let owner = presence.withLock { $0.presence }
            owner?.handle(event)
            let late = state.withLock { state in
                state.waiting -= 1
                guard state.waiting == 0 else { return [MQTTMessage]() }
                defer { state.late = [:] }
                return Array(state.late.values)
            }
            for message in late { owner?.handle(.received(message)) }
        }
    }
}
