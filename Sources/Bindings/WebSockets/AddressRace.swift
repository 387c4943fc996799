import CWebSockets
import Linux

/// Tries the addresses of a host one behind the other until a line stands (RFC 8305): each gets a
/// head start, and is not given up for the next.
///
/// The race is won by the first whose line is ready for the upgrade, behind TLS and a proxy: an
/// address may take a connection and then be silent, as where packets over a certain size are
/// lost. Only the winner is sent the request, and with it the key.
///
/// Confined to the loop's thread.
final class AddressRace: @unchecked Sendable {
    // @unchecked: made and used on the loop's thread only, like the client that owns it.

    /// The head start of an address before the next (nanoseconds): RFC 8305's 250 ms.
    static let headStart: Int64 = 250_000_000
    /// That of one that has taken the TCP connection and is at TLS (nanoseconds): a slow line
    /// needs several ways back and forth for it.
    static let handshakeHeadStart: Int64 = 2_000_000_000

    private let loop: EventLoop
    private var addresses: ArraySlice<String>
    private(set) var attempts: [ConnectionAttempt] = []
    private(set) var winner: ConnectionAttempt?
    private var pace: LoopTimer?
    /// The most telling of what went wrong.
    private var failure: WebSocketsError?
    private var isOver = false
    /// Begins a try; nil when libwebsockets has given it up already, with its reason.
    private let begin: (_ address: String) -> ConnectionAttempt?
    private let lose: (WebSocketsError) -> Void

    /// A race that has not begun.
    ///
    /// `lose` is called once where no address leads anywhere.
    init(
        _ addresses: [String], on loop: EventLoop,
        begin: @escaping (_ address: String) -> ConnectionAttempt?,
        lose: @escaping (WebSocketsError) -> Void
    ) {
        self.loop = loop
        self.addresses = interleaved(addresses)[...]
        self.begin = begin
        self.lose = lose
    }

    /// Begins, or goes on to the next address.
    func goOn() {
        pace?.cancel()
        pace = nil
        while !isOver, winner == nil, let address = addresses.popFirst() {
            guard let attempt = begin(address) else { continue }
            attempts.append(attempt)
            if !attempt.isOver { break }
        }
        guard !isOver, winner == nil else { return }
        if !addresses.isEmpty { setPace(Self.headStart) }
        if attempts.allSatisfy(\.isOver), addresses.isEmpty {
            isOver = true
            lose(failure ?? .noContext)
        }
    }

    private func setPace(_ nanoseconds: Int64) {
        pace = loop.schedule(at: MonotonicClock.now() + nanoseconds) { [weak self] in
            guard let self else { return }
            let now = MonotonicClock.now()
            let connected = attempts.filter { !$0.isOver }.compactMap(\.connectedAt).max()
            // The one that stands is given its time.
            if let connected, now - connected < Self.handshakeHeadStart {
                return setPace(connected + Self.handshakeHeadStart - now)
            }
            goOn()
        }
    }

    /// Whether this one is to go on to the upgrade; the first that asks is.
    func wins(_ attempt: ConnectionAttempt) -> Bool {
        guard !isOver, !attempt.isOver else { return false }
        if winner == nil {
            winner = attempt
            pace?.cancel()
            for other in attempts where other !== attempt { give(up: other) }
        }
        return winner === attempt
    }

    /// One has failed.
    func failed(_ error: WebSocketsError) {
        if error.rank > failure?.rank ?? -1 { failure = error }
        // Not from within libwebsockets' call about another socket.
        loop.perform { [weak self] in self?.goOn() }
    }

    /// Remembers why one came to nothing at once.
    func note(_ error: WebSocketsError) {
        if error.rank > failure?.rank ?? -1 { failure = error }
    }

    /// libwebsockets has forgotten one.
    func remove(_ attempt: ConnectionAttempt) { attempts.removeAll { $0 === attempt } }

    /// Gives all up.
    func stop() {
        isOver = true
        pace?.cancel()
        for attempt in attempts { give(up: attempt) }
    }

    private func give(up attempt: ConnectionAttempt) {
        guard !attempt.isOver else { return }
        attempt.isOver = true
        guard let socket = attempt.socket else { return }
        lws_set_timeout(socket, PENDING_TIMEOUT_USER_REASON_BASE, cws_kill_soon)
    }
}

extension WebSocketsError {
    /// How much a failure at one address says about the host: the further a try came, the more.
    fileprivate var rank: Int {
        switch self {
        case .untrusted: 4
        case .refusedUpgrade, .proxyRefused: 3
        case .noTLS, .notWebSocket: 2
        case .unreachable: 1
        default: 0
        }
    }
}
