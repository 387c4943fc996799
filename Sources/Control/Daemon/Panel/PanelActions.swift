internal import Assistant
internal import Linux
internal import ModelTypes
internal import Panel
internal import Tools
internal import WireCodec

/// Performs what the buttons ask for.
///
/// ## Concurrency
/// Confined to the loop's thread, except for the tools, which run on the pool.
final class PanelActions: PanelPort, @unchecked Sendable {
    // @unchecked: touched on the loop's thread only.

    /// One press changes the volume by this (percent).
    private static let volumeStep = 10.0

    private let assistant: VoiceAssistant
    private let runner: ToolRunner
    private let changeVolume: (Double, @escaping @Sendable (Double) -> Void) -> Void
    private let sound: (Earcon) -> Void
    private let snooze: () -> Void
    private let log: Log

    /// Actions on these parts.
    ///
    /// `changeVolume` changes the volume by a number of percent, and then calls back with the new
    /// one. It, `sound` and `snooze` are called on the loop, and call back there.
    init(
        assistant: VoiceAssistant, runner: ToolRunner,
        changeVolume: @escaping (Double, @escaping @Sendable (Double) -> Void) -> Void,
        sound: @escaping (Earcon) -> Void,
        snooze: @escaping () -> Void, log: Log
    ) {
        self.assistant = assistant
        self.runner = runner
        self.changeVolume = changeVolume
        self.sound = sound
        self.snooze = snooze
        self.log = log
    }

    func talk(_ event: ButtonEvent) -> TouchUse {
        assistant.assumeIsolated { $0.talk(event) }
    }

    func touch(at time: Int64, isTalk: Bool) -> TouchUse {
        assistant.assumeIsolated { $0.touch(at: time, isTalk: isTalk) }
    }

    func answer(isYes: Bool, pressedAt time: Int64) {
        assistant.assumeIsolated { $0.answer(isYes: isYes, pressedAt: time) }
    }

    func heldOn() {
        snooze()
        sound(.done)
    }

    func complain(_ text: String) { log(.warning, text) }

    func perform(_ action: ButtonAction, at time: Int64) {
        switch action {
        case .nothing, .talk: break
        case .stop: assistant.assumeIsolated { $0.silence(at: time) }
        case .mute: assistant.assumeIsolated { $0.toggleMute(at: time) }
        case .volumeUp: changeVolume(by: Self.volumeStep)
        case .volumeDown: changeVolume(by: -Self.volumeStep)
        case .repeatAnswer: call("repeat", "{}")
        case .tool(let name, let arguments): call(name, arguments)
        }
    }

    private func changeVolume(by step: Double) {
        changeVolume(step) { [self] percent in
            log(.info, "volume \(Int(percent.rounded())) %")
            sound(.done)
        }
    }

    /// Runs a tool with the same checks, limits and deadline as a call of the model.
    private func call(_ name: String, _ arguments: String) {
        let parsed: JSONValue
        do {
            parsed = try JSONValue(parsing: Array(arguments.utf8))
        } catch {
            log(.error, "a button's call of \(name): the arguments are not JSON: \(error)")
            return sound(.error)
        }
        // Without an id: it repeats no other call.
        let call = FunctionCall(id: "", name: name, arguments: parsed)
        Task { [runner, log] in
            guard case .answered(let answer) = await runner.run(call, conversation: 0) else {
                return
            }
            if let error = answer.response["error"] {
                log(.error, "a button's call of \(name): \(error.string ?? "it failed")")
            } else {
                log(.info, "a button called \(name)")
            }
        }
    }
}
