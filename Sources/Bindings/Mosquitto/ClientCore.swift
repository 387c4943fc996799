internal import Linux
internal import Synchronization

/// The state that callers and the `mqtt` thread share.
///
/// ## Concurrency
/// The lock protects the whole state; promises are settled outside of it.
final class ClientCore: Sendable {
    /// The most messages under way at once.
    static let outstandingLimit = 256
    /// The same in bytes of payload.
    static let outstandingLimitBytes = 1 << 20
    /// The most tasks that wait for the connection, and the most that wait for an answer.
    static let waitersLimit = 64

    /// An order to the thread.
    enum Order: Sendable {
        case publish(MQTTMessage, Promise<MQTTDelivery>?)
        case subscribe(String, Promise<Void>?)
        case unsubscribe(String)
        case hurry
        case stop([MQTTMessage], Promise<Void>)
    }

    /// The state of the connection.
    enum Line: Sendable {
        case up
        /// Not connected; the reason, if it is known.
        case down(MQTTError?)
        /// Stopped for good.
        case over
    }

    struct Listener: Sendable {
        let filter: String
        let isAnswer: @Sendable (MQTTMessage) -> Bool
        let promise: Promise<MQTTMessage>
    }

    private struct State {
        var isStarted = false
        var orders: [Order] = []
        var line = Line.down(nil)
        var connections = 0
        var outstanding = 0
        var outstandingBytes = 0
        var filters: [String: Int] = [:]
        /// The filters whose retained messages the broker must send.
        var keptFilters: Set<String> = []
        var listeners: [(number: UInt64, listener: Listener)] = []
        var lastNumber: UInt64 = 0
        var awaitingLine: [Promise<Void>] = []
    }

    let wake: EventFD
    private let state = Mutex(State())

    init() throws(MQTTError) {
        do {
            wake = try EventFD()
        } catch {
            throw .unavailable("\(error)")
        }
    }

    // MARK: - Callers

    /// True for the caller that must start the thread.
    func beginStart() -> Bool {
        state.withLock { state in
            defer { state.isStarted = true }
            return !state.isStarted
        }
    }

    var line: Line { state.withLock { $0.line } }
    var underWay: Int { state.withLock { $0.outstanding } }
    var connections: Int { state.withLock { $0.connections } }

    /// Queues an order for the thread, unless it has ended.
    func order(_ order: Order) {
        state.withLock { state in
            if case .over = state.line { return }
            state.orders.append(order)
        }
        wake.signal()
    }

    /// Queues a message, if the connection is up and not too much is under way.
    func publish(
        _ message: MQTTMessage, _ promise: Promise<MQTTDelivery>?
    ) throws(MQTTError) {
        let problem = state.withLock { state -> MQTTError? in
            switch state.line {
            case .down(let reason):
                return reason?.beforeSending ?? .unavailable("it is still connecting")
            case .over: return .unavailable("it was stopped")
            case .up: break
            }
            guard state.outstanding < Self.outstandingLimit,
                state.outstandingBytes + message.payload.count <= Self.outstandingLimitBytes
            else { return .busy(limit: Self.outstandingLimit) }
            state.outstanding += 1
            state.outstandingBytes += message.payload.count
            state.orders.append(.publish(message, promise))
            return nil
        }
        if let problem { throw problem }
        wake.signal()
    }

    /// A promise that is settled when the connection is up; nil if it is up already.
    func awaitLine() throws(MQTTError) -> Promise<Void>? {
        let result = state.withLock { state -> Result<Promise<Void>?, MQTTError> in
            switch state.line {
            case .up: return .success(nil)
            case .over: return .failure(.unavailable("it was stopped"))
            case .down: break
            }
            guard state.awaitingLine.count < Self.waitersLimit else {
                return .failure(.busy(limit: Self.waitersLimit))
            }
            let promise = Promise<Void>()
            state.awaitingLine.append(promise)
            state.orders.append(.hurry)
            return .success(promise)
        }
        wake.signal()
        return try result.get()
    }

    /// Removes a promise that no task waits for any more.
    func forget(_ promise: Promise<Void>) {
        state.withLock { $0.awaitingLine.removeAll { $0 === promise } }
    }

    /// Makes the broker send its retained messages for a filter.
    func wantKept(_ filter: String) { state.withLock { _ = $0.keptFilters.insert(filter) } }

    func includesRetained(_ filter: String) -> Bool {
        state.withLock { $0.keptFilters.contains(filter) }
    }

    /// Counts a user of a filter; true for the first.
    @discardableResult
    func use(_ filter: String) -> Bool {
        state.withLock { state in
            state.filters[filter, default: 0] += 1
            return state.filters[filter] == 1
        }
    }

    /// Removes a user of a filter; true for the last.
    func release(_ filter: String) -> Bool {
        state.withLock { state in
            state.filters[filter, default: 1] -= 1
            guard state.filters[filter] == 0 else { return false }
            state.filters[filter] = nil
            return true
        }
    }

    /// Adds a listener that waits for an answer; returns its number.
    func listen(_ listener: Listener) throws(MQTTError) -> UInt64 {
        let number = state.withLock { state -> UInt64? in
            guard state.listeners.count < Self.waitersLimit else { return nil }
            state.lastNumber += 1
            state.listeners.append((state.lastNumber, listener))
            return state.lastNumber
        }
        guard let number else { throw .busy(limit: Self.waitersLimit) }
        return number
    }

    func unlisten(_ number: UInt64) {
        state.withLock { state in state.listeners.removeAll { $0.number == number } }
    }

    // MARK: - The mqtt thread

    /// Takes the orders queued since the last call.
    func takeOrders() -> [Order] {
        state.withLock { state in
            defer { state.orders = [] }
            return state.orders
        }
    }

    /// The filters that are subscribed to on every connection.
    var filters: [String] { state.withLock { Array($0.filters.keys) } }

    /// Counts a farewell message, which is sent regardless of the limits.
    func admit(_ message: MQTTMessage) {
        state.withLock { state in
            state.outstanding += 1
            state.outstandingBytes += message.payload.count
        }
    }

    /// Counts a message that was acknowledged or given up.
    func settled(bytes: Int) {
        state.withLock { state in
            state.outstanding -= 1
            state.outstandingBytes -= bytes
        }
    }

    /// Notes that the connection is up.
    func connectionMade() {
        let waiting = state.withLock { state in
            state.line = .up
            state.connections += 1
            defer { state.awaitingLine = [] }
            return state.awaitingLine
        }
        for promise in waiting { promise.settle(.success(())) }
    }

    /// Notes that the connection was lost, or not made; fails all listeners that wait for an
    /// answer.
    func lineLost(_ error: MQTTError) {
        let listeners = state.withLock { state in
            state.line = .down(error)
            defer { state.listeners = [] }
            return state.listeners
        }
        for (_, listener) in listeners { listener.promise.settle(.failure(error)) }
    }

    /// Notes that the thread ends; refuses queued orders.
    func end() {
        let (orders, waiting, listeners) = state.withLock { state in
            state.line = .over
            defer {
                state.orders = []
                state.awaitingLine = []
                state.listeners = []
            }
            return (state.orders, state.awaitingLine, state.listeners)
        }
        let over = MQTTError.unavailable("it was stopped")
        for promise in waiting { promise.settle(.failure(over)) }
        for (_, listener) in listeners { listener.promise.settle(.failure(over)) }
        for order in orders {
            switch order {
            case .publish(_, let promise): promise?.settle(.failure(over))
            case .subscribe(_, let promise): promise?.settle(.failure(over))
            case .stop(_, let promise): promise.settle(.success(()))
            case .unsubscribe, .hurry: break
            }
        }
    }

    /// Passes a message to the listener that has waited longest for it; a retained message is never
    /// an answer.
    func offer(_ message: MQTTMessage) {
        guard !message.isRetained else { return }
        // `isAnswer` is the caller's code, so it runs without the lock.
        for (number, listener) in state.withLock({ $0.listeners })
        where MQTTTopic.matches(message.topic, filter: listener.filter)
            && listener.isAnswer(message)
        {
            let isFirst = state.withLock { state -> Bool in
                let count = state.listeners.count
                state.listeners.removeAll { $0.number == number }
                return state.listeners.count < count
            }
            guard isFirst else { continue }
            return listener.promise.settle(.success(message))
        }
    }
}
