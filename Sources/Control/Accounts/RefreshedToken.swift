package import Linux
package import WireCodec

/// A token that is always valid: cached, renewed before it expires, and requested only once for all
/// callers.
///
/// A token with more than the margin left is returned at once. Within the margin it is still
/// returned, and a new one is fetched in the background. After that all callers wait for the same
/// refresh; its failure reaches all of them and is not cached, so the next caller tries again. A
/// caller whose task is cancelled leaves; the refresh continues for the others.
package actor RefreshedToken: TokenSource {
    /// How long before its expiry a token is renewed.
    ///
    /// Under five minutes, because the metadata server hands out the same token until then.
    package static let margin: Duration = .seconds(240)
    /// The number of attempts of a refresh before it fails.
    package static let attemptsLimit = 4
    /// The waits between the attempts.
    private static let backoff = Backoff(first: 1_000_000_000, longest: 30_000_000_000)
    /// The limit of callers that wait for one refresh.
    package static let waitersLimit = 1000
    /// The wait after a failed refresh while the old token is still valid.
    package static let pauseAfterFailure: Duration = .seconds(30)

    private struct Held {
        let token: Secret
        /// On the clock's `now`, like `expiresAt`.
        let renewAt: Int64
        let expiresAt: Int64
    }

    private typealias Outcome = Result<Secret, any Error>

    private let issuer: any TokenIssuer
    private let clock: any DeviceClock
    private let random: @Sendable () -> Double
    private var held: Held?
    /// Whether a request is in progress.
    private(set) var isFetching = false
    private var notBefore = Int64.min
    private var waiters: [Int: CheckedContinuation<Outcome, Never>] = [:]
    private var lastWaiter = 0

    /// Nothing is requested yet; `random` gives 0 to 1 and spreads the retries.
    package init(
        issuer: any TokenIssuer, clock: any DeviceClock,
        random: @escaping @Sendable () -> Double
    ) {
        self.issuer = issuer
        self.clock = clock
        self.random = random
    }

    /// A token that is valid for at least a moment; may wait for a server.
    package func token() async throws -> Secret {
        try Task.checkCancellation()
        let now = clock.now
        if let held, now < held.expiresAt {
            if now >= held.renewAt, now >= notBefore { startRefresh() }
            return held.token
        }
        guard waiters.count < Self.waitersLimit else {
            throw AccountError.crowded(limit: Self.waitersLimit)
        }
        lastWaiter += 1
        let number = lastWaiter
        return try await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // The message of a cancellation reaches this actor only after this.
                waiters[number] = continuation
                startRefresh()
            }
        } onCancel: {
            Task { await self.leave(number) }
        }.get()
    }

    /// Drops a token that a server no longer accepts; a newer one is kept.
    package func invalidate(_ token: Secret) {
        if held?.token.revealed == token.revealed { held = nil }
    }

    /// How many callers wait for the request in progress.
    var waitingCallers: Int { waiters.count }

    private func leave(_ number: Int) {
        waiters.removeValue(forKey: number)?.resume(returning: .failure(CancellationError()))
    }

    private func startRefresh() {
        if isFetching { return }
        isFetching = true
        Task { await refresh() }
    }

    private func refresh() async {
        let outcome: Outcome
        do {
            outcome = .success(try await fetch())
        } catch {
            outcome = .failure(error)
            notBefore = moment(clock.now, plus: Self.pauseAfterFailure)
        }
        isFetching = false
        let waiting = waiters
        waiters = [:]
        for waiter in waiting.values { waiter.resume(returning: outcome) }
    }

    private func fetch() async throws -> Secret {
        var backoff = Self.backoff
        while true {
            // Taken before the request, so that the answer's delay does not make the token seem
            // younger than it is.
            let asked = clock.now
            do {
                let issued = try await issuer.issue()
                keep(issued, asked)
                return issued.token
            } catch {
                guard error.isTransient, backoff.failures + 1 < Self.attemptsLimit else {
                    throw error
                }
            }
            try await clock.wait(.nanoseconds(backoff.failed(random: random())))
        }
    }

    private func keep(_ issued: IssuedToken, _ asked: Int64) {
        // A token with a lifetime below twice the margin is renewed at half its lifetime.
        let margin = min(Self.margin, issued.lifetime / 2)
        held = Held(
            token: issued.token, renewAt: moment(asked, plus: issued.lifetime - margin),
            expiresAt: moment(asked, plus: issued.lifetime))
    }

    private func moment(_ start: Int64, plus duration: Duration) -> Int64 {
        let (sum, overflow) = start.addingReportingOverflow(duration.nanoseconds)
        return overflow ? .max : sum
    }
}
