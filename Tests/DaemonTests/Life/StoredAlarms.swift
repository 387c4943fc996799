import Store
import Timers

/// Alarms in a store, into which faults are injected.
///
/// Separate from the closures that use it, in which Swift 6.0 does not recognize a call of an
/// actor.
enum StoredAlarms {
    struct Clock: Sendable {
        var now = Now(
            wall: 1_800_000_000_000_000_000, boot: 5_000_000_000, life: "one",
            zone: Zone { _ in 0 })
    }

    struct Ear: TimerListener {
        func ringing(_ items: [TimedItem]) {}
        func wake(wall: Int64?, boot: Int64?) {}
        func trouble(_ text: String) {}
    }

    static func keeper(_ store: StateStore, _ clock: Clock) -> TimerKeeper {
        TimerKeeper(
            document: store.document(TimerKeeper.documentName),
            settings: TimerBook.Settings(), now: { clock.now }, listener: Ear())
    }

    /// Sets an alarm for every weekday, whose name is the number.
    static func set(_ number: Int, in store: StateStore) async throws {
        _ = try await keeper(store, Clock()).change { book, now in
            try book.add(
                .alarm, name: "\(number)", text: "",
                when: .at(25_200 + number, date: nil, weekdays: [1, 2, 3, 4, 5]), at: now)
        }
    }

    /// Whether the alarms 1 to `number` all exist, none of them rings and none was missed.
    static func areThere(
        _ number: Int, in store: StateStore, _ clock: Clock
    ) async -> Bool {
        let keeper = Self.keeper(store, clock)
        await keeper.begin()
        let list = await keeper.look().book.list
        let isThere = (1...number).allSatisfy { wanted in
            list.items.contains { $0.name == "\(wanted)" && !$0.isRinging }
        }
        return isThere && list.missed.isEmpty
    }
}
