internal import Linux

/// The outcome of publishing a message.
package enum MQTTDelivery: Sendable, Equatable {
    /// The broker has it; with `.atMostOnce` it was written to the connection.
    case delivered
    /// The broker reports that no client subscribes to its topic; brokers before version 5 do not.
    case nobodyListens
}

/// A client of an MQTT broker that outlives its connections.
///
/// Uses version 5, whose brokers report refusals and hold back messages that are too long, and
/// 3.1.1 with brokers that lack it. A message that cannot be sent now is refused at once and never
/// sent later.
///
/// ## Concurrency
/// Every method may be called from every task. One thread, `mqtt`, owns libmosquitto's handle and
/// starts with the first message; events are delivered on it. Releasing the client ends the thread,
/// without a farewell.
package final class MQTTClient: Sendable {
    private let settings: BrokerSettings
    private let core: ClientCore
    private let onEvent: @Sendable (MQTTEvent) -> Void

    /// A client; nothing is started yet.
    ///
    /// `onEvent` is called on the client's thread and must return soon.
    package init(
        _ settings: BrokerSettings, onEvent: @escaping @Sendable (MQTTEvent) -> Void
    ) throws(MQTTError) {
        self.settings = settings
        self.onEvent = onEvent
        core = try ClientCore()
    }

    deinit { core.order(.stop([], Promise())) }

    /// Starts the thread, which connects and stays connected; does nothing if it has started.
    ///
    /// Publishing or asking starts it too.
    package func start() throws(MQTTError) {
        guard core.beginStart() else { return }
        do {
            // The thread retains the core and not the client, whose release ends the thread.
            _ = try OwnedThread(name: "mqtt", priority: .normal) { [settings, core, onEvent] in
                ClientLoop(settings, core, onEvent: onEvent).run()
            }
        } catch {
            throw .unavailable("\(error)")
        }
    }

    /// Publishes some last messages, disconnects and ends the thread, in about half a second.
    package func stop(farewell: [MQTTMessage]) async {
        // A thread that has not started has nothing to end, and must not start any more.
        if core.beginStart() { return core.end() }
        let promise = Promise<Void>()
        core.order(.stop(farewell, promise))
        // A thread that is still connecting ends by itself.
        let limit = Duration.nanoseconds(2 * ClientLoop.farewellLimit)
        _ = try? await promise.value(within: limit, else: .timedOut(broker: settings.place))
    }

    /// Whether the connection is up.
    package var isConnected: Bool { if case .up = core.line { true } else { false } }

    /// How many messages were accepted and are neither acknowledged nor given up.
    package var underWay: Int { core.underWay }

    /// How often the connection was made.
    package var connections: Int { core.connections }

    // MARK: - Messages

    /// Subscribes, now and after every reconnection; refusals are events.
    ///
    /// Retained messages arrive only with `includesRetained`: old commands are not new ones. Brokers
    /// before version 5 always send them.
    package func subscribe(to filter: String, includesRetained: Bool = false) throws(MQTTError) {
        try Self.check(filter: filter)
        if includesRetained { core.wantKept(filter) }
        if core.use(filter) { core.order(.subscribe(filter, nil)) }
    }

    /// Publishes without waiting; an event reports if the broker forbids it, or if it cannot be
    /// sent as it is.
    package func post(_ message: MQTTMessage) throws(MQTTError) {
        try check(message)
        try core.publish(message, nil)
    }

    /// Publishes, and waits until the broker has it.
    ///
    /// Waits for the connection no longer than `patience`, and in all no longer than `time`.
    package func publish(
        _ message: MQTTMessage, patience: Duration, within time: Duration
    ) async throws(MQTTError) -> MQTTDelivery {
        try check(message)
        let end = MonotonicClock.now(plus: time)
        try await awaitLine(min(patience, time))
        return try await send(message, until: end)
    }

    /// Publishes a question, and waits for its answer on a topic.
    ///
    /// Several callers that wait for the same answer get one each, in the order of the questions.
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
            // The reason of the last failed attempt says more than that there is no connection.
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
