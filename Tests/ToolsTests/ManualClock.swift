import Linux
import Synchronization
import Tools

/// A clock that stands still until the test advances it.
final class ManualClock: DeviceClock {
    private struct State {
        var now = Duration.zero
        var count = 0
        var waiting: [Int: (until: Duration, wake: CheckedContinuation<Void, any Error>)] = [:]
        var watchers: [(count: Int, wake: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    var now: Int64 {
        let (seconds, attoseconds) = state.withLock { $0.now }.components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }

    var wall: Int64 { now }

    func wait(_ duration: Duration) async throws {
        let id = state.withLock { state in
            state.count += 1
            return state.count
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isDue = state.withLock { state in
                    if duration <= .zero || Task.isCancelled { return true }
                    state.waiting[id] = (state.now + duration, continuation)
                    return false
                }
                if isDue { continuation.resume() }
                wakeWatchers()
            }
            try Task.checkCancellation()
        } onCancel: {
            let waiting = state.withLock { $0.waiting.removeValue(forKey: id) }
            waiting?.wake.resume(throwing: CancellationError())
        }
    }

    func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.now += duration
            let due = state.waiting.filter { $0.value.until <= state.now }
            for id in due.keys { state.waiting[id] = nil }
            return due.values.map(\.wake)
        }
        for task in due { task.resume() }
    }

    /// Returns when at least this many tasks wait.
    func waiters(_ count: Int) async {
        await withCheckedContinuation { continuation in
            state.withLock { $0.watchers.append((count, continuation)) }
            wakeWatchers()
        }
    }

    private func wakeWatchers() {
        let ready = state.withLock { state in
            let ready = state.watchers.filter { $0.count <= state.waiting.count }
            state.watchers.removeAll { $0.count <= state.waiting.count }
            return ready.map(\.wake)
        }
        for watcher in ready { watcher.resume() }
    }
}

/// A door at which tasks wait until it is opened; cancellation does not open it.
final class Door: Sendable {
    private struct State {
        var isOpen = false
        var arrivals = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
        var watchers: [(count: Int, wake: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    func pass() async {
        let ready = state.withLock { state in
            state.arrivals += 1
            let ready = state.watchers.filter { $0.count <= state.arrivals }
            state.watchers.removeAll { $0.count <= state.arrivals }
            return ready.map(\.wake)
        }
        for watcher in ready { watcher.resume() }
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for task in waiting { task.resume() }
    }

    var arrivals: Int { state.withLock { $0.arrivals } }

    /// Returns when this many tasks have arrived at the door since it was made.
    func arrivals(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.arrivals < count { state.watchers.append((count, continuation)) }
                return state.arrivals >= count
            }
            if isThere { continuation.resume() }
        }
    }
}
