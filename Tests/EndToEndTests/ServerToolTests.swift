import Assistant
import Linux
import Simulation
import TestProcesses
import Testing
import WireCodec

@Suite(
    "Tools of an MCP server in a conversation",
    .enabled(if: Python.isInstalled, Comment(rawValue: Python.absence)),
    .timeLimit(.minutes(5)))
struct ServerToolTests {
    private let reply = Noise.samples(4800, seed: 1)

    private func appliance(_ model: String) async throws -> Appliance {
        let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        var scenario = Scenario.saying(reply)
        scenario.turns[0].calls = [Scenario.Call(name: "fake_ok", arguments: [:])]
        return try await Appliance.started(
            scenario: scenario, model: model,
            more: """
                [[tool.mcp]]
                name = "fake"
                argv = ["python3", "\(root)/Tests/Support/MCPServers/hostile.py"]
                tools = ["ok"]
                """)
    }

    /// Whether a message declares the server's functions.
    private static func declares(_ json: JSONValue?) -> Bool {
        json?.serialized.contains("fake_ok") == true
    }

    @Test("its functions are declared to the open session, called, and answered")
    func called() async throws {
        let appliance = try await appliance("gemini-3.8-live")
        try await appliance.service.wait { event in
            switch event {
            case .setUp(let setup, _): Self.declares(setup)
            case .contextUpdated(let update): Self.declares(update)
            default: false
            }
        }
        try await speak(to: appliance)
    }

    @Test("a model that takes no changes gets them in a new connection of the same conversation")
    func renewed() async throws {
        let appliance = try await appliance("gemini-3.1-flash-live-preview")
        try await appliance.service.wait { event in
            if case .setUp(let setup, _) = event { Self.declares(setup) } else { false }
        }
        try await speak(to: appliance)
    }

    private func speak(to appliance: Appliance) async throws {
        appliance.press()
        await appliance.microphone.say(Noise.samples(20 * 320, seed: 1))
        appliance.release()
        let answer = try await appliance.service.first { event in
            if case .answered(let answer) = event { answer } else { nil }
        }
        #expect(answer.serialized.contains("done: ok"))
        try await appliance.timeline.wait { $0 == .replyPlayed }
        #expect(try await appliance.stopped().sounds == reply)
    }
}
