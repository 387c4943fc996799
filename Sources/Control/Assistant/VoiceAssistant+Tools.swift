internal import ModelTypes
internal import Tools
internal import VoiceSession
internal import WireCodec

// The model's function calls.

extension VoiceAssistant {
    private static let takenBack = "nothing was done: the user took the request back"

    func run(_ call: FunctionCall, conversation: Int) {
        report(call)
        let key = CallKey(conversation: conversation, id: call.id)
        ports.tools.run(call, conversation: conversation) { await self.ended(key, $0) }
    }

    func refuse(_ call: FunctionCall, conversation: Int) {
        report(call)
        let key = CallKey(conversation: conversation, id: call.id)
        ports.tools.refuse(call, because: Self.takenBack, conversation: conversation) {
            await self.ended(key, $0)
        }
    }

    private func report(_ call: FunctionCall) {
        record(
            .toolCalled(
                id: call.id, name: call.name, arguments: ports.tools.shown(call).serialized))
    }

    private func ended(_ key: CallKey, _ outcome: ToolOutcome) {
        guard !isStopped else { return }
        perform(machine.callEnded(key, outcome, at: ports.alarm.now))
    }
}
