private import CMosquitto
internal import Linux

/// The loop of the `mqtt` thread: it connects, serves the connection, and reconnects.
///
/// libmosquitto has its own thread and reconnection. Ours wakes only when there is something to do,
/// has a named limit for each wait, distinguishes errors that a person can fix, and never resends a
/// message of an older connection. It uses libmosquitto's blocking `connect`, which tries all
/// addresses of a name; only this thread waits for it.
///
/// ## Concurrency
/// Confined to the thread.
final class ClientLoop {
    /// The broker must answer CONNECT within this time, or the connection is given up
    /// (nanoseconds).
    private static let greetingLimit: Int64 = 10_000_000_000
    /// The time for acknowledgements of the last messages (nanoseconds).
    static let farewellLimit: Int64 = 500_000_000
    /// How often a silent connection is checked in its keep-alive time.
    private static let looksPerKeepAlive = 4

    /// If this number of connections in a row break soon after they were made, another client is
    /// suspected.
    private static let briefLinesLimit = 3

    private struct Sent {
        let promise: Promise<MQTTDelivery>?
        let topic: String
        let bytes: Int
    }

    private let settings: BrokerSettings
    private let core: ClientCore
    private let onEvent: @Sendable (MQTTEvent) -> Void
    private var pace = ReconnectPace()
    private var version = BrokerConnection.Version.five
    private var connection: BrokerConnection?
    private var openedAt: Int64 = 0
    /// When the broker accepted the connection.
    private var greetedAt: Int64?
    private var briefLines = 0
    private var sent: [Int32: Sent] = [:]
    private var subscribing: [Int32: (filter: String, promise: Promise<Void>?)] = [:]
    private var farewell: (until: Int64, promise: Promise<Void>)?

    init(
        _ settings: BrokerSettings, _ core: ClientCore,
        onEvent: @escaping @Sendable (MQTTEvent) -> Void
    ) {
        self.settings = settings
        self.core = core
        self.onEvent = onEvent
    }

    /// Runs until it must stop.
    func run() {
        defer { core.end() }
        if let fault = cmosquitto_load() {
            core.lineLost(.unavailable(String(cString: fault)))
            onEvent(.disconnected(.unavailable(String(cString: fault))))
            return
        }
        cmosquitto_ignore_broken_pipe()
        while true {
            for order in core.takeOrders() { follow(order) }
            if let farewell, sent.isEmpty || MonotonicClock.now() >= farewell.until {
                connection?.bidFarewell()
                connection = nil
                giveUpSent(.unavailable("it was stopped"))
                return farewell.promise.settle(.success(()))
            }
            if connection == nil, farewell == nil, MonotonicClock.now() >= pace.due { connect() }
            wait()
        }
    }

    private func wait() {
        let socket = connection?.socket ?? -1
        let ready = cmosquitto_wait(
            core.wake.descriptor, socket, connection?.wantsWrite ?? false,
            MonotonicClock.milliseconds(until: nextLook))
        if ready & Int32(cmosquitto_woken) != 0 { core.wake.drain() }
        guard let connection else { return }
        do throws(MQTTError) {
            try connection.work(
                readable: ready & Int32(cmosquitto_readable) != 0,
                writable: ready & Int32(cmosquitto_writable) != 0)
            takeEvents(of: connection)
            if greetedAt == nil, MonotonicClock.now() - openedAt >= Self.greetingLimit {
                throw .timedOut(broker: settings.place)
            }
        } catch {
            takeEvents(of: connection)
            if self.connection != nil { lose(error) }
        }
    }

    private var nextLook: Int64 {
        let now = MonotonicClock.now()
        if let farewell { return farewell.until }
        guard connection != nil else { return pace.due }
        let pause = Int64(settings.keepAliveSeconds) * 1_000_000_000 / Int64(Self.looksPerKeepAlive)
        return greetedAt == nil ? min(openedAt + Self.greetingLimit, now + pause) : now + pause
    }

    // MARK: - The line

    private func connect() {
        pace.attemptStarted(at: MonotonicClock.now())
        do throws(MQTTError) {
            let connection = try BrokerConnection(settings, version: version)
            try connection.open()
            self.connection = connection
            openedAt = MonotonicClock.now()
            greetedAt = nil
        } catch {
            lose(error)
        }
    }

    private func lose(_ cause: MQTTError) {
        let now = MonotonicClock.now()
        let wasGreeted = greetedAt != nil
        if let greetedAt {
            briefLines = now - greetedAt < ReconnectPace.stable ? briefLines + 1 : 0
        }
        let error = wasGreeted ? steady(cause) : explained(cause)
        connection = nil
        pace.failed(
            at: now, connectedAt: greetedAt, isContested: error.isContest,
            random: .random(in: 0..<1))
        greetedAt = nil
        if !wasGreeted, case .lost = cause {
            // Some old brokers close the connection after a CONNECT of version 5, without a reason.
            version = version == .five ? .three : .five
        }
        core.lineLost(error)
        giveUpSent(error)
        onEvent(.disconnected(error))
    }

    /// Explains a connection that breaks repeatedly: a broker before version 5 does not report that
    /// another client with this id has connected.
    private func steady(_ error: MQTTError) -> MQTTError {
        guard greetedAt != nil, briefLines >= Self.briefLinesLimit,
            case .lost(let broker, let reason) = error
        else { return error }
        return .unsteady(broker: broker, client: settings.clientID, reason: reason)
    }

    /// Explains what a broker may require if it closes the connection after CONNECT.
    private func explained(_ error: MQTTError) -> MQTTError {
        switch error {
        case .lost(let broker, let reason) where connection != nil:
            return .hungUp(broker: broker, reason: reason, hint: hint)
        // libmosquitto reports a TLS alert in the handshake like this: errno is EPROTO then.
        case .unreachable(let broker, let reason) where reason == "Protocol error":
            return .hungUp(broker: broker, reason: reason, hint: hint)
        // OpenSSL's words for the alert of that name (RFC 8446, section 6.2).
        case .untrusted(let broker, let reason) where reason.contains("certificate required"):
            return .hungUp(broker: broker, reason: reason, hint: hint)
        // The same alert, if the far end closed before it was read.
        case .untrusted(let broker, let reason) where reason == "Connection reset by peer":
            return .hungUp(broker: broker, reason: reason, hint: hint)
        case .lost, .malformed, .unresolved, .unreachable, .untrusted, .refused, .hungUp,
            .forbidden, .takenOver, .unsteady, .timedOut, .unanswered, .noAnswer, .tooLarge, .busy,
            .cancelled, .unavailable:
            return error
        }
    }

    private var hint: String {
        switch (settings.protection, settings.clientCertificate) {
        case (.none, _): "it may want TLS there (mqtt.tls = true)"
        case (_, nil): "it may want a certificate of this device (mqtt.certificate_file)"
        case (_, _?): "it may not trust this device's certificate (mqtt.certificate_file)"
        }
    }

    private func giveUpSent(_ error: MQTTError) {
        for (_, message) in sent {
            core.settled(bytes: message.bytes)
            message.promise?.settle(.failure(error))
        }
        sent = [:]
        for (_, request) in subscribing { request.promise?.settle(.failure(error)) }
        subscribing = [:]
    }

    // MARK: - Orders

    private func follow(_ order: ClientCore.Order) {
        switch order {
        case .publish(let message, let promise): publish(message, promise)
        case .subscribe(let filter, let promise): subscribe(filter, promise)
        case .unsubscribe(let filter): connection?.unsubscribe(from: filter)
        case .hurry: pace.hurry(at: MonotonicClock.now())
        case .stop(let messages, let promise):
            if greetedAt != nil {
                for message in messages {
                    core.admit(message)
                    publish(message, nil)
                }
            }
            farewell = (MonotonicClock.now() + Self.farewellLimit, promise)
        }
    }

    private func publish(_ message: MQTTMessage, _ promise: Promise<MQTTDelivery>?) {
        let bytes = message.payload.count
        do throws(MQTTError) {
            guard let connection, greetedAt != nil else {
                throw .unreachable(
                    broker: settings.place, reason: "the line broke before it was sent")
            }
            let mid = try connection.publish(message)
            sent[mid] = Sent(promise: promise, topic: message.topic, bytes: bytes)
            takeEvents(of: connection)
        } catch {
            core.settled(bytes: bytes)
            promise?.settle(.failure(error))
            // Messages lost with the connection are published again on the next one.
            if promise == nil, case .malformed = error { onEvent(.forbidden(error)) }
        }
    }

    private func subscribe(_ filter: String, _ promise: Promise<Void>?) {
        // Without a connection it is done when there is one.
        guard let connection, greetedAt != nil else {
            promise?.settle(
                .failure(
                    .unreachable(
                        broker: settings.place, reason: "the line broke before it was asked")))
            return
        }
        do throws(MQTTError) {
            let mid = try connection.subscribe(
                to: filter, includesRetained: core.includesRetained(filter))
            subscribing[mid] = (filter, promise)
        } catch {
            promise?.settle(.failure(error))
        }
    }

    // MARK: - Reports of the connection

    private func takeEvents(of connection: BrokerConnection) {
        for happening in connection.takeEvents() {
            switch happening {
            case .greeted(let reason): greeted(reason, connection)
            case .closed(let reason):
                // Only with a reason from the broker; `work` reports a break without one.
                guard self.connection != nil, reason >= BrokerConnection.firstFailure else { break }
                let isTaken = reason == Int32(MQTT_RC_SESSION_TAKEN_OVER.rawValue)
                lose(
                    isTaken
                        ? .takenOver(broker: settings.place, client: settings.clientID)
                        : .lost(
                            broker: settings.place, reason: connection.text(ofReason: reason)))
            case .published(let mid, let reason): published(mid, reason, connection)
            case .subscribed(let mid, let granted): subscribed(mid, granted, connection)
            case .received(let message):
                core.offer(message)
                onEvent(.received(message))
            case .refused(let topic, let bytes): onEvent(.refused(topic: topic, bytes: bytes))
            }
        }
    }

    private func greeted(_ reason: Int32, _ connection: BrokerConnection) {
        guard reason == 0 else {
            if reason == Int32(MQTT_RC_UNSUPPORTED_PROTOCOL_VERSION.rawValue) { version = .three }
            return lose(
                .refused(broker: settings.place, reason: connection.text(ofReason: reason)))
        }
        greetedAt = MonotonicClock.now()
        core.connectionMade()
        for filter in core.filters { subscribe(filter, nil) }
        onEvent(.connected)
    }

    private func published(_ mid: Int32, _ reason: Int32, _ connection: BrokerConnection) {
        guard let message = sent.removeValue(forKey: mid) else { return }
        core.settled(bytes: message.bytes)
        guard reason < BrokerConnection.firstFailure else {
            let error = MQTTError.forbidden(
                topic: message.topic, reason: connection.text(ofReason: reason))
            message.promise?.settle(.failure(error))
            if message.promise == nil { onEvent(.forbidden(error)) }
            return
        }
        let isHeard = reason != Int32(MQTT_RC_NO_MATCHING_SUBSCRIBERS.rawValue)
        message.promise?.settle(.success(isHeard ? .delivered : .nobodyListens))
    }

    private func subscribed(_ mid: Int32, _ granted: Int32, _ connection: BrokerConnection) {
        guard let request = subscribing.removeValue(forKey: mid) else { return }
        guard granted < BrokerConnection.firstFailure else {
            let error = MQTTError.forbidden(
                topic: request.filter, reason: connection.text(ofReason: granted))
            request.promise?.settle(.failure(error))
            if request.promise == nil { onEvent(.forbidden(error)) }
            return
        }
        request.promise?.settle(.success(()))
    }
}
