import CWebSockets
import Linux

/// Tries the addresses of a host one after the other until a connection is made (RFC 8305): each
/// gets a head start, and is not given up for the next.
///
/// The first connection that is ready for the upgrade, after TLS and a proxy, wins the race: an
/// address may accept a connection and then be silent, for example if packets over a certain size
/// are lost. Only the winner gets the request, and with it the key.
///
/// Confined to the loop's thread.
final class AddressRace: @unchecked Sendable {
    // @unchecked: created and used only on the loop's thread, like the client that owns it.

    /// The head start of an address before the next (nanoseconds): RFC 8305's 250 ms.
    static let headStart: Int64 = 250_000_000
    /// The head start of an address that has accepted TCP and is in the TLS handshake
    /// (nanoseconds): the handshake takes several round trips, which are long on a slow line.
    static let handshakeHeadStart: Int64 = 2_000_000_000

    private let loop: EventLoop
    private var addresses: ArraySlice<String>
    private(set) var attempts: [ConnectionAttempt] = []
    private(set) var winner: ConnectionAttempt?
    private var pace: LoopTimer?
    /// The most informative failure so far.
    private var failure: WebSocketsError?
    private var isOver = false
    /// Begins an attempt; nil if it failed at once.
    private let begin: (_ address: String) -> ConnectionAttempt?
    private let lose: (WebSocketsError) -> Void

    /// Creates a race that has not begun.
    ///
    /// `lose` is called once if all addresses fail.
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

    /// Begins, or continues with the next address.
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
            // A connected address is given its time.
            if let connected, now - connected < Self.handshakeHeadStart {
                return setPace(connected + Self.handshakeHeadStart - now)
            }
            goOn()
        }
    }

    /// Whether this attempt may go on to the upgrade; the first that asks wins.
    func wins(_ attempt: ConnectionAttempt) -> Bool {
        guard !isOver, !attempt.isOver else { return false }
        if winner == nil {
            winner = attempt
            pace?.cancel()
            for other in attempts where other !== attempt { give(up: other) }
        }
        return winner === attempt
    }

    /// Notes that an attempt has failed.
    func failed(_ error: WebSocketsError) {
        if error.rank > failure?.rank ?? -1 { failure = error }
        // Not inside of libwebsockets' callback about another socket.
        loop.perform { [weak self] in self?.goOn() }
    }

    /// Remembers why an attempt failed at once.
    func note(_ error: WebSocketsError) {
        if error.rank > failure?.rank ?? -1 { failure = error }
    }

    /// Removes an attempt that libwebsockets has freed.
    func remove(_ attempt: ConnectionAttempt) { attempts.removeAll { $0 === attempt } }

    /// Gives up all attempts.
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
    /// How much a failure at one address says about the host: the further the attempt came, the
    /// more.
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
