/// A single callback of the loop at a given moment.
///
/// Confined to the loop's thread, like the loop's own state.
package final class LoopTimer: @unchecked Sendable {
    // @unchecked: created, fired and cancelled only on the loop's thread.

    let deadline: Int64
    /// Orders timers of the same moment: the one that was set first fires first.
    fileprivate(set) var order: UInt64 = 0
    fileprivate(set) var body: (@Sendable () -> Void)?
    /// Its queue, and its place there; nil once it has fired or was cancelled.
    fileprivate var queue: TimerQueue?
    fileprivate var place = 0

    init(deadline: Int64, body: @escaping @Sendable () -> Void) {
        self.deadline = deadline
        self.body = body
    }

    fileprivate func isBefore(_ other: LoopTimer) -> Bool {
        deadline == other.deadline ? order < other.order : deadline < other.deadline
    }

    /// Cancels the callback; harmless if it has been made.
    package func cancel() { queue?.remove(self) }
}

/// The timers of a loop: a binary heap, whose root is the next to fire.
///
/// Setting or cancelling a timer costs the logarithm of their number, and a cancelled timer is
/// removed: a far end whose messages reset a timer each time costs no more than another. The
/// callers limit how many there are; none is refused.
final class TimerQueue {
    private var heap: [LoopTimer] = []
    private var nextOrder: UInt64 = 0
    /// The time that the kernel's timer is set to.
    var armed: Int64?

    var count: Int { heap.count }

    var earliest: Int64? { heap.first?.deadline }

    /// Timers set from now on have at least this order.
    var mark: UInt64 { nextOrder }

    func insert(_ timer: LoopTimer) {
        timer.order = nextOrder
        nextOrder += 1
        timer.queue = self
        timer.place = heap.count
        heap.append(timer)
        rise(from: timer.place)
    }

    /// Removes the next timer if it is due and was set before `mark`, and returns its callback.
    ///
    /// The mark keeps a timer that always reschedules itself for the past from occupying the loop
    /// forever.
    func popDue(at now: Int64, before mark: UInt64) -> (@Sendable () -> Void)? {
        guard let first = heap.first, first.deadline <= now, first.order < mark else { return nil }
        let body = first.body
        remove(first)
        return body
    }

    fileprivate func remove(_ timer: LoopTimer) {
        let place = timer.place
        let last = heap.removeLast()
        if last !== timer {
            put(last, at: place)
            rise(from: place)
            sink(from: last.place)
        }
        timer.queue = nil
        // Its captures may own the timer.
        timer.body = nil
    }

    /// Cancels all timers.
    func removeAll() {
        let forgotten = heap
        heap = []
        for timer in forgotten {
            timer.queue = nil
            timer.body = nil
        }
    }

    private func put(_ timer: LoopTimer, at place: Int) {
        heap[place] = timer
        timer.place = place
    }

    private func rise(from place: Int) {
        let timer = heap[place]
        var place = place
        while place > 0 {
            let parent = (place - 1) / 2
            guard timer.isBefore(heap[parent]) else { break }
            put(heap[parent], at: place)
            place = parent
        }
        put(timer, at: place)
    }

    private func sink(from place: Int) {
        let timer = heap[place]
        var place = place
        while true {
            var child = 2 * place + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1].isBefore(heap[child]) { child += 1 }
            guard heap[child].isBefore(timer) else { break }
            put(heap[child], at: place)
            place = child
        }
        put(timer, at: place)
    }
}
