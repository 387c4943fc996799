package import Configuration
internal import Linux
internal import Live
internal import Tools
internal import WebSockets

/// One connection to the service as the daemon makes it, closed as soon as the service has
/// accepted the setup; nothing is said, so it costs no tokens.
///
/// ## Concurrency
/// `run` once, from anywhere; the rest on the loop's thread.
package final class ServiceCheck: @unchecked Sendable {
    // @unchecked: what is not constant is touched on the loop's thread only.

    private let loop: EventLoop
    private let settings: SessionSettings
    private let credential: SessionCredential
    private var session: LiveSession?
    private var startedAt: Int64 = 0
    private var outcome: Finding?
    private var waiting: CheckedContinuation<Finding, Never>?

    /// Prepares a connection; throws what the settings or the key lack for one.
    package init(_ settings: Settings) throws {
        credential = try Credentials.session(settings)
        self.settings = try Credentials.completed(settings)
            .sessionSettings(tools: ToolSet.declared(settings).map(\.announcement))
        loop = try EventLoop()
    }

    /// How it went; within the two timeouts of a connection.
    package func run() async -> Finding {
        let finding = await withCheckedContinuation { continuation in
            loop.perform { [self] in
                waiting = continuation
                start()
            }
        }
        loop.stop()
        return finding
    }

    private func start() {
        startedAt = MonotonicClock.now()
        let session = LiveSession(
            executor: loop, transport: WebSocketTransport(loop: loop), settings: settings,
            credential: credential, clock: LoopClock(loop: loop)
        ) { [unowned self] in take($0) }
        self.session = session
        session.assumeIsolated { $0.connect() }
    }

    private func take(_ event: SessionEvent) {
        switch event {
        case .ready:
            let milliseconds = (MonotonicClock.now() - startedAt) / 1_000_000
            let text =
                "\(settings.model) took the setup with \(settings.tools.count) functions, after "
                + "\(milliseconds) ms"
            end(Finding(.works, "service", text))
        case .offline(let reason, _): end(Finding(.broken, "service", "\(reason)"))
        case .failed(let failure): end(Finding(.broken, "service", "\(failure)"))
        case .closed: finish()
        default: break
        }
    }

    private func end(_ finding: Finding) {
        guard outcome == nil else { return }
        outcome = finding
        // Not from within the event, which the session tells in the middle of its work.
        loop.perform { [self] in
            let isIdle = session?.assumeIsolated { session in
                session.disconnect()
                return session.isIdle
            }
            // Else it says goodbye, and `closed` is told.
            if isIdle != false { finish() }
        }
    }

    private func finish() {
        guard let outcome else { return }
        waiting?.resume(returning: outcome)
        waiting = nil
    }
}
