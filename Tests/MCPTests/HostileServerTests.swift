import MCP
import ModelTypes
import TestProcesses
import Testing
import Tools
import WireCodec

@Suite(
    "MCP servers that misbehave",
    .enabled(if: Python.isInstalled, Comment(rawValue: Python.absence)),
    .timeLimit(.minutes(5)))
struct HostileServerTests {
    private func rig(
        _ mode: String = "good", patience: Duration = .seconds(5), start: Duration = .seconds(20)
    ) throws -> ClientRig {
        try ClientRig(
            ["python3", "\(Place.servers)/hostile.py", mode], patience: patience, start: start)
    }

    private static let done: JSONValue = ["output": "done: ok"]

    @Test("a server that dies in a call: the call fails with that, and the next one works")
    func dies() async throws {
        let rig = try rig()
        await rig.start()
        let error = await rig.call("die")["error"]?.string ?? ""
        #expect(error.contains("it ended with status 3: boom"))
        #expect(await rig.call("ok") == Self.done)
        await rig.stop()
    }

    @Test(
        "repeated answers, false ids, garbage and depth change no answer",
        arguments: ["twice", "lie", "garbage"])
    func lies(_ tool: String) async throws {
        let rig = try rig()
        await rig.start()
        #expect(await rig.call(tool) == ["output": .string("done: \(tool)")])
        #expect(await rig.call("ok") == Self.done)
        await rig.stop()
    }

    @Test("a too deeply nested part of an answer costs that part alone")
    func deepAnswer() async throws {
        let rig = try rig()
        await rig.start()
        #expect(await rig.call("deep_answer") == ["output": "shallow"])
        await rig.stop()
    }

    @Test("a server that writes 100 MB in a line is ended, and the next call works")
    func huge() async throws {
        let rig = try rig(patience: .seconds(20))
        await rig.start()
        let error = await rig.call("huge")["error"]?.string ?? ""
        #expect(error.contains("a line of more than"))
        #expect(await rig.call("ok") == Self.done)
        await rig.stop()
    }

    @Test(
        "a server that hangs in a call is detected and started again", arguments: ["hang", "deaf"])
    func hangs(_ tool: String) async throws {
        let rig = try rig(patience: .milliseconds(500))
        await rig.start()
        let error = await rig.call(tool)["error"]?.string ?? ""
        #expect(
            error == "the MCP server kitchen did not answer within 0.5 s; whether it was done is "
                + "not known")
        let isBack = await rig.waits { await rig.call("ok") == Self.done }
        #expect(isBack)
        await rig.stop()
    }

    @Test("a server that never answers initialize costs a call no more than its start")
    func silent() async throws {
        let rig = try rig("silent", start: .seconds(1))
        await rig.start()
        #expect(rig.registry.names.isEmpty)
        #expect(await rig.client.notes == ["it has not answered within 1 s"])
        await rig.stop()
    }

    @Test("a server that ends at once is reported in the note with the reason")
    func ends() async throws {
        let rig = try rig("ends")
        await rig.start()
        #expect(
            await rig.client.notes == ["it ended with status 1: no configuration found"])
        await rig.stop()
    }

    @Test("a server that ignores requests to end is killed")
    func stubborn() async throws {
        let rig = try rig("stubborn")
        await rig.start()
        #expect(await rig.call("ok") == Self.done)
        await rig.stop()
    }

    @Test("a server that floods is ended and not restarted, and nothing else is delayed")
    func floods() async throws {
        let rig = try rig("flood")
        await rig.start()
        let isEnded = await rig.waits {
            rig.logged.all.contains { $0.contains("messages a minute") }
        }
        #expect(isEnded)
        await rig.stop()
    }

    @Test("a server that writes endlessly to standard error is logged a little, and works")
    func chatty() async throws {
        let rig = try rig("chatty")
        await rig.start()
        let isCut = await rig.waits { rig.logged.all.contains { $0.contains("not shown") } }
        #expect(isCut)
        #expect(await rig.call("ok") == Self.done)
        #expect(rig.logged.all.count { $0.contains("much to say") } == 60)
        await rig.stop()
    }

    @Test("of 10,000 tools a server's maximum is offered, with a note")
    func many() async throws {
        let rig = try rig("many")
        await rig.start()
        #expect(rig.registry.names.count == 128)
        #expect(await rig.client.notes.last?.contains("first 128 tools") == true)
        #expect(await rig.call("t5") == ["output": "done: t5"])
        await rig.stop()
    }

    @Test("clashing names are kept apart, and each reaches its own tool")
    func clash() async throws {
        let rig = try rig("clash")
        await rig.start()
        let names = rig.registry.names
        #expect(Set(names).count == 7)
        #expect(names.allSatisfy { $0.utf8.count <= ForeignNames.maximumLength })
        #expect(await rig.call("get_time") == ["output": "done: get_time"])
        let other = try #require(names.first { $0.hasPrefix("kitchen_get_time_") })
        let answer = await rig.call(String(other.dropFirst("kitchen_".count)))
        #expect(answer == ["output": "done: get time"])
        await rig.stop()
    }

    @Test("a schema nested 1000 deep, and other unusable ones, cost their own tool at most")
    func schemas() async throws {
        let deep = try rig("deep")
        await deep.start()
        #expect(await deep.call("ok") == Self.done)
        await deep.stop()
        let bad = try rig("bad_schemas")
        await bad.start()
        #expect(bad.registry.names == ["kitchen_ok"])
        let notes = await bad.client.notes
        for name in ["text", "loop", "none", "long"] {
            #expect(notes.contains { $0.hasPrefix("its tool \(name) is left out") })
        }
        await bad.stop()
    }

    @Test("a tool that appears while the server runs can be called")
    func grows() async throws {
        let rig = try rig()
        await rig.start()
        #expect(await rig.call("grow") == ["output": "done: grow"])
        let isThere = await rig.waits { rig.registry["kitchen_new0"] != nil }
        #expect(isThere)
        #expect(await rig.call("new0") == ["output": "done: new0"])
        await rig.stop()
    }

    @Test("tools that the settings leave out are reported once, not as a warning")
    func unwanted() async throws {
        let rig = try ClientRig(
            ["python3", "\(Place.servers)/hostile.py", "good"], allowed: ["ok", "grow", "new*"])
        await rig.start()
        #expect(await rig.call("grow") == ["output": "done: grow"])
        // The list was read again.
        let isThere = await rig.waits { rig.registry["kitchen_new0"] != nil }
        #expect(isThere)
        let said = rig.logged.all.filter { $0.contains("not in 'tools'") }
        #expect(said.count == 1)
        #expect(said.allSatisfy { $0.hasPrefix("notice ") })
        #expect(await rig.client.unwanted.contains("hang"))
        await rig.stop()
    }

    @Test("a cancelled call is over at once, and the server stays")
    func cancelled() async throws {
        let rig = try rig(patience: .seconds(60))
        await rig.start()
        let call = FunctionCall(id: "x", name: "kitchen_hang", arguments: [:])
        async let outcome = rig.runner.run(call, conversation: 0)
        let isRunning = await rig.waits { runs(in: rig.folder) }
        #expect(isRunning)
        await rig.runner.cancel([CallKey(conversation: 0, id: "x")])
        #expect(await outcome == .cancelled)
        await rig.stop()
    }
}
