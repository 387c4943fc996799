import Configuration
import Linux
import ModelTypes
import Testing
import WireCodec

@testable import Tools

@Suite("running tools", .timeLimit(.minutes(5)))
struct ToolRunnerTests {
    private let clock = ManualClock()
    private let door = Door()

    @Test("a result is an output, a failure an error in its own words")
    func answers() async throws {
        let runner = try ToolRunner(
            [
                try TestTool("good") { $0["x"] ?? .null },
                try TestTool("bad") { _ in throw ToolFailure("the relay is gone") },
            ], clock: clock)
        let good = await runner.run(call("good", id: "1", ["x": 5]))
        #expect(
            good
                == .answered(
                    FunctionResponse(id: "1", name: "good", response: ["output": 5])))
        #expect(await runner.run(call("bad", id: "2")).error == "the relay is gone")
    }

    @Test("an unknown function, no object and invalid arguments have no effect")
    func refusals() async throws {
        let tool = try TestTool("set", parameters: ["type": "object"]) { _ in
            Issue.record("it was executed")
            return .null
        }
        let runner = try ToolRunner([tool], clock: clock)
        #expect(
            await runner.run(call("get", id: "1")).error
                == "there is no function \"get\"; there are: set")
        #expect(
            await runner.run(call("set", id: "2", [1])).error
                == "nothing was done: the arguments must be an object")
        #expect(
            await runner.run(call("set", id: "3", ["y": 1])).error
                == "nothing was done: \"y\" is not known; there are no parameters")
    }

    @Test("a hanging handler's call is answered at its deadline, and only its own tool suffers")
    func deadline() async throws {
        let runner = try ToolRunner(
            [
                try TestTool("hang", deadline: .seconds(3)) { [door] _ in
                    await door.pass()
                    return "too late"
                }, try TestTool("other") { _ in "fine" },
            ], clock: clock)
        async let hanging = runner.run(call("hang", id: "1"))
        await door.arrivals(1)
        await clock.waiters(1)
        clock.advance(by: .seconds(3))
        #expect(await hanging.error == "it took longer than 3.0 seconds and was stopped")
        #expect(await runner.run(call("hang", id: "2")).error?.contains("has not ended") == true)
        #expect(await runner.run(call("other", id: "3")).output == "fine")
        door.open()
        await runner.stop()
        #expect(await runner.run(call("hang", id: "4")).output == "too late")
    }

    @Test("tools that block, on a disk or elsewhere, delay no other tool")
    func blocking() async throws {
        let gates = try (0..<32).map { _ in try EventFD() }
        var limits = ToolLimits()
        limits.parallelCalls = gates.count
        let tools = try gates.enumerated().map { number, gate in
            try TestTool("block\(number)") { _ in
                .bool(gate.wait(timeoutMilliseconds: 50_000))
            }
        }
        let runner = try ToolRunner(
            tools + [try TestTool("other") { _ in "fine" }], clock: clock, limits: limits)
        await withTaskGroup(of: JSONValue?.self) { group in
            for number in gates.indices.dropLast() {
                group.addTask {
                    await runner.run(call("block\(number)", id: "\(number)")).output
                }
            }
            // More calls wait than any machine's pool has threads, and this one is answered.
            #expect(await runner.run(call("other", id: "other")).output == "fine")
            await Task.detached {}.value
            for gate in gates { gate.signal() }
            for await answer in group { #expect(answer == true) }
        }
    }

    @Test("a cancelled call is stopped and not answered")
    func cancellation() async throws {
        let runner = try ToolRunner(
            [
                try TestTool("nap") { [clock] _ in
                    try await clock.wait(.seconds(1))
                    return .null
                }
            ], clock: clock)
        async let outcome = runner.run(call("nap", id: "1"))
        await clock.waiters(2)
        await runner.cancel(["1"])
        #expect(await outcome == .cancelled)
        await runner.stop()
    }

    @Test("a call that is cancelled before it arrives is never executed")
    func cancelledAhead() async throws {
        let tool = try TestTool("set") { _ in
            Issue.record("it was executed")
            return .null
        }
        let runner = try ToolRunner([tool], clock: clock)
        await runner.cancel(["1"])
        #expect(await runner.run(call("set", id: "1")) == .cancelled)
    }

    @Test("a call is executed once, however often it arrives, and gets the same answer")
    func atMostOnce() async throws {
        let runner = try ToolRunner(
            [
                try TestTool("count") { [door] _ in
                    await door.pass()
                    return .int(Int64(door.arrivals))
                }
            ], clock: clock)
        async let first = runner.run(call("count", id: "1"))
        await door.arrivals(1)
        #expect(await runner.run(call("count", id: "1")) == .repeated)
        door.open()
        #expect(await first.output == 1)
        let again = await runner.run(call("count", id: "1"))
        #expect(again.output == 1)
        guard case .answeredBefore = again else {
            Issue.record("it is not recognized as a repetition")
            return
        }
        #expect(await runner.run(call("count", id: "2")).output == 2)
    }

    @Test("a repeated call that was refused stays refused, and one that was done, done")
    func refusedOnce() async throws {
        let tool = try TestTool("set") { _ in
            await door.pass()
            return "done"
        }
        let runner = try ToolRunner([tool], clock: clock)
        door.open()
        let refusal = await runner.refuse(call("set", id: "1"), because: "no", conversation: 0)
        #expect(refusal.error == "no")
        #expect(await runner.run(call("set", id: "1")).error == "no")
        #expect(door.arrivals == 0)
        #expect(await runner.run(call("set", id: "2")).output == "done")
        let late = await runner.refuse(call("set", id: "2"), because: "no", conversation: 0)
        #expect(late.output == "done", "a completed call is not reported as not done")
        #expect(door.arrivals == 1)
    }

    @Test("a call whose answer is too old to be kept is not executed again")
    func forgottenAnswer() async throws {
        var limits = ToolLimits()
        limits.keptAnswers = 1
        let runner = try ToolRunner([try TestTool("a") { _ in "x" }], clock: clock, limits: limits)
        _ = await runner.run(call("a", id: "1"))
        _ = await runner.run(call("a", id: "2"))
        #expect(await runner.run(call("a", id: "1")).error?.contains("executed before") == true)
        #expect(await runner.run(call("a", id: "2")).output == "x")
    }

    @Test("the memory of calls is bounded")
    func boundedMemory() async throws {
        var limits = ToolLimits()
        limits.rememberedCalls = 10
        var ledger = CallLedger(limits)
        for id in 0..<1_000 {
            #expect(ledger.begin("\(id)") == .isNew)
            ledger.finish("\(id)", FunctionResponse(id: "\(id)", name: "a", response: .null))
            _ = ledger.cancel("c\(id)")
        }
        #expect(ledger.size <= 10)
    }

    @Test("calls beyond the limit wait, and beyond the queue are refused at once")
    func parallelLimit() async throws {
        var limits = ToolLimits()
        limits.parallelCalls = 2
        limits.waitingCalls = 1
        let runner = try ToolRunner(
            [
                try TestTool("wait") { [door] _ in
                    await door.pass()
                    return "done"
                }
            ], clock: clock, limits: limits)
        async let first = runner.run(call("wait", id: "1"))
        async let second = runner.run(call("wait", id: "2"))
        await door.arrivals(2)
        let outcomes = await withTaskGroup(of: ToolOutcome.self) { group in
            for id in 3...4 { group.addTask { await runner.run(call("wait", id: "\(id)")) } }
            // One of the two was refused; the other waits for the door.
            let refused = await group.next()
            #expect(refused?.error?.contains("too many calls") == true)
            #expect(door.arrivals == 2)
            door.open()
            var rest: [ToolOutcome] = []
            for await outcome in group { rest.append(outcome) }
            return rest
        }
        #expect(await first.output == "done")
        #expect(await second.output == "done")
        #expect(outcomes.map(\.output) == ["done"])
    }

    @Test("a call that is cancelled while it waits gives up its place")
    func cancelledWhileWaiting() async throws {
        var limits = ToolLimits()
        limits.parallelCalls = 1
        let runner = try ToolRunner(
            [
                try TestTool("wait") { [door] _ in
                    await door.pass()
                    return "done"
                }
            ], clock: clock, limits: limits)
        async let first = runner.run(call("wait", id: "1"))
        await door.arrivals(1)
        async let second = runner.run(call("wait", id: "2"))
        await runner.cancel(["2"])
        #expect(await second == .cancelled)
        door.open()
        #expect(await first.output == "done")
        #expect(door.arrivals == 1)
    }

    @Test("a long text is cut, another long result refused")
    func resultLimit() async throws {
        var terms = ToolTerms(deadline: .seconds(1))
        terms.resultBytes = 10
        let runner = try ToolRunner(
            [
                try TestTool("text", terms: terms) { _ in
                    .string(String(repeating: "é", count: 100))
                },
                try TestTool("list", terms: terms) { _ in
                    .array(Array(repeating: .int(1), count: 100))
                },
            ], clock: clock)
        let outcome = await runner.run(call("text", id: "1"))
        #expect(outcome.output == "ééééé")
        #expect(await runner.run(call("list", id: "2")).error?.contains("too long") == true)
    }

    @Test("calls without an id are all executed")
    func nameless() async throws {
        let runner = try ToolRunner([try TestTool("a") { _ in "x" }], clock: clock)
        #expect(await runner.run(call("a", id: "")).output == "x")
        #expect(await runner.run(call("a", id: "")).output == "x")
    }

    @Test("calls beyond the rate are refused, with the time to wait, until a minute has passed")
    func rate() async throws {
        var terms = ToolTerms(deadline: .seconds(1))
        terms.callsPerMinute = 2
        let runner = try ToolRunner(
            [try TestTool("a", terms: terms) { _ in "x" }, try TestTool("b") { _ in "y" }],
            clock: clock)
        #expect(await runner.run(call("a", id: "1")).output == "x")
        clock.advance(by: .seconds(20))
        #expect(await runner.run(call("a", id: "2")).output == "x")
        #expect(
            await runner.run(call("a", id: "3")).error
                == "nothing was done: a may be called 2 times a minute; try again in 40 s")
        #expect(await runner.run(call("b", id: "4")).output == "y")
        clock.advance(by: .seconds(40))
        #expect(await runner.run(call("a", id: "5")).output == "x")
    }

    @Test("arguments of a megabyte and arguments nested without end are refused")
    func hostileArguments() async throws {
        let runner = try ToolRunner([try TestTool("a") { _ in "x" }], clock: clock)
        let long = JSONValue.string(String(repeating: "x", count: 1_000_000))
        let error = await runner.run(call("a", id: "1", ["text": long])).error
        #expect(error?.contains("but may have at most 65536") == true, "\(error ?? "")")
        var deep: JSONValue = 1
        for _ in 0..<63 { deep = [deep] }
        #expect(await runner.run(call("a", id: "2", ["list": deep])).output == "x")
    }

    @Test("an answer has the scheduling that its tool wants")
    func scheduling() async throws {
        var terms = ToolTerms(deadline: .seconds(1))
        terms.scheduling = .silent
        terms.behavior = .nonBlocking
        let tool = try TestTool("a", terms: terms) { _ in "x" }
        let runner = try ToolRunner([tool], clock: clock)
        guard case .answered(let answer) = await runner.run(call("a", id: "1")) else {
            Issue.record("no answer")
            return
        }
        #expect(answer.scheduling == .silent)
        #expect(try ToolRegistry([tool]).declarations.first?.behavior == .nonBlocking)
    }
}
