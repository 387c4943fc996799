import Accounts
import Linux
import Synchronization

/// A clock that stands still; a wait advances it and returns at once.
final class ManualClock: DeviceClock {
    private struct State {
        var wall: Int64 = 1_790_000_000_000_000_000
        var elapsed: Int64 = 0
        var waits: [Duration] = []
    }

    private let state = Mutex(State())

    var wall: Int64 { state.withLock { $0.wall } }
    var now: Int64 { state.withLock { $0.elapsed } }
    var waits: [Duration] { state.withLock { $0.waits } }

    func advance(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let nanoseconds = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
        state.withLock { state in
            state.wall += nanoseconds
            state.elapsed += nanoseconds
        }
    }

    /// Sets the wall clock, as a time server does.
    func setWall(_ nanoseconds: Int64) { state.withLock { $0.wall = nanoseconds } }

    func wait(_ duration: Duration) async throws {
        state.withLock { $0.waits.append(duration) }
        advance(duration)
        try Task.checkCancellation()
    }
}
