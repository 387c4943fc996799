internal import Curl
internal import ModelTypes
internal import Synchronization
internal import WireCodec

/// One session with a server that is reached by HTTP.
///
/// ## Concurrency
/// The lock protects all that changes. One task sends the messages in order; each answer is read
/// in a task of its own.
final class HTTPConnection: Sendable {
    /// Messages that wait to be sent.
    private static let outboxLimit = 256
    /// How much may be read and not yet handled (bytes); beyond that, reading pauses.
    private static let unreadLimit = 1 << 20
    /// How long a message without an answer, and the farewell, may take.
    private static let noticeDeadline = Duration.seconds(10)
    private static let farewellDeadline = Duration.seconds(3)
    /// Longer session names are ignored (bytes).
    private static let sessionLimitBytes = 1_024

    private struct Outgoing: Sendable {
        let message: JSONValue
        let id: Int64?
    }

    struct State {
        var session: String?
        var version: String?
        /// Each request is self-contained: there is no session, and we send no notifications.
        var isModern = false
        var isListening = false
        var isClosed = false
        var unread = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
        /// By the request's id, or a negative number.
        var tasks: [Int64: Task<Void, Never>] = [:]
        var lastTask: Int64 = 0
    }

    let place: HTTPPlace
    let client: HTTPClient
    private let onEvent: @Sendable (TransportEvent, Int) -> Void
    private let outbox: AsyncStream<Outgoing>.Continuation
    let state = Mutex(State())

    init(
        _ place: HTTPPlace, _ client: HTTPClient,
        _ onEvent: @escaping @Sendable (TransportEvent, Int) -> Void
    ) {
        self.place = place
        self.client = client
        self.onEvent = onEvent
        let (messages, outbox) = AsyncStream<Outgoing>.makeStream(
            bufferingPolicy: .bufferingOldest(Self.outboxLimit))
        self.outbox = outbox
        spawn(nil) { connection in
            for await message in messages { await connection.deliver(message) }
        }
    }

    func send(_ message: JSONValue, id: Int64?) {
        if message["method"]?.string == "notifications/cancelled",
            let gone = message["params"]?["requestId"]?.int
        {
            // Its answer is no longer awaited.
            state.withLock { $0.tasks.removeValue(forKey: gone) }?.cancel()
        }
        // Without sessions, closing the connection is the cancellation.
        if id == nil, state.withLock({ $0.isModern }) { return }
        if case .dropped = outbox.yield(Outgoing(message: message, id: id)) {
            tell(.undelivered(id: id, reason: "too many messages wait", fate: .refused))
        }
    }

    func agreed(version: String) {
        state.withLock { state in
            state.version = version
            state.isModern = version == ServerMachine.modernVersion
        }
    }

    func took(_ bytes: Int) {
        let waiting = state.withLock { state in
            state.unread -= bytes
            guard state.unread < Self.unreadLimit else {
                return [CheckedContinuation<Void, Never>]()
            }
            defer { state.waiting = [] }
            return state.waiting
        }
        for task in waiting { task.resume() }
    }

    /// Ends what is under way and the session; then `lost` is reported.
    func close() {
        let (tasks, waiting) = state.withLock { state in
            state.isClosed = true
            defer {
                state.tasks = [:]
                state.waiting = []
            }
            return (Array(state.tasks.values), state.waiting)
        }
        outbox.finish()
        for task in tasks { task.cancel() }
        for task in waiting { task.resume() }
        Task {
            await sayGoodbye()
            onEvent(.lost("the session was closed"), 0)
        }
    }

    private func sayGoodbye() async {
        guard state.withLock({ $0.session }) != nil, var request = try? request("DELETE") else {
            return
        }
        request.deadline = Self.farewellDeadline
        // Servers may refuse it; they drop the session eventually.
        _ = try? await client.perform(request)
    }

    // MARK: - Reporting

    /// Reports what happened, unless the connection is closed.
    func tell(_ event: TransportEvent) {
        guard !state.withLock({ $0.isClosed }) else { return }
        onEvent(event, 0)
    }

    /// Reports a message, and waits while too many reported bytes are not yet handled.
    func tell(_ json: JSONValue, bytes: Int) async {
        let isClosed = state.withLock { state in
            state.unread += bytes
            return state.isClosed
        }
        guard !isClosed else { return }
        onEvent(.message(json), bytes)
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.unread < Self.unreadLimit || state.isClosed { return true }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    // MARK: - Sending

    /// Runs something until it ends or the connection is closed.
    func spawn(_ id: Int64?, _ body: @escaping @Sendable (HTTPConnection) async -> Void) {
        state.withLock { state in
            guard !state.isClosed else { return }
            state.lastTask -= 1
            let key = id ?? state.lastTask
            state.tasks[key] = Task { [weak self] in
                guard let self else { return }
                await body(self)
                self.state.withLock { $0.tasks[key] = nil }
            }
        }
    }

    func request(_ method: String) throws -> HTTPRequest {
        var request = HTTPRequest(method, try place.url())
        request.headers = try place.headers()
        request.certificateAuthorityFile = place.certificateAuthorityFile
        let (session, version) = state.withLock { ($0.session, $0.version) }
        if let session { request.headers.append(HTTPHeader("Mcp-Session-Id", session)) }
        if let version { request.headers.append(HTTPHeader("MCP-Protocol-Version", version)) }
        return request
    }

    /// The headers in which the revision 2026-07-28 repeats parts of a request.
    private static func mirrored(_ message: JSONValue, isAgreed: Bool) -> [HTTPHeader] {
        guard let version = ServerMachine.version(of: message) else { return [] }
        let method = message["method"]?.string ?? ""
        var headers = [HTTPHeader("Mcp-Method", method)]
        // Once it is agreed upon, every request has it.
        if !isAgreed { headers.append(HTTPHeader("MCP-Protocol-Version", version)) }
        if method == "tools/call", let name = message["params"]?["name"]?.string {
            headers.append(HTTPHeader("Mcp-Name", plain(name)))
        }
        return headers
    }

    /// A text for a header: as it is, or marked as base64.
    private static func plain(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        guard !isPlain || text.hasPrefix("=?base64?") else { return text }
        var bytes: [UInt8] = []
        Base64.append(Array(text.utf8), to: &bytes)
        return "=?base64?\(String(decoding: bytes, as: UTF8.self))?="
    }

    /// A message without an answer is sent before the next one, so that the server has it by then.
    private func deliver(_ outgoing: Outgoing) async {
        guard let id = outgoing.id else {
            await post(outgoing.message, id: nil)
            listenOnce()
            return
        }
        spawn(id) { await $0.post(outgoing.message, id: id) }
    }

    private func post(_ message: JSONValue, id: Int64?) async {
        var isSent = false
        do {
            var request = try request("POST")
            let hadSession = state.withLock { $0.session } != nil
            request.headers += [
                HTTPHeader("Content-Type", "application/json"),
                HTTPHeader("Accept", "application/json, text/event-stream"),
            ]
            request.headers += Self.mirrored(
                message, isAgreed: state.withLock { $0.version } != nil)
            var body: [UInt8] = []
            message.append(to: &body)
            request.body = body
            request.responseLimitBytes = HTTPReply.limitBytes
            request.isSentOnce = message["method"]?.string == "tools/call"
            if id == nil { request.deadline = Self.noticeDeadline }
            isSent = true
            let (head, answer) = try await client.stream(request)
            if message["method"]?.string == "initialize" { keepSession(head) }
            await read(HTTPReply(head: head, body: answer, id: id, hadSession: hadSession))
        } catch {
            guard !Task.isCancelled else { return }
            let isRefused = !isSent || (error as? HTTPError)?.isUnsent ?? false
            tell(
                .undelivered(
                    id: id, reason: "\(error)", fate: isRefused ? .refused : .unknown))
        }
    }

    private func keepSession(_ head: HTTPHead) {
        guard head.status == 200, let name = head["mcp-session-id"], !name.isEmpty,
            name.utf8.count <= Self.sessionLimitBytes,
            name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return }
        state.withLock { $0.session = name }
    }

    /// Listens, once the server knows that we are initialized.
    private func listenOnce() {
        let isDue = state.withLock { state in
            guard state.version != nil, !state.isListening else { return false }
            state.isListening = true
            return true
        }
        if isDue { spawn(nil) { await $0.listen() } }
    }
}
