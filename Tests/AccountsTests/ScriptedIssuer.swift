import Accounts
import Curl
import WireCodec

/// Issues tokens named by their number, under the test's control.
actor ScriptedIssuer: TokenIssuer {
    static let outage = AccountError.unanswered(
        service: "the test", .timedOut(server: "nowhere"))
    static let refusal = AccountError.refused(
        service: "the test", status: 400, words: "no", advice: "none", isTransient: false)

    private(set) var asked = 0
    private var failures: [AccountError]
    private let lifetime: Duration
    private var isHeld: Bool
    private var held: [CheckedContinuation<Void, Never>] = []
    private var whenAsked: [(count: Int, CheckedContinuation<Void, Never>)] = []

    init(lifetime: Duration = .seconds(3600), failures: [AccountError] = [], isHeld: Bool = false) {
        self.lifetime = lifetime
        self.failures = failures
        self.isHeld = isHeld
    }

    func issue() async throws(AccountError) -> IssuedToken {
        asked += 1
        let number = asked
        for waiter in whenAsked where waiter.count <= asked { waiter.1.resume() }
        whenAsked.removeAll { $0.count <= asked }
        if isHeld { await withCheckedContinuation { held.append($0) } }
        if !failures.isEmpty { throw failures.removeFirst() }
        return IssuedToken(token: Secret("token-\(number)"), lifetime: lifetime)
    }

    /// Holds answers back from now on, or releases them.
    func hold(_ isHeld: Bool) {
        self.isHeld = isHeld
        if isHeld { return }
        for answer in held { answer.resume() }
        held = []
    }

    func fail(_ failures: [AccountError]) { self.failures = failures }

    /// Returns once it was asked this many times.
    func wasAsked(_ count: Int) async {
        if asked >= count { return }
        await withCheckedContinuation { whenAsked.append((count, $0)) }
    }
}
