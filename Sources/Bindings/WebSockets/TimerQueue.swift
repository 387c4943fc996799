/// A moment at which the loop calls back, once.
///
/// Confined to the loop's thread, like the loop's own state.
package final class LoopTimer: @unchecked Sendable {
    // @unchecked: made, fired and cancelled on the loop's thread only.

    let deadline: Int64
    /// Tells timers of one moment apart: the one that was set first fires first.
    fileprivate(set) var order: UInt64 = 0
    fileprivate(set) var body: (@Sendable () -> Void)?
    /// Where it waits, and at which place there; nil once it has fired or was taken back.
    fileprivate var queue: TimerQueue?
    fileprivate var place = 0

    init(deadline: Int64, body: @escaping @Sendable () -> Void) {
        self.deadline = deadline
        self.body = body
    }

    fileprivate func isBefore(_ other: LoopTimer) -> Bool {
        deadline == other.deadline ? order < other.order : deadline < other.deadline
    }

    /// Takes the call back; harmless when it has been made.
    package func cancel() { queue?.remove(self) }
}

/// The timers of a loop: a binary heap, whose root is the next to fire.
///
/// Setting one and taking one back costs the logarithm of how many wait, and one that was taken
/// back is gone: a far end that has a timer set anew with each message costs no more than one
/// that does not. How many there are is up to who sets them; none is refused.
final class TimerQueue {
    private var heap: [LoopTimer] = []
    private var nextOrder: UInt64 = 0
    /// What the kernel's timer is set to.
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

    /// Takes out the next timer if it is due and was set before `mark`, and gives its call.
    ///
    /// The mark keeps a timer that sets itself anew for the past from keeping the loop for ever.
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
        // What it holds may own the timer.
        timer.body = nil
    }

    /// Takes all back.
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
