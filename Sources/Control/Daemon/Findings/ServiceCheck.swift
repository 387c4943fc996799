package import Configuration
internal import Linux
internal import Tools
package import VoiceSession
internal import WebSockets

/// One connection to the service as the daemon makes it, closed as soon as the service has
/// accepted the setup; nothing is said, so it costs no tokens.
package struct ServiceCheck: Sendable {
    private let service: LiveService
    private let credential: SessionCredential

    /// Prepares a connection, and starts nothing; throws what the settings or the key lack for one.
    package init(_ settings: Settings) throws {
        try self.init(settings, Credentials.session(settings))
    }

    /// The same with a credential that is not where the settings say.
    package init(_ settings: Settings, _ credential: SessionCredential) throws {
        self.credential = credential
        service = try LiveService(
            settings, tools: ToolSet.declared(settings).map(\.announcement))
    }

    /// How it went; within the two timeouts of a connection.
    package func run() async -> Finding { await answer().finding }

    /// The same, with whether the service was reached at all: where not, the key is not judged.
    package func answer() async -> (finding: Finding, wasReached: Bool) {
        let loop: EventLoop
        do {
            loop = try EventLoop()
        } catch {
            return (Finding(.broken, "service", "\(error)"), false)
        }
        let attempt = ServiceAttempt(loop, service, credential)
        let finding = await attempt.finding()
        loop.stop()
        return (finding, attempt.wasReached)
    }
}

/// The connection of one check.
///
/// ## Concurrency
/// `finding` once, from anywhere; the rest on the loop's thread.
private final class ServiceAttempt: @unchecked Sendable {
    // @unchecked: what is not constant is touched on the loop's thread only.

    private let loop: EventLoop
    private let service: LiveService
    private let credential: SessionCredential
    private var session: (any VoiceService)?
    private var startedAt: Int64 = 0
    private var outcome: Finding?
    /// Whether the service has answered; settled before the finding is given.
    private(set) var wasReached = true
    private var waiting: CheckedContinuation<Finding, Never>?

    init(_ loop: EventLoop, _ service: LiveService, _ credential: SessionCredential) {
        self.loop = loop
        self.service = service
        self.credential = credential
    }

    func finding() async -> Finding {
        await withCheckedContinuation { continuation in
            loop.perform { [self] in
                waiting = continuation
                start()
            }
        }
    }

    private func start() {
        startedAt = MonotonicClock.now()
        let session = service.session(on: loop, as: credential, keeper: nil) { [weak self] in
            self?.take($0)
        }
        self.session = session
        session.connect()
    }

    private func take(_ event: SessionEvent) {
        switch event {
        case .ready:
            let milliseconds = (MonotonicClock.now() - startedAt) / 1_000_000
            let text =
                "\(service.model) took the setup with \(service.functionCount) functions, after "
                + "\(milliseconds) ms"
            end(Finding(.works, "service", text))
        case .offline(let reason, _):
            wasReached = false
            end(Finding(.broken, "service", "\(reason)"))
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
            session?.disconnect()
            // Else it says goodbye, and `closed` is reported.
            if session?.isIdle != false { finish() }
        }
    }

    private func finish() {
        guard let outcome else { return }
        waiting?.resume(returning: outcome)
        waiting = nil
    }
}
