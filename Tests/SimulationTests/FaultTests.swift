import ModelTypes
import Testing
import WireCodec

@testable import Simulation

@Suite("Faults: which, when, and how they look to the client")
struct FaultTests {
    private func scenario(_ fault: Fault, _ change: (inout TimedFault) -> Void) -> Scenario {
        var timed = TimedFault(fault)
        change(&timed)
        var scenario = Scenario.plain
        scenario.faults = [timed]
        return scenario
    }

    private func names(_ client: TestClient) -> [String] {
        client.shapes.filter { $0 != "usageMetadata" && !$0.hasSuffix("Transcription") }
    }

    @Test(
        "every close of the table can be produced, with its code and text",
        arguments: KnownClose.allCases)
    func closes(known: KnownClose) {
        let client = TestClient.ready()
        client.inject(.close(code: known.code, reason: known.reason))
        #expect(client.closed?.code == known.code)
        #expect(client.closed?.reason == known.reason)
        client.say()
        #expect(client.received.isEmpty, "a closed session says nothing")
    }

    @Test("goAway reports the time left, and a client that stays is closed after it")
    func goAway() {
        let client = TestClient.ready(.plain)
        client.inject(.goAway(timeLeft: .milliseconds(2500)))
        #expect(client.received == [["goAway": ["timeLeft": "2.500s"]]])
        client.wait(2.4)
        #expect(client.closed == nil)
        client.wait(0.1)
        #expect(client.closed?.code == 1008)
        #expect(client.closed?.reason.hasPrefix("Connection aborted because the client") == true)

        let gone = TestClient.ready(.plain)
        gone.inject(.goAway(timeLeft: .seconds(2)))
        gone.disconnect()
        gone.finish()
        #expect(gone.closed == nil)
    }

    @Test("a connection lasts as long as allowed: announced, or cut off with its deadline")
    func lifetime() {
        var scenario = Scenario.plain
        scenario.connectionLifetime = .seconds(590)
        let warned = TestClient.ready(scenario)
        warned.wait(539)
        #expect(warned.received.isEmpty)
        warned.wait(1)
        #expect(warned.received == [["goAway": ["timeLeft": "50s"]]])
        warned.wait(50)
        #expect(warned.closed?.reason == KnownClose.goAwayIgnored.reason)
        scenario.goAwayLead = .zero
        let cut = TestClient.ready(scenario)
        cut.wait(590)
        #expect(cut.received.isEmpty)
        #expect(cut.closed?.code == 1011)
        #expect(cut.closed?.reason == "Deadline expired before operation could complete.")
    }

    @Test("a stall delays everything, the close too, and then delivers it at once")
    func stall() {
        let client = TestClient.ready(.plain)
        client.inject(.stall(.seconds(3)))
        client.say()
        client.wait(2.9)
        #expect(client.received.isEmpty)
        client.inject(.close(code: 1011, reason: "x"))
        #expect(client.closed == nil)
        client.wait(0.1)
        #expect(client.audio == Scenario.plain.turns[0].voice)
        #expect(client.closed?.code == 1011)
    }

    @Test("a half-open connection is silent, and holds its session for a while")
    func halfOpen() throws {
        let service = ServiceState()
        let client = TestClient.ready(.plain, service: service)
        client.say()
        client.finish()
        let handle = try #require(client.handle)
        client.forget()
        client.inject(.halfOpen(held: .seconds(5)))
        #expect(client.line == ["read false", "pings false"])
        client.say()
        client.finish()
        client.disconnect()
        #expect(client.received.isEmpty)
        #expect(client.closed == nil)
        let setup =
            #"{"setup": {"model": "models/gemini-3.8-live", "sessionResumption": {"handle": "\#(handle)"}}}"#
        for (seconds, code) in [(4, 1011), (5, nil)] as [(Int64, UInt16?)] {
            let other = TestClient(
                .plain, service: service, at: client.now + seconds * 1_000_000_000)
            other.send(setup)
            #expect(other.closed?.code == code)
        }
    }

    @Test("connection faults are reported to the shell, and end by themselves if they have an end")
    func lines() {
        for (fault, line) in [
            (Fault.reset, ["reset"]), (.drop, ["drop"]),
            (.delayPongs(.seconds(8)), ["pings false", "pings true"]),
            (.stopReading(.seconds(2)), ["read false", "read true"]),
        ] {
            let client = TestClient.ready(.plain)
            client.inject(fault)
            client.finish()
            #expect(client.line == line)
        }
    }

    @Test("every kind of garbage can be produced", arguments: Garbage.allCases)
    func garbage(kind: Garbage) {
        let client = TestClient.ready(.plain)
        client.inject(.garbage(kind))
        #expect(client.raw == [kind.bytes])
        #expect(client.closed == nil)
        #expect(kind.bytes.isEmpty == (kind == .empty))
    }

    @Test("answers are cut off, doubled, without sound, and interrupted without cause")
    func answers() {
        let whole = Scenario.plain.turns[0].voice
        func said(_ fault: Fault, inReply: Bool = false) -> TestClient {
            let client = TestClient.ready(.plain)
            if !inReply { client.inject(fault) }
            client.say()
            if inReply { client.inject(fault) }
            client.finish()
            return client
        }
        let early = said(.prematureTurnComplete)
        #expect(early.audio == Array(whole.prefix(6000)))
        #expect(!early.shapes.contains("generationComplete"))
        let cut = said(.prematureTurnComplete, inReply: true)
        #expect(cut.audio == Array(whole.prefix(4800)))
        let twice = said(.repeatedTurn)
        #expect(twice.audio == whole + whole)
        #expect(twice.shapes.filter { $0 == "turnComplete" }.count == 2)
        #expect(names(said(.soundlessTurn)).first == "generationComplete")
        let phantom = said(.phantomInterruption(silencing: true), inReply: true)
        #expect(phantom.audio == Array(whole.prefix(4800)))
        #expect(phantom.shapes.contains("interrupted"))
        phantom.forget()
        phantom.say()
        phantom.finish()
        #expect(phantom.audio.isEmpty)
        #expect(phantom.shapes.contains("turnComplete"))
    }

    @Test("the interrupted frame carries sound, and old interruptions meet new words")
    func interruptions() {
        let stale = TestClient.ready(.plain)
        stale.inject(.staleSound)
        stale.say()
        stale.forget()
        stale.send(#"{"realtimeInput": {"activityStart": {}}}"#)
        let content = stale.received.first?["serverContent"]
        #expect(content?["interrupted"]?.bool == true)
        #expect(stale.audio == Array(Scenario.plain.turns[0].voice[4800..<9600]))

        let residual = TestClient.ready(.plain)
        residual.inject(.residualInterruption)
        residual.send(#"{"realtimeInput": {"activityStart": {}}}"#)
        #expect(residual.shapes == ["interrupted", "turnComplete"])
    }

    @Test("sound goes on after a call, and no sample of it is repeated")
    func soundAfterCall() throws {
        let client = TestClient.ready()
        client.inject(.soundAfterCall)
        client.say()
        #expect(names(client) == ["modelTurn", "sessionResumptionUpdate", "toolCall", "modelTurn"])
        client.answer(try #require(client.callIDs.first))
        client.finish()
        #expect(client.audio == Scenario.short.turns[0].voice)
    }

    @Test("calls are cancelled without cause")
    func cancelledCalls() throws {
        let client = TestClient.ready()
        client.say()
        client.inject(.cancelCalls)
        let ids = client.received.last { $0["toolCallCancellation"] != nil }?[
            "toolCallCancellation"]
        #expect(ids == ["ids": .array(client.callIDs.map { .string($0) })])
        #expect(client.shapes.contains("turnComplete"))
    }

    // MARK: - When

    @Test("a fault waits for its occasion, its turns, its delay and its connection")
    func conditions() {
        let scenario = scenario(.reset) { timed in
            timed.occasion = .reply
            timed.afterTurns = 1
            timed.delay = .milliseconds(90)
            timed.connection = 2
        }
        let service = ServiceState()
        let first = TestClient.ready(scenario, service: service)
        for _ in 0..<2 {
            first.say()
            first.finish()
        }
        #expect(first.line.isEmpty)
        let second = TestClient.ready(scenario, service: service)
        second.say()
        #expect(second.line.isEmpty)
        second.wait(0.1)
        #expect(second.line == ["reset"])
        #expect(second.audio.count == 9600)
    }

    @Test("a fault can close a connection at its setup, a given number of times")
    func atSetup() {
        let scenario = scenario(.close(code: 1011, reason: "busy")) { timed in
            timed.occasion = .setup
            timed.times = 2
        }
        let service = ServiceState()
        let outcomes = (0..<3).map { _ in
            let client = TestClient(scenario, service: service)
            client.send(TestClient.manual)
            return client.closed?.reason ?? client.shapes.joined()
        }
        #expect(outcomes == ["busy", "busy", "setupComplete"])
    }

    @Test("without an occasion a fault counts from the setup, or after its turns")
    func withoutOccasion() {
        let timed = TestClient.ready(scenario(.drop) { $0.delay = .seconds(3) })
        timed.wait(2.9)
        #expect(timed.line.isEmpty)
        timed.wait(0.1)
        #expect(timed.line == ["drop"])
        let turns = TestClient.ready(scenario(.drop) { $0.afterTurns = 2 })
        turns.say()
        turns.finish()
        #expect(turns.line.isEmpty)
        turns.say()
        turns.finish()
        #expect(turns.line == ["drop"])
    }

    @Test("faults combine: a reset in the middle of a stall, behind an announcement")
    func together() {
        let client = TestClient.ready(.plain)
        client.inject(.goAway(timeLeft: .seconds(10)))
        client.inject(.stall(.seconds(1)))
        client.say()
        client.inject(.halfOpen(held: .zero))
        client.finish()
        #expect(client.received == [["goAway": ["timeLeft": "10s"]]])
        #expect(client.closed == nil)
    }
}
