internal import ModelTypes
internal import Synchronization

/// The handles that were given out, so that a session can be taken up on another connection.
final class HandleStore: Sendable {
    private let turns = Mutex<[String: Int]>([:])
    private let count = Atomic<Int>(0)

    /// The turn that comes next in whatever session had the last.
    let nextTurn = Atomic<Int>(0)

    func turnIndex(of handle: String) -> Int? { turns.withLock { $0[handle] } }

    /// Tells the client the newest handle, or that there is none now.
    func tell(resumable turnIndex: Int?, _ actions: inout [ServerAction]) {
        guard let turnIndex else {
            actions.append(.send(["sessionResumptionUpdate": ["resumable": false]]))
            return
        }
        let number = count.wrappingAdd(1, ordering: .relaxed).newValue
        let handle = "handle-\(number)"
        turns.withLock { $0[handle] = turnIndex }
        actions.append(
            .send(["sessionResumptionUpdate": ["newHandle": .string(handle), "resumable": true]]))
    }
}
