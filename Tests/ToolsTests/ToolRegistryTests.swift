import Configuration
import ModelTypes
import Synchronization
import Testing
import WireCodec

@testable import Tools

@Suite("tools that come and go", .timeLimit(.minutes(5)))
struct ToolRegistryTests {
    private func tool(_ name: String) throws -> TestTool {
        try TestTool(name) { _ in .string("from \(name)") }
    }

    @Test("a source's tools are declared and callable, and a call to a removed one says so")
    func comesAndGoes() async throws {
        let registry = try ToolRegistry([try tool("lamp")])
        let runner = ToolRunner(
            registry: registry, limits: ToolLimits(),
            ports: RunnerPorts(
                clock: ManualClock(), confirmation: NoConfirmation(), journal: NoJournal(),
                audit: NoAudit()))
        #expect(registry.replace([try tool("shop_buy")], of: "shop").isEmpty)
        #expect(registry.declarations.map(\.name) == ["lamp", "shop_buy"])
        #expect(await runner.run(call("shop_buy", id: "1")).output == "from shop_buy")
        #expect(registry.replace([try tool("shop_sell")], of: "shop").isEmpty)
        #expect(
            await runner.run(call("shop_buy", id: "2")).error
                == "nothing was done: the function shop_buy has gone; shop does not offer it any "
                + "more")
        #expect(await runner.run(call("lamp", id: "3")).output == "from lamp")
    }

    @Test("listeners are notified of changes, and not of what stays the same")
    func changes() throws {
        let registry = try ToolRegistry([])
        let count = Mutex(0)
        registry.onChange { count.withLock { $0 += 1 } }
        _ = registry.replace([try tool("a_x")], of: "a")
        _ = registry.replace([try tool("a_x")], of: "a")
        #expect(count.withLock { $0 } == 1)
        _ = registry.replace([], of: "a")
        #expect(count.withLock { $0 } == 2)
    }

    @Test("a source cannot take a name, nor go beyond the limit")
    func limits() throws {
        let registry = try ToolRegistry([try tool("lamp")])
        let many = try (0..<600).map { try tool("a_\($0)") }
        #expect(registry.replace([try tool("lamp")] + many, of: "a").count == 600 - 511 + 1)
        #expect(registry.declarations.count == ToolRegistry.maximumTools)
        #expect(registry["lamp"] != nil)
    }

    @Test("an answer keeps the terms of a tool that is removed while it runs")
    func goesWhileRunning() async throws {
        let registry = try ToolRegistry([])
        let door = Door()
        let slow = try TestTool("a_slow") { _ in
            await door.pass()
            return "a result"
        }
        _ = registry.replace([slow], of: "a")
        let runner = ToolRunner(
            registry: registry, limits: ToolLimits(),
            ports: RunnerPorts(
                clock: ManualClock(), confirmation: NoConfirmation(), journal: NoJournal(),
                audit: NoAudit()))
        async let answer = runner.run(call("a_slow"))
        await door.arrivals(1)
        _ = registry.replace([], of: "a")
        door.open()
        #expect(await answer.output == "a result")
    }

    @Test("names are spelled as the service wants, and clashes get a hash")
    func names() {
        let names = ForeignNames.names(
            of: ["get_time", "get time", "get.time", "öl", "get_time", "taken"], source: "home",
            taken: ["home_taken"])
        #expect(names[0] == "home_get_time")
        #expect(names[1]?.hasPrefix("home_get_time_") == true)
        #expect(names[2]?.hasPrefix("home_get_time_") == true)
        #expect(names[1] != names[2])
        #expect(names[3] == "home___l")
        #expect(names[4] == nil)
        #expect(names[5]?.hasPrefix("home_taken_") == true)
        let turned = ForeignNames.names(
            of: ["get.time", "get time"], source: "home", taken: [])
        #expect(turned == [names[2], names[1]])
    }

    @Test("names that are too long are cut and stay distinct")
    func longNames() {
        let long = String(repeating: "x", count: 200)
        let names = ForeignNames.names(of: [long + "1", long + "2"], source: "s", taken: [])
        #expect(names[0] != names[1])
        #expect(names.allSatisfy { $0?.utf8.count == ForeignNames.maximumLength })
    }

    @Test("a source has a name without underscore", arguments: ["", "a_b", "1a", "ä", "a b"])
    func sources(_ name: String) {
        #expect(!ForeignNames.isValid(source: name))
        #expect(ForeignNames.isValid(source: "kitchen-2"))
    }
}
