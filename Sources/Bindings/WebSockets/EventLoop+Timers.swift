import CWebSockets
import Linux

extension EventLoop {
    /// Calls back once at or after a moment (nanoseconds of CLOCK_MONOTONIC), never before it.
    ///
    /// On the loop only. Every moment is accepted: one that has passed is due at once, and one that
    /// is too far away for the kernel never comes. libwebsockets' own timers count milliseconds and
    /// spin through the rest of one, so the loop uses a timer descriptor of the kernel.
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
        // A timer that is set too early costs one wake-up; resetting it would cost a call each
        // time.
        guard let earliest = timers.earliest, earliest < timers.armed ?? .max else { return }
        timers.armed = earliest
        // 0 would disarm it, and the kernel refuses negative times.
        cws_arm_timer(timerDescriptor.rawValue, max(1, earliest))
    }

    func fireTimers() {
        var expirations: UInt64 = 0
        withUnsafeMutableBytes(of: &expirations) { memory in
            // Nothing to read means that the timer was set again meanwhile.
            _ = try? timerDescriptor.read(into: memory)
        }
        timers.armed = nil
        let now = MonotonicClock.now()
        let mark = timers.mark
        while let body = timers.popDue(at: now, before: mark) {
            stays.measure(.timer, body)
        }
        armTimer()
    }
}
