/// A few places, and a bounded queue before them; a waiter can be removed.
///
/// Part of the actor that holds it: used on that actor only.
final class WaitingRoom {
    enum Admission: Equatable {
        /// The caller has a place; `free` must follow.
        case admitted
        /// All places and the queue are full.
        case full
        /// The caller was removed while waiting, and has nothing to free.
        case left
    }

    private let seats: Int
    private var freePlaces: Int
    private var queue: [(id: String, ticket: CheckedContinuation<Admission, Never>)] = []

    init(places: Int, seats: Int) {
        freePlaces = places
        self.seats = seats
    }

    /// Takes a place, or waits for one.
    func enter(_ id: String, isolation: isolated (any Actor)? = #isolation) async -> Admission {
        if freePlaces > 0 {
            freePlaces -= 1
            return .admitted
        }
        guard queue.count < seats else { return .full }
        return await withCheckedContinuation { queue.append((id, $0)) }
    }

    /// Gives the place to the next in the queue.
    func free() {
        guard !queue.isEmpty else {
            freePlaces += 1
            return
        }
        queue.removeFirst().ticket.resume(returning: .admitted)
    }

    /// Removes a waiter from the queue; does nothing if it is not waiting.
    func leave(_ id: String) {
        guard let index = queue.firstIndex(where: { $0.id == id }) else { return }
        queue.remove(at: index).ticket.resume(returning: .left)
    }
}
