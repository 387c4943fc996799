import Curl
import Linux
import MCP
import ModelTypes
import Testing
import Tools
import WireCodec

// The official package from PyPI. Where it is unavailable (no network, no Python) these tests are
// skipped, and say so: packaging/prepare.sh test reports why.
@Suite(
    "a server of the official MCP package",
    .enabled(
        if: Place.python != nil,
        "NOT TESTED against the official MCP package: run packaging/prepare.sh test"),
    .timeLimit(.minutes(5)))
struct RealServerTests {
    private func rig(
        allowed: [String] = ["*"], patience: Duration = .seconds(5), limit: Duration = .seconds(20)
    ) throws -> ClientRig {
        try ClientRig(
            [try #require(Place.python), "\(Place.servers)/real.py"], allowed: allowed,
            patience: patience, limit: limit)
    }

    @Test("its tools are functions with schemas that the service takes")
    func lists() async throws {
        let rig = try rig()
        await rig.start()
        #expect(
            rig.registry.names
                == ["add", "store", "fail", "picture", "slow", "grow"].map { "kitchen_\($0)" })
        let store = try #require(rig.registry["kitchen_store"]?.declaration.announcement)
        #expect(store.description == "Puts a thing somewhere.")
        let text = store.json.serialized
        #expect(!text.contains("$ref") && !text.contains("null") && !text.contains("title"))
        #expect(
            store.parameters?["properties"]?["place"]?["properties"]?["room"]
                == ["type": "string"])
        await rig.stop()
    }

    @Test("calls, their defaults, failures, pictures and wrong arguments")
    func calls() async throws {
        let rig = try rig()
        await rig.start()
        #expect(await rig.call("add", ["a": 3]) == ["output": ["result": 5]])
        #expect(
            await rig.call("store", ["thing": "salt", "place": ["room": "hall", "shelf": .null]])
                == ["output": ["result": "salt is in hall on None (None)"]])
        #expect(
            await rig.call("fail", ["reason": "the oven is cold"])["error"]?.string?
                .contains("the oven is cold") == true)
        let picture = await rig.call("picture").serialized
        #expect(picture.contains("a cat") && picture.contains("image"))
        #expect(
            await rig.call("add", ["a": "three"])
                == ["error": "nothing was done: a must be a whole number, but is \"three\""])
        await rig.stop()
    }

    @Test("progress keeps a slow call alive, up to the limit")
    func progress() async throws {
        let rig = try rig(patience: .seconds(2), limit: .seconds(5))
        await rig.start()
        #expect(await rig.call("slow", ["steps": 3]) == ["output": ["result": "finished"]])
        let error = await rig.call("slow", ["steps": 100])["error"]?.string ?? ""
        #expect(error.contains("longest time"))
        #expect(await rig.call("add", ["a": 1]) == ["output": ["result": 3]])
        await rig.stop()
    }

    @Test("a tool that is added at run time becomes a function")
    func grows() async throws {
        let rig = try rig(allowed: ["gr*"])
        await rig.start()
        #expect(rig.registry.names == ["kitchen_grow"])
        _ = await rig.call("grow")
        let isThere = await rig.waits { rig.registry["kitchen_grown"] != nil }
        #expect(isThere)
        #expect(await rig.call("grown") == ["output": "new"])
        await rig.stop()
    }

    @Test(
        "the same server over HTTP, with its session and its stream, or with neither",
        arguments: [[], ["without-handshake"]])
    func http(_ more: [String]) async throws {
        let port = 20_000 + UInt16.random(in: 0..<20_000)
        let command = Command(
            arguments: [try #require(Place.python), "\(Place.servers)/real.py", "\(port)"] + more,
            environment: ["PATH": "/usr/bin:/bin"], outputLimitBytes: 0)
        let process = try SpawnedProcess(command, output: .discarded)
        defer { process.terminate(grace: .seconds(2)) }
        let transport = HTTPTransport(
            HTTPPlace(
                url: { "http://127.0.0.1:\(port)/mcp" }, headers: { [] },
                certificateAuthorityFile: nil), client: HTTPClient())
        let rig = try ClientRig(transport, folder: "/tmp/martlet-mcp-none", patience: .seconds(2))
        await rig.start()
        // It takes a second or two until it listens.
        let isThere = await rig.waits { rig.registry["kitchen_add"] != nil }
        #expect(isThere)
        #expect(await rig.call("add", ["a": 3]) == ["output": ["result": 5]])
        #expect(await rig.call("slow", ["steps": 3]) == ["output": ["result": "finished"]])
        _ = await rig.call("grow")
        let isGrown = await rig.waits { rig.registry["kitchen_grown"] != nil }
        #expect(isGrown)
        #expect(await rig.call("grown") == ["output": "new"])
        await rig.stop()
    }
}
