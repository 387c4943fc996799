import ModelTypes
import Synchronization
import Testing
import Tools
import VoiceSession
import WireCodec

@testable import Assistant

@Suite("confirmation questions", .timeLimit(.minutes(5)))
struct ConfirmationTests {
    /// The result of a call that needed a confirmation.
    private final class Answer: Sendable {
        private let state = Mutex<ConfirmationDecision?>(nil)
        var decision: ConfirmationDecision? { state.withLock { $0 } }
        func take(_ decision: ConfirmationDecision) { state.withLock { $0 = decision } }
    }

    private func ask(
        _ world: AssistantWorld, _ id: String = "1", _ means: ToolConfirmation = .button
    ) -> Answer {
        let answer = Answer()
        let request = ConfirmationRequest(
            id: id, tool: "open", subject: "gate", arguments: "{}", means: means)
        world.assistant.assumeIsolated { $0.confirm(request) { answer.take($0) } }
        return answer
    }

    private func isShown(_ world: AssistantWorld) -> Bool? {
        world.told.compactMap { told in
            if case .show(let indication) = told { indication.awaitsConfirmation } else { nil }
        }.last
    }

    @Test(
        "the question is heard and shown; the press and release that answer it open no turn",
        arguments: TurnMode.allCases)
    func press(mode: TurnMode) {
        let world = AssistantWorld.started(mode)
        world.at(1_000)
        let answer = ask(world)
        #expect(world.told.contains(.earcon(.confirm)))
        #expect(isShown(world) == true)
        world.button(true, at: 2_000)
        #expect(answer.decision == .granted)
        #expect(isShown(world) == false)
        world.button(false, at: 2_300)
        #expect(!world.told.contains { if case .open = $0 { true } else { false } })
        // The next press is an ordinary one.
        world.button(true, at: 4_000)
        #expect(world.told.contains { if case .open = $0 { true } else { false } })
    }

    @Test("without a press the alarm alone refuses the call in time")
    func timeOut() {
        let world = AssistantWorld.started(.hold)
        let answer = ask(world)
        world.at(19_999)
        #expect(answer.decision == nil)
        world.at(20_000)
        #expect(answer.decision != nil && answer.decision != .granted)
        #expect(isShown(world) == false)
    }

    @Test("the phrase counts in the user's next turn, and not in the device's own sound")
    func phrase() {
        let world = AssistantWorld.started(.hold)
        world.at(1_000)
        let first = ask(world, "1", .phrase("open sesame"))
        #expect(first.decision != nil && first.decision != .granted)
        // The model asks for it, and speaks the phrase itself.
        world.session(.audio([1, 2], of: world.answer))
        world.session(.inputTranscript("open sesame"))
        world.speaker(.drained(at: .milliseconds(3_000)))
        #expect(isShown(world) == true)
        world.button(true, at: 4_000)
        world.session(.inputTranscript(" Open sesame"))
        world.button(false, at: 5_000)
        #expect(ask(world, "2", .phrase("open sesame")).decision == .granted)
    }

    @Test("a stop, the end of the program and a cancelled call are refusals")
    func endings() {
        let world = AssistantWorld.started(.hold)
        let stopped = ask(world, "1")
        world.assistant.assumeIsolated { $0.silence(at: .milliseconds(100)) }
        #expect(stopped.decision != nil && stopped.decision != .granted)
        let withdrawn = ask(world, "2")
        world.assistant.assumeIsolated { $0.withdraw("2") }
        #expect(withdrawn.decision != nil && withdrawn.decision != .granted)
        let open = ask(world, "3")
        world.assistant.assumeIsolated { $0.stop() }
        #expect(open.decision != nil && open.decision != .granted)
        let late = ask(world, "4")
        #expect(late.decision != nil && late.decision != .granted)
    }
}
