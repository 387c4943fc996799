import ModelTypes
import Testing
import WireCodec

@testable import Accounts

@Suite(.timeLimit(.minutes(5)))
struct RefreshedTokenTests {
    let clock = ManualClock()

    private func source(_ issuer: ScriptedIssuer) -> RefreshedToken {
        RefreshedToken(issuer: issuer, clock: clock) { 0.5 }
    }

    /// Waits until this many callers wait; they are on their way already.
    private func untilWaiting(_ count: Int, _ source: RefreshedToken) async {
        while await source.waitingCallers < count { await Task.yield() }
    }

    @Test("a token is kept, and asked for again only when it is about to expire")
    func cached() async throws {
        let issuer = ScriptedIssuer()
        let source = source(issuer)
        #expect(try await source.token().revealed == "token-1")
        clock.advance(.seconds(3600 - 241))
        #expect(try await source.token().revealed == "token-1")
        #expect(await issuer.asked == 1)
    }

    @Test("within the margin the old token is handed out while a new one is fetched")
    func refreshedBeforeExpiry() async throws {
        let issuer = ScriptedIssuer()
        let source = source(issuer)
        _ = try await source.token()
        clock.advance(.seconds(3600 - 240))
        await issuer.hold(true)
        for _ in 0..<10 { #expect(try await source.token().revealed == "token-1") }
        await issuer.wasAsked(2)
        #expect(await issuer.asked == 2)
        await issuer.hold(false)
        while await source.isFetching { await Task.yield() }
        #expect(try await source.token().revealed == "token-2")
        #expect(await issuer.asked == 2)
    }

    @Test("an expired token is never handed out")
    func expired() async throws {
        let issuer = ScriptedIssuer()
        let source = source(issuer)
        _ = try await source.token()
        clock.advance(.seconds(3600))
        #expect(try await source.token().revealed == "token-2")
    }

    @Test("the time that the answer took counts against the token's lifetime")
    func slowAnswer() async throws {
        let issuer = ScriptedIssuer(lifetime: .seconds(1000), isHeld: true)
        let source = source(issuer)
        async let first = source.token()
        await issuer.wasAsked(1)
        clock.advance(.seconds(999))
        await issuer.hold(false)
        #expect(try await first.revealed == "token-1")
        clock.advance(.seconds(1))
        #expect(try await source.token().revealed == "token-2")
    }

    @Test("a token with less life than the margin is not fetched again for every caller")
    func shortLife() async throws {
        let issuer = ScriptedIssuer(lifetime: .seconds(60))
        let source = source(issuer)
        _ = try await source.token()
        clock.advance(.seconds(29))
        #expect(try await source.token().revealed == "token-1")
        #expect(await !source.isFetching)
        await issuer.hold(true)
        clock.advance(.seconds(1))
        #expect(try await source.token().revealed == "token-1")
        #expect(await source.isFetching)
        await issuer.hold(false)
    }

    @Test("setting the wall clock makes no token older or younger")
    func wallClockJumps() async throws {
        let issuer = ScriptedIssuer()
        let source = source(issuer)
        _ = try await source.token()
        clock.setWall(0)
        #expect(try await source.token().revealed == "token-1")
        clock.setWall(.max / 2)
        #expect(try await source.token().revealed == "token-1")
    }

    @Test("a hundred callers make one request")
    func oneInFlight() async throws {
        let issuer = ScriptedIssuer(isHeld: true)
        let source = source(issuer)
        let tokens = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<100 { group.addTask { try await source.token().revealed } }
            await untilWaiting(100, source)
            await issuer.hold(false)
            return try await group.reduce(into: [String]()) { $0.append($1) }
        }
        #expect(tokens == [String](repeating: "token-1", count: 100))
        #expect(await issuer.asked == 1)
    }

    @Test("a temporary failure is retried, each time after twice the wait")
    func backoff() async throws {
        let outage = ScriptedIssuer.outage
        let issuer = ScriptedIssuer(failures: [outage, outage, outage])
        #expect(try await source(issuer).token().revealed == "token-4")
        #expect(clock.waits == [.seconds(1), .seconds(2), .seconds(4)])
    }

    @Test("a permanent failure is reported after the last attempt, and not kept")
    func lastingOutage() async throws {
        let issuer = ScriptedIssuer(
            failures: [AccountError](repeating: ScriptedIssuer.outage, count: 4))
        let source = source(issuer)
        await #expect(throws: ScriptedIssuer.outage) { try await source.token() }
        #expect(await issuer.asked == 4)
        #expect(try await source.token().revealed == "token-5")
    }

    @Test("a refusal reaches all waiting callers, at once and without a second attempt")
    func refusal() async throws {
        let issuer = ScriptedIssuer(failures: [ScriptedIssuer.refusal], isHeld: true)
        let source = source(issuer)
        let errors = await withTaskGroup(of: AccountError?.self) { group in
            for _ in 0..<10 {
                group.addTask {
                    do {
                        _ = try await source.token()
                        return nil
                    } catch {
                        return error as? AccountError
                    }
                }
            }
            await untilWaiting(10, source)
            await issuer.hold(false)
            return await group.reduce(into: [AccountError?]()) { $0.append($1) }
        }
        #expect(errors == [AccountError?](repeating: ScriptedIssuer.refusal, count: 10))
        #expect(await issuer.asked == 1)
        #expect(clock.waits == [])
    }

    @Test("while the old token is valid, a failed renewal is retried only after a pause")
    func failedRenewal() async throws {
        let issuer = ScriptedIssuer()
        let source = source(issuer)
        _ = try await source.token()
        clock.advance(.seconds(3600 - 240))
        await issuer.fail([ScriptedIssuer.refusal, ScriptedIssuer.refusal])
        for _ in 0..<5 {
            #expect(try await source.token().revealed == "token-1")
            while await source.isFetching { await Task.yield() }
        }
        #expect(await issuer.asked == 2)
        clock.advance(RefreshedToken.pauseAfterFailure)
        _ = try await source.token()
        await issuer.wasAsked(3)
    }

    @Test("a cancelled caller returns at once, and the others get their token")
    func cancelledCaller() async throws {
        let issuer = ScriptedIssuer(isHeld: true)
        let source = source(issuer)
        let leaving = Task { try await source.token() }
        let staying = Task { try await source.token() }
        await untilWaiting(2, source)
        leaving.cancel()
        await #expect(throws: CancellationError.self) { try await leaving.value }
        await issuer.hold(false)
        #expect(try await staying.value.revealed == "token-1")
        #expect(await issuer.asked == 1)
    }

    @Test("a token that a server refused is dropped, a newer one is not")
    func invalidated() async throws {
        let issuer = ScriptedIssuer()
        let source = source(issuer)
        let first = try await source.token()
        await source.invalidate(first)
        #expect(try await source.token().revealed == "token-2")
        await source.invalidate(first)
        #expect(try await source.token().revealed == "token-2")
    }
}
