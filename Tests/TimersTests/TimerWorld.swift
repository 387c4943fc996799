import Store
import Synchronization
import TestDisk
import Timers

/// Clocks that a test sets, in a machine that a test switches off and on.
final class SetClock: Sendable {
    private let state: Mutex<(wall: Int64, boot: Int64, life: Int)>
    private let zone: Zone

    /// A clock that shows a local time.
    init(_ local: LocalTime, zone: Zone = .berlin) {
        self.zone = zone
        state = Mutex((zone.moment(of: local), 5_000_000_000, 1))
    }

    var now: Now {
        state.withLock {
            Now(wall: $0.wall, boot: $0.boot, life: "life \($0.life)", zone: zone)
        }
    }

    /// Time passes, also while the machine sleeps.
    func pass(_ seconds: Int64) {
        state.withLock {
            $0.wall += seconds * 1_000_000_000
            $0.boot += seconds * 1_000_000_000
        }
    }

    /// A user, or a time server, sets the wall clock.
    func set(by seconds: Int64) { state.withLock { $0.wall += seconds * 1_000_000_000 } }

    /// Time passes until the wall clock shows a time.
    func pass(until local: LocalTime) {
        pass((zone.moment(of: local) - now.wall) / 1_000_000_000)
    }

    /// The machine is off for some seconds, and starts again; its own clock may lag behind then.
    func restart(off seconds: Int64, lag: Int64 = 0) {
        state.withLock {
            $0.wall += (seconds - lag) * 1_000_000_000
            $0.boot = 3_000_000_000
            $0.life += 1
        }
    }
}

extension Zone {
    static let utc = Zone { _ in 0 }

    /// One hour ahead of UTC, two from the last Sunday of March to that of October, 01:00 UTC.
    static let berlin = Zone { seconds in
        let year = LocalTime(reading: seconds).date.year
        func change(_ month: Int) -> Int64 {
            guard let last = LocalTime(year: year, month: month, day: 31, hour: 1) else { return 0 }
            return last.adding(days: -last.weekday).reading
        }
        return seconds >= change(3) && seconds < change(10) ? 7200 : 3600
    }
}

/// Records the ringing timers.
final class Ear: TimerListener {
    private let state = Mutex<(ringing: [[TimedItem]], troubles: [String], wake: (Int64?, Int64?))>(
        ([], [], (nil, nil)))

    func ringing(_ items: [TimedItem]) { state.withLock { $0.ringing.append(items) } }
    func wake(wall: Int64?, boot: Int64?) { state.withLock { $0.wake = (wall, boot) } }
    func trouble(_ text: String) { state.withLock { $0.troubles.append(text) } }

    /// The numbers of the ringing timers, at each change.
    var heard: [[Int]] { state.withLock { $0.ringing.map { $0.map(\.number) } } }
    var troubles: [String] { state.withLock { $0.troubles } }
    var wake: (wall: Int64?, boot: Int64?) { state.withLock { $0.wake } }
}

/// The document of timers on a disk.
func timers(on disk: MemoryDisk) -> KeptDocument {
    StateStore(disk: disk) { _ in }.document(TimerKeeper.documentName)
}

/// 2026-11-21, a Saturday, at a time; or another date.
func time(
    _ hour: Int, _ minute: Int, day: Int = 21, month: Int = 11, year: Int = 2026
) -> LocalTime {
    LocalTime(year: year, month: month, day: day, hour: hour, minute: minute)
        ?? LocalTime(reading: 0)
}

/// A time of day as a `WantedTime`.
func showing(_ hour: Int, _ minute: Int, _ weekdays: Set<Int> = [], on date: LocalTime? = nil)
    -> WantedTime
{
    .at(hour * 3600 + minute * 60, date: date, weekdays: weekdays)
}

extension TimerBook {
    /// An empty book.
    init() { self.init(TimerList(), settings: Settings()) }

    /// Adds an entry, and returns its number.
    mutating func add(_ when: WantedTime, _ clock: SetClock, name: String = "") throws -> Int {
        let kind: TimedItem.Kind = if case .after = when { .timer } else { .alarm }
        return try add(kind, name: name, text: "", when: when, at: clock.now).number
    }

    /// Processes the current time, and returns the numbers of the ringing timers.
    mutating func look(_ clock: SetClock) -> [Int] {
        advance(to: clock.now)
        return ringing.map(\.number)
    }
}
