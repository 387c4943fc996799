package import Configuration
internal import Linux
internal import Live
internal import Tools
package import VoiceSession
internal import WebSockets

/// One connection to the service as the daemon makes it, closed as soon as the service has
/// accepted the setup; nothing is said, so it costs no tokens.
package struct ServiceCheck: Sendable {
    private let service: LiveService
    private let credential: SessionCredential
    private let authorityFile: String
    private let world: LadderWorld

    /// Prepares a connection, and starts nothing; throws what the settings or the key lack for one.
    package init(_ settings: Settings, in world: LadderWorld) throws {
        try self.init(settings, Credentials.session(settings), in: world)
    }

    /// The same with a credential that is not where the settings say.
    package init(
        _ settings: Settings, _ credential: SessionCredential, in world: LadderWorld
    ) throws {
        self.credential = credential
        service = try LiveService(
            settings, tools: ToolSet.declared(settings).map(\.announcement))
        authorityFile = settings[Keys.live.authority]
        self.world = world
    }

    /// How it went, step by step; within the two timeouts of a connection and what it takes to
    /// look for the reason of a fault.
    package func run() async -> [Finding] {
        let loop: EventLoop
        do {
            loop = try EventLoop()
        } catch {
            return [
                Finding(
                    .unknown, "service.session", "session", "not tried, since no loop starts here",
                    evidence: "\(error)")
            ]
        }
        defer { loop.stop() }
        let proxies = ProxySettings(environment: world.environment)
        let attempt = ServiceAttempt(loop, service, credential, proxies, remedyOfTLS)
        let (outcome, url) = await attempt.outcome()
        let ladder = ServiceLadder(
            outcome: outcome, url: url, proxies: proxies,
            authorityFile: authorityFile.isEmpty ? nil : authorityFile,
            accepted: "\(service.model) took the setup with \(service.functionCount) functions",
            world: world)
        return await ladder.findings()
    }

    /// How it went, in one finding: the first fault, else what the service accepted.
    ///
    /// Where the service was not reached, the key is not judged.
    package func answer() async -> (finding: Finding, wasReached: Bool) {
        let findings = await run()
        guard let fault = findings.first(where: { $0.grade == .broken }) else {
            let setup = findings.first { $0.name == ServiceRung.setup.name } ?? findings.last
            let found = setup ?? Finding(.unknown, "service.setup", "model", "not tried")
            return (found, found.grade == .works)
        }
        let rung = ServiceRung.allCases.first { fault.name.hasPrefix("\($0.name).") }
        return (fault, rung.map { $0 > .answer } ?? false)
    }

    private var remedyOfTLS: Finding.Remedy {
        authorityFile.isEmpty
            ? .command("sudo apt-get install --reinstall ca-certificates")
            : .action("see live.ca_file ('\(authorityFile)'), whose authorities alone are trusted")
    }
}

/// The connection of one check.
///
/// ## Concurrency
/// `outcome` once, from anywhere; the rest on the loop's thread.
private final class ServiceAttempt: @unchecked Sendable {
    // @unchecked: what is not constant is touched on the loop's thread only.

    typealias Result = (ServiceOutcome, WebSocketURL?)

    private let loop: EventLoop
    private let service: LiveService
    private let credential: SessionCredential
    private let witness: WitnessTransport
    private let remedyOfTLS: Finding.Remedy
    private var session: (any VoiceService)?
    private var startedAt: Int64 = 0
    private var found: ServiceOutcome?
    private var waiting: CheckedContinuation<Result, Never>?

    init(
        _ loop: EventLoop, _ service: LiveService, _ credential: SessionCredential,
        _ proxies: ProxySettings, _ remedyOfTLS: Finding.Remedy
    ) {
        self.loop = loop
        self.service = service
        self.credential = credential
        self.remedyOfTLS = remedyOfTLS
        witness = WitnessTransport(loop: loop, proxies: proxies)
    }

    func outcome() async -> Result {
        await withCheckedContinuation { continuation in
            loop.perform { [self] in
                waiting = continuation
                start()
            }
        }
    }

    private func start() {
        startedAt = MonotonicClock.now()
        let session = service.session(on: loop, through: witness, as: credential, keeper: nil) {
            [weak self] in self?.take($0)
        }
        self.session = session
        session.connect()
    }

    private func take(_ event: SessionEvent) {
        switch event {
        case .ready: end(.ready(after: (MonotonicClock.now() - startedAt) / 1_000_000))
        case .offline(let reason, _): end(ofLine ?? .fault(Self.fault(reason)))
        case .failed(let failure): end(ofLine ?? .fault(Self.fault(failure)))
        case .closed: finish()
        default: break
        }
    }

    /// What the socket itself reported, which says most exactly what is wrong.
    private var ofLine: ServiceOutcome? {
        switch witness.end {
        case .failed(let error): ServiceOutcome(error, remedyOfTLS: remedyOfTLS)
        case .closed(let code, let reason):
            .fault(.refusal(CloseReason(code: code, reason: reason), code: code, text: reason))
        case .opened, .message, .drained, nil: nil
        }
    }

    /// The session is offline though its socket has not ended.
    private static func fault(_ reason: OfflineReason) -> ServiceFault {
        switch reason {
        case .refusedByService(let text):
            // A message has no code; its words decide.
            return .refusal(CloseReason(code: 1011, reason: text), code: nil, text: text)
        case .setupTimedOut:
            return ServiceFault(
                rung: .session, fault: "silent", result: "\(reason)",
                remedy: .action("wait a minute and try again, or try another live.model"))
        case .unreachable(let text):
            // Before there was a socket: an account's token is what was asked for then.
            return ServiceFault(
                rung: .key, fault: "no-token", result: "no token of the account could be had",
                evidence: text, remedy: .command("martlet config check"))
        case .closedByService, .lost, .resting:
            return ServiceFault(rung: .session, fault: "refused", result: "\(reason)")
        }
    }

    /// The device itself refuses.
    private static func fault(_ failure: SessionFailure) -> ServiceFault {
        ServiceFault(
            rung: .key, fault: "not-sent", result: failure.text, remedy: .action(failure.advice))
    }

    private func end(_ outcome: ServiceOutcome) {
        guard found == nil else { return }
        found = outcome
        // Not from within the event, which the session tells in the middle of its work.
        loop.perform { [self] in
            session?.disconnect()
            // Else it says goodbye, and `closed` is reported.
            if session?.isIdle != false { finish() }
        }
    }

    private func finish() {
        guard let found else { return }
        waiting?.resume(returning: (found, witness.url))
        waiting = nil
    }
}
