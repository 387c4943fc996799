import CWebSockets
import Linux

/// The client's end of one WebSocket, for a single connection.
///
/// ## Concurrency
/// Confined to the loop's thread, which every method checks; events are reported there,
/// synchronously. An actor pinned to the loop calls it directly.
package final class WebSocketClient: @unchecked Sendable {
    // @unchecked: every method checks that it runs on the loop, which is one thread.

    /// A remembered address of a name is tried after this time if the name server has not answered
    /// yet (nanoseconds).
    static let namePatience: Int64 = 1_000_000_000

    enum Phase {
        case new
        /// The host's name is being resolved.
        case looking
        /// Connections are opened, and the upgrade is requested.
        case opening
        /// It is open, or never will be.
        case decided
    }

    let loop: EventLoop
    let channel = Channel()
    var phase = Phase.new
    var request: WebSocketRequest?
    /// Host and port, and the proxy, for errors.
    private var server = ""
    var proxy: Proxy?
    var vhost: OpaquePointer?
    let livenessPolicy: UnsafePointer<lws_retry_bo_t>
    private var timeoutMilliseconds: Int64 = 0
    var race: AddressRace?
    var timeout: LoopTimer?
    private var patience: LoopTimer?
    /// The answer that came instead of the upgrade.
    var answer: RefusalReader?

    /// A client on a loop; nothing happens before `open`.
    package convenience init(loop: EventLoop) {
        self.init(loop: loop, livenessPolicy: LineLiveness.policy)
    }

    /// A client with its own policy, which is never freed.
    init(loop: EventLoop, livenessPolicy: UnsafePointer<lws_retry_bo_t>) {
        self.loop = loop
        self.livenessPolicy = livenessPolicy
    }

    /// Connects; `onEvent` is called until `closed` or `failed`, which are last events.
    ///
    /// Never calls back from within this call, and never waits: names are resolved on other
    /// threads.
    package func open(
        _ request: WebSocketRequest, onEvent: @escaping @Sendable (WebSocketEvent) -> Void
    ) {
        loop.checkIsolated()
        precondition(phase == .new, "a WebSocketClient connects once")
        phase = .looking
        self.request = request
        server = request.url.server
        timeoutMilliseconds = request.limitedTimeoutMilliseconds
        channel.onEvent = onEvent
        let deadline = MonotonicClock.now(plus: .milliseconds(timeoutMilliseconds))
        loop.opening[ObjectIdentifier(self)] = self
        timeout = loop.schedule(at: deadline) { [weak self] in self?.timedOut() }
        do {
            try request.check()
            proxy = try request.proxies.proxy(for: request.url)
            vhost = try loop.clientHost(
                ClientHost(authorityFile: request.certificateAuthorityFile, proxy: proxy))
            if request.url.isSecure, request.certificateAuthorityFile == nil {
                loop.fetchAuthorities()
            }
        } catch {
            return failLater(error)
        }
        find(proxy?.host ?? request.url.host)
    }

    // MARK: Names

    private func find(_ host: String) {
        if IPAddress(host) != nil {
            loop.perform { [weak self] in self?.connect([host]) }
            return
        }
        if let known = loop.names.remembered(host) {
            let moment = MonotonicClock.now() + Self.namePatience
            patience = loop.schedule(at: moment) { [weak self] in self?.connect(known) }
        }
        // The look-up may last longer than the loop.
        loop.names.find(host) { [weak self, weak loop] result in
            loop?.perform { [weak self] in self?.found(result, of: host) }
        }
    }

    private func found(_ result: Result<[String], NameLookup.Failure>, of host: String) {
        guard phase == .looking else { return }
        switch result {
        case .success(let addresses): connect(addresses)
        case .failure(.unknown): fail(.unknownName(host: neighbour))
        case .failure(.unavailable(let reason)):
            guard let known = loop.names.remembered(host) else {
                return fail(.namesUnavailable(host: neighbour, reason: reason))
            }
            connect(known)
        }
    }

    /// The host that the TCP connection goes to.
    private var neighbour: String { proxy.map { "the proxy \($0)" } ?? server }

    // MARK: Opening

    private func connect(_ addresses: [String]) {
        guard phase == .looking else { return }
        // libwebsockets would look up anything else, on the loop.
        let numeric = addresses.filter { IPAddress(String($0.prefix { $0 != "%" })) != nil }
        guard !numeric.isEmpty else { return fail(.unknownName(host: neighbour)) }
        phase = .opening
        patience?.cancel()
        let race = AddressRace(numeric, on: loop) { [unowned self] address in
            begin(at: address)
        } lose: { [unowned self] error in
            fail(error)
        }
        self.race = race
        race.goOn()
    }

    func failure(_ socket: OpaquePointer?, _ text: String) -> WebSocketsError {
        OpeningFailure(
            socket: socket, server: server, proxy: proxy, answer: answer?.refusal, text: text
        ).error
    }

    private func failLater(_ error: WebSocketsError) {
        phase = .decided
        race?.stop()
        loop.perform { [self] in fail(error) }
    }

    func fail(_ error: WebSocketsError) {
        phase = .decided
        defer {
            letGo()
            // This may be the last reference to it.
            loop.opening[ObjectIdentifier(self)] = nil
        }
        timeout?.cancel()
        patience?.cancel()
        race?.stop()
        answer = nil
        // It may hold a key, which need not stay in memory.
        request = nil
        guard let handler = channel.onEvent else { return }
        channel.onEvent = nil
        handler(.failed(error))
    }

    /// Called when the loop has ended, on another thread: no events are reported any more.
    func loopEnded() { channel.onEvent = nil }

    private func timedOut() {
        switch phase {
        case .new, .decided: break
        case .opening where answer != nil: fail(failure(nil, ""))
        case .opening: fail(.timedOut(host: server, milliseconds: timeoutMilliseconds))
        case .looking:
            let reason = "no name server answered within \(timeoutMilliseconds) ms"
            fail(.namesUnavailable(host: neighbour, reason: reason))
        }
    }

    // MARK: Use

    /// Sends a message; if the socket is not open it is dropped.
    ///
    /// `write` appends the payload to memory that is reused, so that a steady stream allocates
    /// nothing; it must not change the bytes already there.
    package func send(kind: MessageKind = .text, _ write: (inout [UInt8]) -> Void) {
        loop.checkIsolated()
        channel.send(kind: kind, write)
    }

    /// Bytes given to `send` that the kernel has not taken yet.
    package var pendingBytes: Int { channel.pendingBytes }

    /// Closes with a close frame; `closed` follows, or `failed` if it was not open yet.
    package func close(code: UInt16 = 1000, reason: String = "") {
        loop.checkIsolated()
        if channel.socket == nil { return abort() }
        channel.close(code: code, reason: reason)
    }

    /// Ends the connection at once, without a close frame.
    package func abort() {
        loop.checkIsolated()
        guard channel.socket == nil else { return channel.abort() }
        guard phase == .looking || phase == .opening else { return }
        failLater(.givenUp(host: server))
    }
}
