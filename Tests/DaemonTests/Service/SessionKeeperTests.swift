import Linux
import Live
import Store
import Synchronization
import TestDisk
import Testing
import VoiceSession
import WireCodec

@testable import Daemon

@Suite("State of a conversation that survives a restart")
struct SessionKeeperTests {
    /// The wall clock, as the test sets it.
    private final class Wall: Sendable {
        private let time = Atomic<Int64>(1_790_000_000_000_000_000)
        var now: Int64 { time.load(ordering: .relaxed) }
        func set(_ nanoseconds: Int64) { time.store(nanoseconds, ordering: .relaxed) }
        func advance(hours: Int64) { time.add(hours * 3_600_000_000_000, ordering: .relaxed) }
    }

    private let wall = Wall()
    private let disk = MemoryDisk()

    /// The keeper of one run of the daemon.
    private func keeper(setup: String = "setup-1", budget: Int64? = nil) -> SessionKeeper {
        let wall = wall
        return SessionKeeper(
            document: StateStore(disk: disk) { _ in }.document(SessionKeeper.documentName),
            setup: setup, dailyBudget: budget, log: Log(level: .error)
        ) { wall.now }
    }

    /// The handle with which a machine with the usual rules begins.
    private func handleOfNextLife(setup: String = "setup-1") -> String? {
        let kept = keeper(setup: setup).kept
        var machine = SessionMachine(
            rules: SessionMachine.Rules(SessionSettings()), handle: kept?.handle,
            handleAge: kept?.age ?? 0)
        _ = machine.connect(at: 0)
        for case .sendSetup(let handle, _) in machine.opened(at: 0) { return handle }
        return nil
    }

    @Test("after a restart the newest handle is used, within the service's time")
    func restart() async {
        let keeper = keeper()
        for number in 1...50 { keeper.keep("h\(number)") }
        await keeper.settled()
        // One write for all of them, which spares the card.
        #expect(disk.writes == 1)
        wall.advance(hours: 1)
        #expect(handleOfNextLife() == "h50")
        wall.advance(hours: 1)
        #expect(handleOfNextLife() == nil)
    }

    @Test("a handle is not used with another setup")
    func otherSetup() async {
        let keeper = keeper()
        keeper.keep("h")
        await keeper.settled()
        #expect(handleOfNextLife(setup: "setup-2") == nil)
        #expect(handleOfNextLife() == "h")
    }

    @Test("another model or another instruction makes another setup")
    func names() {
        var settings = SessionSettings(endpoint: LiveEndpoint(), model: "gemini-3.8-live")
        func name() -> String { SessionKeeper.name(of: settings.setup(handle: nil).serialized) }
        let first = name()
        #expect(name() == first)
        settings.systemInstruction = "Be brief."
        let second = name()
        settings.model = "gemini-3.1-flash-live-preview"
        #expect(Set([first, second, name()]).count == 3)
    }

    @Test("a withdrawn handle is not kept")
    func forgotten() async {
        let keeper = keeper()
        keeper.keep("h")
        keeper.keep(nil)
        await keeper.settled()
        #expect(handleOfNextLife() == nil)
    }

    @Test(
        "a broken file costs the conversation and nothing else",
        arguments: [
            "", "{", "[1]", "\u{0}\u{1}", #"{"setup": 1, "handle": [], "tokens": "many"}"#,
            #"{"setup": "setup-1", "saved_at": "yesterday"}"#,
        ])
    func broken(text: String) async throws {
        disk.files["session.a"] = Array(text.utf8)
        #expect(handleOfNextLife() == nil)
        let keeper = keeper()
        keeper.keep("h")
        await keeper.settled()
        #expect(handleOfNextLife() == "h")
    }

    @Test("a place that cannot be written ends nothing")
    func unwritable() async {
        disk.faults.writing = ["": 30]
        let keeper = keeper()
        keeper.keep("h")
        await keeper.settled()
        #expect(keeper.kept?.handle == "h")
    }

    @Test("no number on the disk ends the program or refunds tokens")
    func anyNumberOnTheDisk()
        async throws
    {
        for number in [Int64.min, .min + 1, -1, 0, 1 << 53, .max - 1, .max] {
            let json: JSONValue = [
                "setup": "setup-1", "handle": "h", "saved_at": .int(number),
                "day": .string(String(WallClock.localTime(at: wall.now).iso8601.prefix(10))),
                "tokens": .int(number),
            ]
            try StateStore(disk: disk) { _ in }.document(SessionKeeper.documentName).write(json)
            let keeper = keeper(budget: 100)
            _ = handleOfNextLife()
            for _ in 0..<3 { keeper.add(TokenUse(total: 40)) }
            #expect(keeper.refusal?.reason == .budget)
        }
    }

    @Test("a clock that was never set begins no new day")
    func aClockThatWasNever() async {
        let keeper = keeper(budget: 100)
        keeper.add(TokenUse(total: 100))
        await keeper.settled()
        let now = wall.now
        wall.set(12_000_000_000)
        let after = self.keeper(budget: 100)
        #expect(after.refusal?.reason == .budget)
        wall.set(now)
        #expect(after.refusal?.reason == .budget)
    }

    @Test("the day's budget survives a restart, and ends with the day")
    func budget() async {
        let keeper = keeper(budget: 100)
        keeper.add(TokenUse(total: 60))
        #expect(keeper.refusal == nil)
        await keeper.settled()
        let second = self.keeper(setup: "another", budget: 100)
        #expect(second.ledger.dayTokens == 60)
        second.add(TokenUse(total: 40))
        await second.settled()
        #expect(self.keeper(budget: 100).refusal?.reason == .budget)
        // With a larger budget, by a changed configuration, it goes on.
        #expect(self.keeper(budget: 200).refusal == nil)
        wall.advance(hours: 24)
        #expect(self.keeper(budget: 100).refusal == nil)
    }

    @Test("a daemon that runs past midnight begins a new day's budget")
    func midnight() {
        let keeper = keeper(budget: 100)
        keeper.add(TokenUse(total: 100))
        #expect(keeper.refusal != nil)
        wall.advance(hours: 24)
        #expect(keeper.refusal == nil)
        keeper.add(TokenUse(total: 30))
        #expect(keeper.ledger.dayTokens == 30)
    }
}
