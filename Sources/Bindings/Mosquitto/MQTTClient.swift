internal import Linux

/// What became of a message that was published.
package enum MQTTDelivery: Sendable, Equatable {
    /// The broker has it, or with `.atMostOnce` the line.
    case delivered
    /// The broker says that nobody has subscribed to its topic; brokers before version 5 do not say.
    case nobodyListens
}

/// A client of an MQTT broker that outlives its connections.
///
/// Speaks version 5, whose brokers say what they refuse and keep too long messages away, and 3.1.1
/// to brokers that know no other. What cannot be sent now is refused at once and never sent later.
///
/// ## Concurrency
/// Every method may be called from every task. One thread, `mqtt`, owns libmosquitto's handle and
/// starts with the first message; events are delivered on it. Releasing the client ends it, without a farewell.
package final class MQTTClient: Sendable {
    private let settings: BrokerSettings
    private let core: ClientCore
    private let onEvent: @Sendable (MQTTEvent) -> Void

    /// A client; nothing is started yet.
    ///
    /// `onEvent` is called on the client's thread and returns soon.
    package init(
        _ settings: BrokerSettings, onEvent: @escaping @Sendable (MQTTEvent) -> Void
    ) throws(MQTTError) {
        self.settings = settings
        self.onEvent = onEvent
        core = try ClientCore()
    }

    deinit { core.order(.stop([], Promise())) }

    /// Starts the thread, which connects and stays connected; nothing when it has started.
    ///
    /// What is published or asked starts it too.
    package func start() throws(MQTTError) {
        guard core.beginStart() else { return }
        do {
            // The thread keeps the core, not the client, whose release ends it.
            _ = try OwnedThread(name: "mqtt", priority: .normal) { [settings, core, onEvent] in
                ClientLoop(settings, core, onEvent: onEvent).run()
            }
        } catch {
            throw .unavailable("\(error)")
        }
    }

    /// Publishes some last messages, says goodbye and ends the thread, in half a second or so.
    package func stop(farewell: [MQTTMessage]) async {
        // One that has not started has nothing to end, and shall not start any more.
        if core.beginStart() { return core.end() }
        let promise = Promise<Void>()
        core.order(.stop(farewell, promise))
        // A thread that is still connecting ends on its own.
        let limit = Duration.nanoseconds(2 * ClientLoop.farewellLimit)
        _ = try? await promise.value(within: limit, else: .timedOut(broker: settings.place))
    }

    /// Whether the line stands.
    package var isConnected: Bool { if case .up = core.line { true } else { false } }

    /// How many messages were handed over and are neither acknowledged nor given up.
    package var underWay: Int { core.underWay }

    /// How often the line was made.
    package var connections: Int { core.connections }

    // MARK: - Messages

    /// Subscribes, now and whenever the line is made anew; refusals are events.
    ///
    /// What the broker has kept comes only where `wantsKept` says so: old commands are not new
    /// ones. Brokers before version 5 send it always.
    package func subscribe(to filter: String, wantsKept: Bool = false) throws(MQTTError) {
        try Self.check(filter: filter)
        if wantsKept { core.wantKept(filter) }
        if core.use(filter) { core.order(.subscribe(filter, nil)) }
    }

    /// Publishes without waiting; that the broker forbids it, or that it cannot be sent as it is,
    /// is reported as an event.
    package func post(_ message: MQTTMessage) throws(MQTTError) {
        try check(message)
        try core.publish(message, nil)
    }

    /// Publishes, and waits until the broker has it.
    ///
    /// Waits for a line that is down no longer than `patience`, and for all no longer than `time`.
    package func publish(
        _ message: MQTTMessage, patience: Duration, within time: Duration
    ) async throws(MQTTError) -> MQTTDelivery {
        try check(message)
        let end = MonotonicClock.now(plus: time)
        try await awaitLine(min(patience, time))
        return try await send(message, until: end)
    }

    /// Publishes a question, and waits for its answer under a topic.
    ///
    /// Of several that wait for the same, each gets one answer, in the order of the questions.
    package func ask(
        _ question: MQTTMessage, answerOn filter: String, patience: Duration,
        within time: Duration, isAnswer: @escaping @Sendable (MQTTMessage) -> Bool
    ) async throws(MQTTError) -> MQTTMessage {
        try check(question)
        try Self.check(filter: filter)
        let end = MonotonicClock.now(plus: time)
        try await awaitLine(min(patience, time))
        core.use(filter)
        defer { if core.release(filter) { core.order(.unsubscribe(filter)) } }
        let subscribed = Promise<Void>()
        core.order(.subscribe(filter, subscribed))
        try await wait(for: subscribed, until: end)
        let answer = Promise<MQTTMessage>()
        let number = try core.listen(
            ClientCore.Listener(filter: filter, isAnswer: isAnswer, promise: answer))
        defer { core.unlisten(number) }
        if try await send(question, until: end) == .nobodyListens {
            throw .unanswered(topic: question.topic)
        }
        return try await wait(for: answer, until: end, else: .noAnswer(topic: filter))
    }

    private func awaitLine(_ patience: Duration) async throws(MQTTError) {
        try start()
        guard let promise = try core.awaitLine() else { return }
        defer { core.forget(promise) }
        let silence = MQTTError.unreachable(broker: settings.place, reason: "no answer yet")
        do throws(MQTTError) {
            try await promise.value(within: patience, else: silence)
        } catch {
            // Why the last attempt failed says more than that there is no line.
            if error == silence, case .down(let reason?) = core.line {
                throw reason.beforeSending
            }
            throw error
        }
    }

    private func send(
        _ message: MQTTMessage, until end: Int64
    ) async throws(MQTTError) -> MQTTDelivery {
        let promise = Promise<MQTTDelivery>()
        try core.publish(message, promise)
        return try await wait(for: promise, until: end)
    }

    private func wait<Value: Sendable>(
        for promise: Promise<Value>, until end: Int64, else timeout: MQTTError? = nil
    ) async throws(MQTTError) -> Value {
        let left = Duration.nanoseconds(max(0, end - MonotonicClock.now()))
        let timeout = timeout ?? .timedOut(broker: settings.place)
        return try await promise.value(within: left, else: timeout)
    }

    private func check(_ message: MQTTMessage) throws(MQTTError) {
        if let problem = MQTTTopic.problem(inName: message.topic) {
            throw .malformed("its topic \(problem)")
        }
        guard message.payload.count <= settings.payloadLimitBytes else {
            throw .tooLarge(bytes: message.payload.count, limitBytes: settings.payloadLimitBytes)
        }
    }

    private static func check(filter: String) throws(MQTTError) {
        if let problem = MQTTTopic.problem(inFilter: filter) {
            throw .malformed("the topic to listen to \(problem)")
        }
    }
}
