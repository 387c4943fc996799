import Testing
import WireCodec

@testable import MCP

@Suite("life cycle of an MCP server")
struct ServerMachineTests {
    @Test("it agrees on a version, confirms it, and lists all pages")
    func begins() {
        let rig = MachineRig()
        rig.start()
        #expect(rig.opens == 1)
        rig.tell(.opened)
        #expect(rig.sent[0]["params"]?["protocolVersion"] == "2025-11-25")
        rig.answer("initialize", MachineRig.hello)
        #expect(rig.versions == ["2025-06-18"])
        #expect(rig.count("notifications/initialized") == 1)
        rig.answer(
            "tools/list", ["tools": [["name": "a"], ["title": "nameless"]], "nextCursor": "2"])
        #expect(rig.sent.last?["params"]?["cursor"] == "2")
        rig.answer("tools/list", ["tools": [["name": "b"]]])
        #expect(rig.offers == [["a", "b"]])
    }

    @Test("an unsupported version ends the connection, and it is tried again later")
    func versions() {
        let rig = MachineRig()
        rig.start()
        rig.tell(.opened)
        rig.answer("initialize", ["protocolVersion": "2099-01-01", "capabilities": [:]])
        #expect(rig.faults.first?.contains("2099-01-01") == true)
        #expect(rig.closes == 1)
        rig.tell(.lost("closed"))
        rig.wait(0.9)
        #expect(rig.opens == 1)
        rig.wait(0.2)
        #expect(rig.opens == 2)
    }

    @Test("calls and answers find each other by id, whatever their order")
    func calls() {
        let rig = MachineRig()
        rig.becomeReady()
        rig.call(1)
        let first = rig.id(of: "tools/call")
        rig.call(2)
        #expect(rig.sent.last?["params"]?["_meta"]?["progressToken"] == rig.sent.last?["id"])
        rig.answer("tools/call", ["content": []])
        rig.receive(["jsonrpc": "2.0", "id": .int(first ?? 0), "result": ["isError": true]])
        #expect(rig.ended == [1: .result(["isError": true]), 2: .result(["content": []])])
        rig.call(3)
        rig.refuse("tools/call", "no such tool")
        #expect(rig.ended[3]?.words == "the MCP server kitchen refused the call: no such tool")
    }

    @Test("a second answer, a false id and an invalid message change nothing")
    func lies() {
        let rig = MachineRig()
        rig.becomeReady()
        rig.call(1)
        let id = rig.id(of: "tools/call") ?? 0
        rig.receive(["jsonrpc": "2.0", "id": 999, "result": ["content": []]])
        rig.receive(["jsonrpc": "2.0", "id": "x", "result": [:]])
        rig.receive(["jsonrpc": "2.0", "id": .null, "error": ["code": -32700]])
        rig.receive([1, "two", .null])
        rig.receive("text")
        rig.receive(["id": 5])
        #expect(rig.ended.isEmpty)
        rig.receive(["jsonrpc": "2.0", "id": .int(id), "result": ["content": [1]]])
        rig.receive(["jsonrpc": "2.0", "id": .int(id), "result": ["content": [2]]])
        #expect(rig.ended == [1: .result(["content": [1]])])
    }

    @Test("a call ends at its deadline, and progress extends that up to a limit")
    func progress() {
        let rig = MachineRig()
        rig.becomeReady()
        rig.call(1, patience: 10, limit: 25)
        let token = JSONValue.int(rig.id(of: "tools/call") ?? 0)
        for _ in 0..<3 {
            rig.wait(8)
            #expect(rig.ended.isEmpty)
            rig.receive([
                "jsonrpc": "2.0", "method": "notifications/progress",
                "params": ["progressToken": token, "progress": 1],
            ])
        }
        rig.wait(2)
        #expect(rig.ended[1]?.words?.contains("longest time") == true)
        #expect(rig.sent.contains { $0["params"]?["requestId"] == token })
        rig.call(2, patience: 3)
        rig.wait(3)
        #expect(
            rig.ended[2]?.words
                == "the MCP server kitchen did not answer within 3.0 s; whether it was done is "
                + "not known")
    }

    @Test("a server that is silent after a deadline is restarted, one that answers is not")
    func probe() {
        let rig = MachineRig()
        rig.becomeReady()
        rig.call(1, patience: 3)
        rig.wait(3)
        rig.answer("ping", [:])
        rig.wait(60)
        #expect(rig.closes == 0)
        rig.call(2, patience: 3)
        rig.wait(8.5)
        #expect(rig.closes == 1)
        rig.tell(.lost("killed"))
        rig.call(3)
        #expect(rig.opens == 2)
        rig.becomeReady()
        rig.answer("tools/call", ["content": []])
        #expect(rig.ended[3] == .result(["content": []]))
    }

    @Test("a cancelled call is reported to the server and never answered")
    func cancellation() {
        let rig = MachineRig()
        rig.becomeReady()
        rig.call(1)
        let id = rig.id(of: "tools/call") ?? 0
        rig.cancel(1)
        #expect(rig.sent.last?["method"] == "notifications/cancelled")
        #expect(rig.sent.last?["params"]?["requestId"] == .int(id))
        rig.receive(["jsonrpc": "2.0", "id": .int(id), "result": ["content": []]])
        rig.wait(100)
        #expect(rig.ended.isEmpty)
        #expect(rig.closes == 0)
    }

    @Test("a server's requests are answered: ping with an empty result, all others with an error")
    func requests() {
        let rig = MachineRig()
        rig.becomeReady()
        rig.receive(["jsonrpc": "2.0", "id": "p", "method": "ping"])
        #expect(rig.sent.last == ["jsonrpc": "2.0", "id": "p", "result": [:]])
        for method in ["roots/list", "sampling/createMessage", "elicitation/create"] {
            rig.receive(["jsonrpc": "2.0", "id": 7, "method": .string(method)])
            #expect(rig.sent.last?["error"]?["code"] == -32601)
            #expect(rig.sent.last?["id"] == 7)
        }
    }

    @Test("a server that dies in a call: the call fails with that, the next one starts it again")
    func death() {
        let rig = MachineRig()
        rig.becomeReady()
        rig.call(1)
        rig.tell(.lost("it ended with status 1"))
        #expect(
            rig.ended[1]?.words
                == "the MCP server kitchen failed before it answered (it ended with status 1); "
                + "whether it was done is not known")
        rig.call(2)
        #expect(rig.opens == 2)
        rig.becomeReady()
        rig.answer("tools/call", ["content": []])
        #expect(rig.ended[2] == .result(["content": []]))
    }

    @Test("a server that never answers initialize is ended, and waiting calls fail with that")
    func silentStart() {
        let rig = MachineRig()
        rig.start()
        rig.tell(.opened)
        rig.call(1, patience: 60)
        rig.wait(20)
        #expect(
            rig.ended[1]?.words
                == "the MCP server kitchen does not start: it has not answered within 20 s")
        #expect(rig.closes == 1)
    }

    @Test("it is restarted ever more slowly, and not more often than the budget allows")
    func backoff() {
        let rig = MachineRig()
        rig.start()
        var starts: [Double] = []
        while rig.now < 1_000 + 3_600 {
            if starts.count < rig.opens {
                starts.append(rig.now - 1_000)
                rig.tell(.opened)
                rig.tell(.lost("it ended with status 1"))
            }
            rig.wait(0.5)
        }
        #expect(starts.prefix(5).map { ($0 * 2).rounded() / 2 } == [0, 1, 3, 7, 15])
        #expect(starts.count <= MachineRig.startsPerHour)
        // The last wait is the longest.
        #expect((starts.last ?? 0) - (starts.dropLast().last ?? 0) <= 301)
    }

    @Test("calls cannot start a failing server more often than the budget, and fail at once")
    func budget() {
        let rig = MachineRig()
        rig.start()
        for key in 0..<30 {
            rig.tell(.opened)
            rig.tell(.lost("it ended with status 1"))
            rig.call(key)
        }
        #expect(rig.opens == MachineRig.startsPerHour)
        #expect(rig.ended[29]?.words?.contains("tried again in 60 min") == true)
        rig.wait(3_600)
        #expect(rig.opens > MachineRig.startsPerHour)
    }

    @Test("a flood of list_changed leads to one more list after a growing pause")
    func floods() {
        let rig = MachineRig()
        rig.becomeReady()
        var lists: [Double] = []
        let begin = rig.now
        for _ in 0..<600 {
            rig.receive(["jsonrpc": "2.0", "method": "notifications/tools/list_changed"])
            let before = rig.count("tools/list")
            rig.wait(0.1)
            if rig.count("tools/list") > before { lists.append(rig.now - begin) }
            rig.answer("tools/list", ["tools": [["name": "cook"]]])
        }
        #expect(lists.count == 5)
        #expect(rig.closes == 0)
    }

    @Test("a server that sends endlessly, or writes no messages, is ended")
    func babble() {
        let rig = MachineRig()
        rig.becomeReady()
        rig.call(1)
        for _ in 0..<7_000 {
            rig.receive(["jsonrpc": "2.0", "method": "notifications/message", "params": [:]])
        }
        #expect(rig.closes == 1)
        #expect(rig.ended[1]?.words?.contains("messages a minute") == true)
        rig.tell(.lost("killed"))
        rig.wait(2)
        rig.becomeReady()
        rig.tell(.noise("Hello"))
        #expect(rig.closes == 1)
        for _ in 0..<200 { rig.tell(.noise("Hello")) }
        #expect(rig.closes == 2)
    }

    @Test("endless pages and endless tools are read up to a limit")
    func endlessList() {
        let rig = MachineRig()
        rig.start()
        rig.tell(.opened)
        rig.answer("initialize", MachineRig.hello)
        var pages = 0
        while rig.offers.isEmpty, pages < 1_000 {
            pages += 1
            rig.answer(
                "tools/list", ["tools": [["name": .string("t\(pages)")]], "nextCursor": "n"])
        }
        #expect(pages == ServerMachine.pagesLimit)
        let many = (0..<10_000).map { JSONValue.object(["name": .string("t\($0)")]) }
        rig.receive(["jsonrpc": "2.0", "method": "notifications/tools/list_changed"])
        rig.wait(1)
        rig.answer("tools/list", ["tools": .array(many)])
        #expect(rig.offers.last?.count == ServerMachine.toolsLimit)
    }

    @Test("a list that fails leaves the server usable, and is requested again")
    func listFails() {
        let rig = MachineRig()
        rig.start()
        rig.tell(.opened)
        rig.answer("initialize", MachineRig.hello)
        rig.refuse("tools/list", "not today")
        #expect(rig.faults.last?.contains("not today") == true)
        rig.call(1)
        rig.answer("tools/call", ["content": []])
        #expect(rig.ended[1] == .result(["content": []]))
        rig.wait(1)
        rig.answer("tools/list", ["tools": [["name": "cook"]]])
        #expect(rig.offers == [["cook"]])
    }

    @Test("a session that the server has forgotten is started again, and its call repeated once")
    func sessionGone() {
        let rig = MachineRig()
        rig.becomeReady()
        rig.call(1)
        let id = rig.id(of: "tools/call")
        rig.tell(.undelivered(id: id, reason: "status 404", fate: .sessionGone))
        #expect(rig.closes == 1)
        rig.tell(.lost("closed"))
        #expect(rig.opens == 2)
        rig.becomeReady()
        #expect(rig.count("tools/call") == 2)
        let again = rig.id(of: "tools/call")
        rig.tell(.undelivered(id: again, reason: "status 404", fate: .sessionGone))
        #expect(rig.ended[1]?.words == "the MCP server kitchen did nothing: status 404")
    }

    @Test("a call that cannot be delivered fails alone")
    func undelivered() {
        let rig = MachineRig()
        rig.becomeReady()
        rig.call(1)
        rig.tell(
            .undelivered(id: rig.id(of: "tools/call"), reason: "no route", fate: .refused))
        #expect(rig.ended[1]?.words == "the MCP server kitchen did nothing: no route")
        #expect(rig.closes == 0)
        rig.call(2)
        #expect(rig.count("tools/call") == 2)
    }

    @Test("at the end every call is answered and nothing is started again")
    func stops() {
        let rig = MachineRig()
        rig.becomeReady()
        rig.call(1)
        rig.stop()
        #expect(rig.ended[1]?.words?.contains("stopped") == true)
        #expect(rig.closes == 1)
        #expect(!rig.isStopped)
        rig.tell(.lost("closed"))
        #expect(rig.isStopped)
        rig.call(2)
        #expect(rig.ended[2]?.words?.contains("stopped") == true)
        rig.wait(10_000)
        #expect(rig.opens == 1)
    }

    @Test("a server that refuses the handshake is asked for its version, and addressed in it")
    func modern() {
        let rig = MachineRig()
        rig.start()
        rig.tell(.opened)
        rig.refuse("initialize", "unknown method")
        let mark = rig.sent.last?["params"]?["_meta"]
        #expect(mark?["io.modelcontextprotocol/protocolVersion"] == "2026-07-28")
        #expect(mark?["io.modelcontextprotocol/clientInfo"]?["name"] == "martlet")
        rig.answer(
            "server/discover",
            [
                "supportedVersions": ["2026-07-28"], "resultType": "complete",
                "capabilities": ["tools": ["listChanged": true]],
            ])
        #expect(rig.versions == ["2026-07-28"])
        #expect(rig.count("notifications/initialized") == 0)
        #expect(rig.sent.contains { $0["params"]?["notifications"] == ["toolsListChanged": true] })
        rig.answer("tools/list", ["tools": [["name": "cook"]]])
        rig.call(1)
        #expect(rig.sent.last?["params"]?["_meta"]?["progressToken"] == rig.sent.last?["id"])
        rig.answer("tools/call", ["resultType": "input_required", "inputRequests": [:]])
        #expect(rig.ended[1]?.words?.contains("ask back") == true)
        rig.receive(["jsonrpc": "2.0", "method": "notifications/tools/list_changed"])
        rig.wait(1)
        #expect(rig.count("tools/list") == 2)
        // A stream that ends is resumed with the next list.
        rig.answer("tools/list", ["tools": [["name": "cook"]]])
        rig.answer("subscriptions/listen", [:])
        rig.wait(5)
        #expect(rig.count("subscriptions/listen") == 2)
        #expect(rig.count("tools/list") == 3)
        rig.tell(.lost("it ended"))
        rig.call(2)
        rig.tell(.opened)
        #expect(rig.count("initialize") == 1)
        #expect(rig.count("server/discover") == 2)
    }

    @Test("a server that refuses both ways to start is reported with its own words")
    func refusesAll() {
        let rig = MachineRig()
        rig.start()
        rig.tell(.opened)
        rig.refuse("initialize", "not for you")
        rig.refuse("server/discover", "method not found")
        #expect(rig.faults == ["it refuses to begin: not for you"])
        rig.tell(.lost("closed"))
        rig.wait(2)
        rig.tell(.opened)
        #expect(rig.count("initialize") == 2)
    }
}
