import CWebSockets
import Linux

/// A moment at which the loop calls back, once.
///
/// Confined to the loop's thread, like the loop's own state.
package final class LoopTimer: @unchecked Sendable {
    // @unchecked: made, fired and cancelled on the loop's thread only.

    let deadline: Int64
    fileprivate(set) var body: (@Sendable () -> Void)?

    init(deadline: Int64, body: @escaping @Sendable () -> Void) {
        self.deadline = deadline
        self.body = body
    }

    /// Takes the call back; harmless when it has been made.
    package func cancel() { body = nil }
}

/// The timers of a loop, the earliest last.
struct TimerQueue {
    /// More timers than this are a leak, not a use.
    static let limit = 4096

    private var timers: [LoopTimer] = []
    /// What the kernel's timer is set to.
    var armed: Int64?

    var earliest: Int64? { timers.last?.deadline }

    mutating func insert(_ timer: LoopTimer) {
        precondition(timers.count < Self.limit, "too many timers on one loop")
        let index = timers.firstIndex { $0.deadline <= timer.deadline } ?? timers.count
        timers.insert(timer, at: index)
    }

    mutating func popDue(at now: Int64) -> LoopTimer? {
        dropCancelled()
        guard let last = timers.last, last.deadline <= now else { return nil }
        return timers.removeLast()
    }

    mutating func dropCancelled() {
        while let last = timers.last, last.body == nil { timers.removeLast() }
    }
}

extension EventLoop {
    /// Calls back once at or after a moment (nanoseconds of CLOCK_MONOTONIC), never before it.
    ///
    /// On the loop only. libwebsockets' own timers count milliseconds and spin through the rest
    /// of one, hence a timer descriptor of the kernel's.
    @discardableResult
    package func schedule(
        at nanoseconds: Int64, _ body: @escaping @Sendable () -> Void
    ) -> LoopTimer {
        checkIsolated()
        let timer = LoopTimer(deadline: nanoseconds, body: body)
        timers.insert(timer)
        armTimer()
        return timer
    }

    private func armTimer() {
        timers.dropCancelled()
        // One set too early costs a wake-up; setting it back would cost a call each time.
        guard let earliest = timers.earliest, earliest < timers.armed ?? .max else { return }
        if timerDescriptor == nil { makeTimer() }
        guard let descriptor = timerDescriptor?.rawValue else { return }
        timers.armed = earliest
        // 0 would disarm it, and the kernel refuses what is negative.
        cws_arm_timer(descriptor, max(1, earliest))
    }

    private func makeTimer() {
        let raw = cws_make_timer()
        precondition(raw >= 0, "the kernel gave no timer descriptor")
        timerDescriptor = FileDescriptor(adopting: raw)
        do {
            timerWatch = try watch(raw) { [unowned self] in fireTimers() }
        } catch {
            preconditionFailure("the loop cannot watch its own timer: \(error)")
        }
    }

    private func fireTimers() {
        var expirations: UInt64 = 0
        withUnsafeMutableBytes(of: &expirations) { memory in
            // Nothing to read means that the timer was set anew meanwhile.
            _ = try? timerDescriptor?.read(into: memory)
        }
        timers.armed = nil
        let now = MonotonicClock.now()
        while let timer = timers.popDue(at: now) { timer.body?() }
        armTimer()
    }
}
