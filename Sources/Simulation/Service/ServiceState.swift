internal import Synchronization

/// The state that the connections of one simulated service share: handles, tokens, and sessions.
///
/// ## Concurrency
/// The lock protects everything; sessions on one thread never wait for it.
package final class ServiceState: Sendable {
    /// Counts over all connections.
    struct Counts: Sendable {
        /// Turns that were completed.
        var turns = 0
        /// Faults that happened, by their place in the scenario.
        var fired: [Int: Int] = [:]
    }

    /// The state that a handle resumes.
    struct Handle: Sendable {
        var session: Int
        var turnIndex: Int
        var model: String
        /// Words of an activity that was still going on; only when resumed transparently.
        var activity: [Int16]?
        var contextTokens: Int
        /// Whether a fault has expired it early.
        var isExpired = false
    }

    /// A session's connection, or since when it has none.
    struct Lease: Sendable {
        var connection: Int?
        var freeFrom: Int64
    }

    struct Shared: Sendable {
        var counts = Counts()
        var handles: [String: Handle] = [:]
        var handleCount = 0
        var leases: [Int: Lease] = [:]
        var sessionCount = 0
        var connectionCount = 0
        var callCount = 0
        var tokens: [String: EphemeralToken] = [:]
        /// How the next handle that a client presents is refused, once.
        var refuseNext: HandleRefusal?
        /// The next turn, in any session.
        var nextTurn = 0
    }

    private let shared = Mutex(Shared())

    /// A service without connections.
    package init() {}

    func with<Result: Sendable>(_ body: (inout Shared) -> Result) -> Result {
        shared.withLock { body(&$0) }
    }

    /// Adds a token, or replaces the one with its name.
    package func add(_ token: EphemeralToken) { with { $0.tokens[token.name] = token } }

    /// How many connections have a session now.
    package var openSessions: Int {
        with { $0.leases.values.count { $0.connection != nil } }
    }
}

extension ServiceState.Shared {
    /// How many of the newest handles and sessions are remembered.
    private static let memoryLimit = 4096

    /// Creates a handle for a place in a session.
    mutating func makeHandle(_ handle: ServiceState.Handle) -> String {
        handleCount += 1
        handles["handle-\(handleCount)"] = handle
        handles["handle-\(handleCount - Self.memoryLimit)"] = nil
        return "handle-\(handleCount)"
    }

    mutating func makeSession() -> Int {
        sessionCount += 1
        leases[sessionCount - Self.memoryLimit] = nil
        return sessionCount
    }

    /// Releases a connection's session, which counts as open until `time`.
    mutating func release(session: Int, connection: Int, at time: Int64) {
        guard leases[session]?.connection == connection else { return }
        leases[session] = .init(connection: nil, freeFrom: time)
    }
}
