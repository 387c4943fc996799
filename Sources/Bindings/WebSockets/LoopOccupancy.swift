import Linux
import Synchronization

/// Measures how long calls kept the loop busy, and how long work waited for its turn.
///
/// A stay is the time in one call of ours: a job, a timer, a descriptor's or a socket's event. A
/// wait is the time from queueing work to its start, which includes the time inside libwebsockets,
/// for example in a TLS handshake. On a busy machine both are long even if the loop does little; a
/// stay in which the thread gave up the processor voluntarily, to wait for something, is the loop's
/// own fault on any machine.
///
/// ## Concurrency
/// Written on the loop's thread, read from every thread.
package final class LoopOccupancy: Sendable {
    /// What kept the loop busy.
    package enum Kind: Int, Sendable, CaseIterable, CustomStringConvertible {
        case job, timer, descriptor, socket

        package var description: String {
            switch self {
            case .job: "work handed in"
            case .timer: "a timer"
            case .descriptor: "a descriptor's event"
            case .socket: "a socket's event"
            }
        }
    }

    private let longest = Atomic<Int64>(0)
    private let kindOfLongest = Atomic<Int>(0)
    private let longestBlocked = Atomic<Int64>(0)
    private let longestWait = Atomic<Int64>(0)
    /// Calls within calls are part of the outermost; on the loop's thread only.
    private let depth = Atomic<Int>(0)

    init() {}

    /// The longest stay (nanoseconds).
    package var longestNanoseconds: Int64 { longest.load(ordering: .relaxed) }

    /// The kind of the longest stay.
    package var kind: Kind { Kind(rawValue: kindOfLongest.load(ordering: .relaxed)) ?? .job }

    /// The longest stay in which the thread waited for something (nanoseconds); 0: it never did.
    package var longestBlockedNanoseconds: Int64 { longestBlocked.load(ordering: .relaxed) }

    /// The longest that work waited for its turn (nanoseconds).
    package var longestWaitNanoseconds: Int64 { longestWait.load(ordering: .relaxed) }

    /// Resets the figures, for example after the start, whose stays nobody notices; from every
    /// thread.
    package func reset() {
        longest.store(0, ordering: .relaxed)
        longestBlocked.store(0, ordering: .relaxed)
        longestWait.store(0, ordering: .relaxed)
    }

    /// Runs a call of ours on the loop.
    func measure<Result>(_ kind: Kind, _ body: () -> Result) -> Result {
        let outer = depth.load(ordering: .relaxed)
        guard outer == 0 else { return body() }
        depth.store(1, ordering: .relaxed)
        let waits = ResourceUsage.threadWaits()
        let begin = MonotonicClock.now()
        let result = body()
        depth.store(0, ordering: .relaxed)
        note(kind, MonotonicClock.now() - begin, waits)
        return result
    }

    private func note(_ kind: Kind, _ nanoseconds: Int64, _ waits: Int) {
        if nanoseconds > longestBlocked.load(ordering: .relaxed),
            ResourceUsage.threadWaits() > waits
        {
            longestBlocked.store(nanoseconds, ordering: .relaxed)
        }
        guard nanoseconds > longest.load(ordering: .relaxed) else { return }
        longest.store(nanoseconds, ordering: .relaxed)
        kindOfLongest.store(kind.rawValue, ordering: .relaxed)
    }

    /// Notes that work begins now that was queued at a moment.
    func waited(since moment: Int64) {
        let wait = MonotonicClock.now() - moment
        if wait > longestWait.load(ordering: .relaxed) {
            longestWait.store(wait, ordering: .relaxed)
        }
    }
}

extension LoopOccupancy: CustomStringConvertible {
    /// One line for a journal.
    package var description: String {
        "the network thread was kept \(Self.milliseconds(longestNanoseconds)) ms at most, by "
            + "\(kind), and \(Self.milliseconds(longestBlockedNanoseconds)) ms at most where it waited "
            + "for something; work waited \(Self.milliseconds(longestWaitNanoseconds)) ms at most"
    }

    /// With one decimal.
    private static func milliseconds(_ nanoseconds: Int64) -> String {
        let tenths = nanoseconds / 100_000
        return "\(tenths / 10).\(tenths % 10)"
    }
}
