/// A few places, and a bounded queue before them; a waiter can be called away.
///
/// Part of the actor that holds it: entered, left and freed on that actor only.
final class WaitingRoom {
    enum Admission: Equatable {
        /// A place is taken; `free` must follow.
        case admitted
        /// There is no place and no seat.
        case full
        /// Called away while waiting; there is nothing to free.
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

    /// Gives a place to the next in the queue.
    func free() {
        guard !queue.isEmpty else {
            freePlaces += 1
            return
        }
        queue.removeFirst().ticket.resume(returning: .admitted)
    }

    /// Calls someone away who waits; nothing happens to those who do not.
    func leave(_ id: String) {
        guard let index = queue.firstIndex(where: { $0.id == id }) else { return }
        queue.remove(at: index).ticket.resume(returning: .left)
    }
}
