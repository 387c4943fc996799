import Mosquitto
import Synchronization
import TestBroker

/// The events of a client, for tests to wait for.
final class Events: Sendable {
    private let stream: AsyncStream<MQTTEvent>
    private let continuation: AsyncStream<MQTTEvent>.Continuation
    private let seen = Mutex<[MQTTEvent]>([])

    init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    var sink: @Sendable (MQTTEvent) -> Void {
        { [self] event in
            seen.withLock { $0.append(event) }
            continuation.yield(event)
        }
    }

    var all: [MQTTEvent] { seen.withLock { $0 } }

    /// Waits for an event of a kind; earlier events are skipped.
    @discardableResult
    func next<Value>(_ pick: (MQTTEvent) -> Value?) async -> Value? {
        for await event in stream {
            if let value = pick(event) { return value }
        }
        return nil
    }

    func connected() async { await next { $0 == .connected ? true : nil } }

    func disconnected() async -> MQTTError? {
        await next { if case .disconnected(let error) = $0 { error } else { nil } }
    }

    func message() async -> MQTTMessage? {
        await next { if case .received(let message) = $0 { message } else { nil } }
    }
}

extension BrokerSettings {
    /// The settings with which a test's client connects to a test's broker.
    init(_ broker: TestBroker, id: String = "martlet-test") {
        self.init(host: "127.0.0.1", port: broker.port, clientID: id)
    }
}

extension MQTTClient {
    /// A client that has started.
    static func started(_ settings: BrokerSettings, _ events: Events) throws -> MQTTClient {
        let client = try MQTTClient(settings, onEvent: events.sink)
        try client.start()
        return client
    }

    /// Publishes with the patience that a busy machine needs.
    func publish(_ message: MQTTMessage) async throws -> MQTTDelivery {
        try await publish(message, patience: .seconds(20), within: .seconds(30))
    }
}

/// The error of an operation that must fail.
func failure(_ body: () async throws -> Void) async -> MQTTError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? MQTTError
    }
}
