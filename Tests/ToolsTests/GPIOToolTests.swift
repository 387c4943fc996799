import Linux
import Testing
import WireCodec

@testable import GPIOTools
@testable import Tools

@Suite("switched outputs", .timeLimit(.minutes(5)))
struct GPIOToolTests {
    private let clock = ManualClock()
    private let lamp = TestOutput()
    private let gate = TestOutput()
    private let contact = TestInput()

    private func tool() throws -> GPIOTool {
        var unlock = ToolTerms(deadline: .seconds(1))
        unlock.risk = .unlock
        unlock.confirmation = .button
        return try GPIOTool(
            lines: [
                Self.line("lamp", "on the desk", .output(lamp, restsOn: false)),
                Self.line("gate", "garden gate", .output(gate, restsOn: true), terms: unlock),
                Self.line("opener", "front door", .output(TestOutput(), restsOn: false), [.pulse]),
                Self.line("window", "a contact", .input(contact), [.read]),
            ], clock: clock)
    }

    private static func line(
        _ name: String, _ description: String, _ port: GPIOTool.Line.Port,
        _ actions: Set<GPIOTool.Line.Action> = Set(GPIOTool.Line.Action.allCases),
        terms: ToolTerms = ToolTerms(deadline: .seconds(1))
    ) -> GPIOTool.Line {
        GPIOTool.Line(
            name: name, description: description, port: port, actions: actions,
            pulseMilliseconds: 500, terms: terms)
    }

    private func order(_ output: String, _ action: String, _ more: JSONValue? = nil)
        -> ToolArguments
    {
        var values: JSONObject = ["output": .string(output), "action": .string(action)]
        values["milliseconds"] = more
        return ToolArguments(values)
    }

    @Test("on, off, toggle and read return the output's state")
    func actions() async throws {
        let tool = try tool()
        #expect(try await tool.call(order("lamp", "on")) == ["output": "lamp", "state": "on"])
        #expect(try await tool.call(order("lamp", "toggle")) == ["output": "lamp", "state": "off"])
        #expect(try await tool.call(order("lamp", "toggle")) == ["output": "lamp", "state": "on"])
        #expect(try await tool.call(order("lamp", "off")) == ["output": "lamp", "state": "off"])
        #expect(try await tool.call(order("lamp", "read")) == ["output": "lamp", "state": "off"])
        #expect(lamp.values == [true, false, true, false])
        #expect(gate.values.isEmpty)
    }

    @Test("a pulse leaves the rest state and returns after the requested time")
    func pulse() async throws {
        let tool = try tool()
        async let answer = tool.call(order("gate", "pulse", 700))
        await clock.waiters(1)
        #expect(gate.values == [false])
        clock.advance(by: .milliseconds(700))
        #expect(try await answer == ["output": "gate", "state": "on"])
        #expect(gate.values == [false, true])
    }

    @Test("a pulse that is cancelled still ends")
    func cancelledPulse() async throws {
        let tool = try tool()
        let arguments = order("lamp", "pulse")
        let task = Task { try await tool.call(arguments) }
        await clock.waiters(1)
        task.cancel()
        _ = try await task.value
        #expect(lamp.values == [true, false])
    }

    @Test("an order during a pulse takes effect")
    func overtakenPulse() async throws {
        let tool = try tool()
        let arguments = order("lamp", "pulse")
        let task = Task { try await tool.call(arguments) }
        await clock.waiters(1)
        _ = try await tool.call(order("lamp", "on"))
        clock.advance(by: .seconds(1))
        await #expect(throws: ToolFailure.self) { try await task.value }
        #expect(lamp.values == [true, true])
    }

    @Test("the end of the program sets every output to rest")
    func rest() async throws {
        let tool = try tool()
        _ = try await tool.call(order("lamp", "on"))
        await tool.rest()
        #expect(lamp.values == [true, false])
        #expect(gate.values == [true])
    }

    @Test("the model gets the outputs' names and what they are")
    func declaration() throws {
        let declaration = try tool().declaration
        #expect(declaration.description.contains("lamp: on the desk; gate: garden gate"))
        #expect(
            SchemaCheck(declaration.schema).violations(of: ["output": "door", "action": "on"])
                == [
                    "output is \"door\", but must be one of \"lamp\", \"gate\", \"opener\", "
                        + "\"window\""
                ])
    }

    @Test("a lost line is reported in its own words")
    func failure() async throws {
        let gone = TestOutput(failure: ToolFailure("GPIO17 is gone"))
        let tool = try GPIOTool(
            lines: [Self.line("lamp", "x", .output(gone, restsOn: false))], clock: clock)
        let runner = try ToolRunner([tool], clock: clock)
        let outcome = await runner.run(
            call(GPIOTool.name, ["output": "lamp", "action": "on"]))
        #expect(outcome.error == "GPIO17 is gone")
    }

    @Test("an input is read as it is, and nothing else is done with it")
    func input() async throws {
        let tool = try tool()
        #expect(
            try await tool.call(order("window", "read")) == ["output": "window", "state": "off"])
        contact.set(true)
        #expect(
            try await tool.call(order("window", "read")) == ["output": "window", "state": "on"])
        await #expect(
            throws: ToolFailure("nothing was done: window does not take on, only read")
        ) {
            try await tool.call(order("window", "on"))
        }
    }

    @Test("an action that an output does not accept is not done")
    func allowedActions() async throws {
        let tool = try tool()
        await #expect(
            throws: ToolFailure("nothing was done: opener does not take on, only pulse")
        ) {
            try await tool.call(order("opener", "on"))
        }
    }

    @Test("a call has the confirmation of its own line, and reading none")
    func guards() throws {
        let tool = try tool()
        #expect(tool.guarding(order("lamp", "on")).risk == .low)
        let opening = tool.guarding(order("gate", "off"))
        #expect(opening.risk == .unlock)
        #expect(opening.confirmation == .button)
        #expect(opening.subject == "gate")
        let reading = tool.guarding(order("gate", "read"))
        #expect(reading.risk == .read)
        #expect(reading.confirmation == nil)
    }

    @Test("a file takes a line's place")
    func fileOutput() throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-tools")
        defer { try? Files.removeTree(folder) }
        let output = try FileOutput(path: folder + "/lamp", isOn: false)
        #expect(try !output.isOn())
        try output.set(true)
        #expect(try output.isOn())
        #expect(try Files.read(folder + "/lamp", limitBytes: 16) == Array("1\n".utf8))
        #expect(throws: SystemError.self) { try FileOutput(path: "/nowhere/lamp", isOn: false) }
    }
}
