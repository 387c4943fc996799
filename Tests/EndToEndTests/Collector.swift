import Synchronization

/// The events so far, for a test that waits for one of them.
final class Collector<Event: Sendable>: Sendable {
    private struct Wait: Sendable {
        let number: Int
        /// Takes an event; returns whether it was the awaited one.
        let take: @Sendable (Event) -> Bool
        let giveUp: @Sendable (any Error) -> Void
    }

    private struct State: Sendable {
        var events: [Event] = []
        var waits: [Wait] = []
        var waitCount = 0
        var cancelled: Set<Int> = []
    }

    private let state = Mutex(State())

    /// Adds an event, from any thread.
    func add(_ event: Event) {
        state.withLock { state in
            state.events.append(event)
            state.waits.removeAll { $0.take(event) }
        }
    }

    /// Everything so far.
    var all: [Event] { state.withLock { $0.events } }

    /// Waits until `pick` finds something, in past or future events.
    ///
    /// There is no limit here: the test's own time limit cancels the test; the events until then
    /// are printed, since an error of a cancelled test is not.
    func first<Result: Sendable>(
        _ pick: @escaping @Sendable (Event) -> Result?
    ) async throws -> Result {
        let number = state.withLock { state in
            state.waitCount += 1
            return state.waitCount
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { found in
                wait(number, pick, found)
            }
        } onCancel: {
            cancel(number)
        }
    }

    private func wait<Result: Sendable>(
        _ number: Int, _ pick: @escaping @Sendable (Event) -> Result?,
        _ found: CheckedContinuation<Result, any Error>
    ) {
        state.withLock { state in
            for event in state.events {
                if let result = pick(event) { return found.resume(returning: result) }
            }
            if state.cancelled.contains(number) {
                return found.resume(throwing: NothingCame(after: state.events.map { "\($0)" }))
            }
            let wait = Wait(
                number: number,
                take: { event in
                    guard let result = pick(event) else { return false }
                    found.resume(returning: result)
                    return true
                },
                giveUp: { found.resume(throwing: $0) })
            state.waits.append(wait)
        }
    }

    private func cancel(_ number: Int) {
        state.withLock { state in
            state.cancelled.insert(number)
            guard let index = state.waits.firstIndex(where: { $0.number == number }) else { return }
            let error = NothingCame(after: state.events.map { "\($0)" })
            state.waits.remove(at: index).giveUp(error)
        }
    }

    /// Waits until an event is seen for the `count`-th time.
    func wait(count: Int = 1, for isAwaited: @escaping @Sendable (Event) -> Bool) async throws {
        let seen = Counter()
        _ = try await first { event in isAwaited(event) && seen.next() == count ? true : nil }
    }
}

/// The awaited event did not come within the test's time.
struct NothingCame: Error, CustomStringConvertible {
    /// How many lines of events are printed, and the length of each (characters).
    private static let lines = 60
    private static let length = 200

    let description: String

    init(after events: [String]) {
        let told = events.suffix(Self.lines).map { $0.prefix(Self.length) }
        description = "it never came; the last events:\n" + told.joined(separator: "\n")
        print(description)
    }
}

/// Counts from 1.
private final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    func next() -> Int { count.add(1, ordering: .relaxed).newValue }
}
