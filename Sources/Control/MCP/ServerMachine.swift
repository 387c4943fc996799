internal import Linux
internal import Tools
package import WireCodec

/// The life of an MCP server as its client sees it (modelcontextprotocol.io, the revisions from
/// 2024-11-05 to 2026-07-28): start, agree on a version, list the tools, call them, start again.
///
/// A value: events and their times (nanoseconds) go in, actions come out; it has no process, no
/// connection and no clock, and `deadline` says when to call it if nothing happens.
///
///                start             opened, initialize answered
///        idle ----------> opening ------------------------------> ready
///                            ^  \ too slow, refused                 | lost, silent, babbling
///              time, or call |   +------------> closing <-----------+
///                            |                     | lost
///                            +---- waiting <-------+------> stopped
///
/// Every call ends: with the server's answer, at its deadline, or when the server is lost. A call
/// that comes while the server is not ready waits for it, and starts it at once. A call that was
/// sent is never sent again, unless the server no longer knows the session.
package struct ServerMachine: ~Copyable {
    /// The revisions with a handshake that we support; the first one is requested.
    package static let versions = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"]
    /// The back-off for restarting a server that ended; it doubles each time.
    static let leastWait: Int64 = 1_000_000_000
    static let mostWait: Int64 = 300_000_000_000
    /// A server that was ready this long resets the back-off.
    static let stable: Int64 = 60_000_000_000
    static let hour: Int64 = 3_600_000_000_000
    /// How long to wait for a list, and for the answer to a ping.
    static let listTimeout: Int64 = 15_000_000_000
    static let pingTimeout: Int64 = 5_000_000_000
    /// The least pause before the list is requested again; it doubles each time the list changes
    /// within `listMemory`.
    static let leastListPause: Int64 = 1_000_000_000
    static let mostListPause: Int64 = 300_000_000_000
    static let listMemory: Int64 = 600_000_000_000
    /// At most this many pages and tools of a list are read.
    static let pagesLimit = 100
    static let toolsLimit = 2_000
    /// At most this many calls are open at the same time.
    static let callsLimit = 64
    /// A server that sends more messages in a minute is stopped.
    static let messagesPerMinute = 6_000
    /// More lines than this that are not messages end a connection.
    static let noiseLimit = 200
    /// How many characters of a server's text are logged.
    static let quoteLimit = 300

    enum State: Equatable {
        case idle
        case opening(until: Int64)
        case ready(since: Int64)
        case closing(Next)
        case waiting(until: Int64)
        case stopped
    }

    enum Next: Equatable { case waiting, opening, stopped }

    enum Request: Equatable {
        case initialize, discover, ping, subscription
        case list(page: Int)
        case call(Int)
    }

    struct Call {
        let tool: String
        let arguments: JSONValue
        /// How long the server may report no progress.
        let patience: Int64
        /// The latest time at which it ends.
        let limit: Int64
        var deadline: Int64
        /// Nil until it is sent.
        var request: Int64?
        var isRepeated = false
    }

    let name: String
    let startTimeout: Int64
    let startsPerHour: Int
    let clientVersion: String

    var state = State.idle
    /// The server has no sessions: each request is self-contained.
    var isModern = false
    /// Its answer to the handshake.
    var handshakeRefusal: String?
    /// It notifies us when its tools change.
    var tellsChanges = false
    var nextID: Int64 = 0
    var requests: [Int64: (kind: Request, until: Int64?)] = [:]
    var calls: [Int: Call] = [:]
    /// In the order in which they came.
    var unsent: [Int] = []

    /// Times of starts within the last hour.
    var starts: [Int64] = []
    var backoff = Backoff(first: Self.leastWait, longest: Self.mostWait)
    /// The wait after the last failure (nanoseconds).
    var retryWait = Self.leastWait
    var lastFault = "it has not been started"

    var listed: [OfferedTool] = []
    var listAt: Int64?
    var listedAt: Int64?
    var listPause = Backoff(first: Self.leastListPause, longest: Self.mostListPause)
    var isListStale = false

    var minuteBegan: Int64 = 0
    var messages = 0
    var noise = 0

    var actions: [ServerAction] = []

    /// A server that waits for `start`.
    ///
    /// `startTimeout` (nanoseconds) is how long its first answer may take. At most `startsPerHour`
    /// starts are made within an hour.
    package init(name: String, startTimeout: Int64, startsPerHour: Int, clientVersion: String) {
        self.name = name
        self.startsPerHour = startsPerHour
        self.startTimeout = startTimeout
        self.clientVersion = clientVersion
    }

    mutating func take() -> [ServerAction] {
        defer { actions = [] }
        return actions
    }

    mutating func log(_ level: ToolLogLevel, _ text: String) {
        actions.append(.log(level, "MCP server \(name): \(text)"))
    }

    /// Whether calls are sent at once.
    package var isReady: Bool { if case .ready = state { true } else { false } }

    // MARK: - The owner's wishes

    /// Starts the server, and restarts it whenever it ends, until `stop`.
    package mutating func start(at now: Int64) -> [ServerAction] {
        if state == .idle { open(at: now) }
        return take()
    }

    /// Ends it for good; `stopped` follows.
    package mutating func stop(at now: Int64) -> [ServerAction] {
        failCalls("the MCP server \(name) is being stopped", onlyUnsent: false)
        requests = [:]
        listAt = nil
        switch state {
        case .idle, .waiting, .stopped:
            state = .stopped
            actions.append(.stopped)
        case .opening, .ready:
            actions.append(.close)
            state = .closing(.stopped)
        case .closing: state = .closing(.stopped)
        }
        return take()
    }

    /// Calls a tool; `finish` follows, unless the call is cancelled.
    ///
    /// It ends `patience` (nanoseconds) after the last progress that the server reported, and
    /// `limit` after now at the latest.
    package mutating func call(
        _ key: Int, tool: String, arguments: JSONValue, patience: Int64, limit: Int64, at now: Int64
    ) -> [ServerAction] {
        guard calls.count < Self.callsLimit else {
            actions.append(
                .finish(call: key, .failed("the MCP server \(name) has too many calls open")))
            return take()
        }
        calls[key] = Call(
            tool: tool, arguments: arguments, patience: patience, limit: now + limit,
            deadline: now + min(patience, limit))
        unsent.append(key)
        switch state {
        case .ready: sendCalls()
        case .waiting(let until):
            // A call needs it now.
            open(at: now)
            if case .waiting = state { refuseCalls(until: until, at: now) }
        case .idle: open(at: now)
        case .opening, .closing(.opening), .closing(.waiting): break
        case .closing(.stopped), .stopped:
            failCalls("the MCP server \(name) is stopped", onlyUnsent: false)
        }
        return take()
    }

    private mutating func refuseCalls(until: Int64, at now: Int64) {
        let minutes = (until - now + 59_999_999_999) / 60_000_000_000
        failCalls(
            "the MCP server \(name) has failed \(startsPerHour) times within an hour and is "
                + "tried again in \(minutes) min (\(lastFault))", onlyUnsent: true)
    }

    /// Cancels a call; the server is notified, and nothing more is reported about the call.
    package mutating func cancel(_ key: Int, at now: Int64) -> [ServerAction] {
        guard let call = calls[key] else { return [] }
        forget(key)
        if let request = call.request { tellCancelled(request, "the user took it back") }
        return take()
    }

    mutating func forget(_ key: Int) {
        if let request = calls.removeValue(forKey: key)?.request { requests[request] = nil }
        unsent.removeAll { $0 == key }
    }

    mutating func tellCancelled(_ request: Int64, _ reason: String) {
        guard isReady else { return }
        actions.append(
            .send(
                Message.notification(
                    "notifications/cancelled",
                    ["requestId": .int(request), "reason": .string(reason)]), id: nil))
    }

    mutating func request(
        _ kind: Request, _ method: String, _ params: JSONValue?, until: Int64?
    ) -> Int64 {
        nextID += 1
        requests[nextID] = (kind, until)
        actions.append(.send(Message.request(nextID, method, marked(params)), id: nextID))
        return nextID
    }

    mutating func sendCalls() {
        for key in unsent {
            guard var call = calls[key] else { continue }
            // The progress token is the request's id, which is the next one.
            let id = request(
                .call(key), "tools/call",
                [
                    "name": .string(call.tool), "arguments": call.arguments,
                    "_meta": ["progressToken": .int(nextID + 1)],
                ], until: nil)
            call.request = id
            calls[key] = call
        }
        unsent = []
    }

    /// Ends calls with the same failure.
    mutating func failCalls(_ words: String, onlyUnsent: Bool) {
        for key in calls.keys.sorted() where !onlyUnsent || calls[key]?.request == nil {
            forget(key)
            actions.append(.finish(call: key, .failed(words)))
        }
    }
}
