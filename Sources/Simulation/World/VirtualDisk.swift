internal import ModelTypes
internal import Timers
internal import Tools

/// One run of the device's program: none of its parts acts after its end.
final class Life: @unchecked Sendable {
    // @unchecked: see `VirtualLoop`.

    var isOver = false
}

/// The state that outlasts a run of the program.
final class VirtualDisk: @unchecked Sendable {
    // @unchecked: see `VirtualLoop`.

    var handle: (text: String, at: Int64)?
    var calls: [(call: JournalledCall, state: RecalledCalls.State)] = []
    var timers = TimerList()
    /// How the microphone was muted; nil: it is not muted.
    var mute: Mute?

    enum Mute { case byHand, byWords }
}

/// The journal of calls, on the disk before they begin.
struct VirtualJournal: CallJournal {
    let disk: VirtualDisk
    let life: Life

    func recall() async -> RecalledCalls {
        RecalledCalls(conversation: disk.calls.last?.call.conversation ?? 0, calls: disk.calls)
    }

    func begin(_ call: JournalledCall) async throws {
        guard !life.isOver else { throw CancellationError() }
        disk.calls.append((call, .begun))
    }

    func finish(_ call: JournalledCall, _ answer: FunctionResponse) async {
        guard !life.isOver, let index = disk.calls.lastIndex(where: { $0.call == call }) else {
            return
        }
        disk.calls[index].state = .answered(answer)
    }
}
