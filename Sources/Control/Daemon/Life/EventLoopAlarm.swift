internal import Linux
internal import VoiceSession
package import WebSockets

/// One alarm on the event loop, and the loop's clock.
///
/// ## Concurrency
/// Confined to the loop's thread, like the timers it sets.
package final class EventLoopAlarm: LoopAlarm, @unchecked Sendable {
    // @unchecked: `timer` is touched on the loop's thread only.

    private let loop: EventLoop
    private var timer: LoopTimer?

    /// An alarm that rings on a loop.
    package init(loop: EventLoop) {
        self.loop = loop
    }

    package var now: Int64 { MonotonicClock.now() }

    package func setAlarm(_ at: Int64?, _ ring: @escaping @Sendable () -> Void) {
        timer?.cancel()
        timer = at.map { loop.schedule(at: $0, ring) }
    }
}
