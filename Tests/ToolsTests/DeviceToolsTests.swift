import Synchronization
import Testing
import WireCodec

@testable import Tools

/// A device that records its calls.
private final class PaperDevice: DevicePort {
    private let state = Mutex<(volume: Int, done: [String])>((50, []))
    var done: [String] { state.withLock { $0.done } }

    private func note(_ text: String) { state.withLock { $0.done.append(text) } }

    func volume() async throws -> Int { state.withLock { $0.volume } }
    func setVolume(_ percent: Int) async throws {
        state.withLock { $0.volume = percent }
        note("volume \(percent)")
    }
    func mute(_ duration: Duration?) async throws { note("mute \(duration.map { "\($0)" } ?? "")") }
    func repeatAnswer() async throws -> Double { 2.4 }
    func endConversation() async throws { note("leave") }
    func status() async throws -> JSONValue { ["conversation": "idle"] }
}

@Suite("device functions of the model", .timeLimit(.minutes(5)))
struct DeviceToolsTests {
    private let device = PaperDevice()
    private let runner: ToolRunner

    init() throws {
        let device = device
        let tools = try DeviceTools.names.map { try DeviceTools.named($0, device) }
        runner = try ToolRunner(tools, clock: ManualClock())
    }

    @Test("the volume is set, changed and reported, and stays between 0 and 100")
    func volume() async {
        #expect(await runner.run(call("volume")).output == ["percent": 50, "before": 50])
        let louder = await runner.run(call("volume", id: "2", ["change_percent": 80]))
        #expect(louder.output == ["percent": 100, "before": 50])
        let set = await runner.run(call("volume", id: "3", ["set_percent": 0]))
        #expect(set.output == ["percent": 0, "before": 100])
        let softer = await runner.run(call("volume", id: "4", ["change_percent": -10]))
        #expect(softer.output == ["percent": 0, "before": 0])
        #expect(device.done == ["volume 100", "volume 0"])
        let both = await runner.run(
            call("volume", id: "5", ["change_percent": 1, "set_percent": 1]))
        #expect(both.error?.contains("not both") == true)
    }

    @Test("the microphone can be turned off, with or without an end, and never on")
    func mute() async {
        let forever = await runner.run(call("mute"))
        #expect(forever.output?["on_again"] == "when the user presses the button")
        _ = await runner.run(call("mute", id: "2", ["minutes": 30]))
        #expect(device.done == ["mute ", "mute 1800.0 seconds"])
        let on = await runner.run(call("mute", id: "3", ["minutes": 0]))
        #expect(on.error != nil)
        #expect(!DeviceTools.names.contains { $0.contains("unmute") })
    }

    @Test("called by hand, without a daemon, each says that only the daemon can do it")
    func absent() async throws {
        for name in DeviceTools.names {
            let runner = try ToolRunner(
                [DeviceTools.named(name, AbsentDevice())], clock: ManualClock())
            let error = await runner.run(call(name)).error
            #expect(error?.contains("only the running daemon") == true, "\(name)")
        }
    }
}
