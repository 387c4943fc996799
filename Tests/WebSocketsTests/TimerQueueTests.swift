import Linux
import TestInputs
import Testing

@testable import WebSockets

@Suite(.timeLimit(.minutes(5)))
struct TimerQueueTests {
    /// Runs the timers that are due now, in order.
    private func due(_ queue: TimerQueue, at now: Int64) {
        let mark = queue.mark
        while let body = queue.popDue(at: now, before: mark) { body() }
    }

    @Test(
        "whatever is set and cancelled, the rest fires once and in order",
        arguments: 1...20 as ClosedRange<UInt64>)
    func whateverIsSetAndTaken(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let queue = TimerQueue()
        // Its timers refer to it.
        defer { queue.removeAll() }
        let fired = Shared<[Int]>([])
        var waiting: [(name: Int, at: Int64, timer: LoopTimer)] = []
        for name in 0..<2000 {
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<6:
                let edge = [Int64.min, -1, 0, 1, .max].randomElement(using: &generator) ?? 0
                let at =
                    Bool.random(using: &generator) ? .random(in: 0...50, using: &generator) : edge
                let timer = LoopTimer(deadline: at) { fired.withLock { $0.append(name) } }
                queue.insert(timer)
                waiting.append((name, at, timer))
            case 6..<9 where !waiting.isEmpty:
                let index = Int.random(in: waiting.indices, using: &generator)
                waiting.remove(at: index).timer.cancel()
            default:
                let now = Int64.random(in: -2...60, using: &generator)
                let expected = waiting.filter { $0.at <= now }
                    .enumerated()
                    .sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
                    .map(\.element.name)
                due(queue, at: now)
                #expect(fired.withLock { $0 } == expected)
                fired.withLock { $0 = [] }
                waiting.removeAll { $0.at <= now }
            }
            #expect(queue.count == waiting.count)
            #expect(queue.earliest == waiting.map(\.at).min())
        }
    }

    @Test("a timer that is reset a hundred thousand times leaves nothing behind")
    func aTimerThatIsSet()
        async throws
    {
        let test = try TestLoop()
        let counts = try await test.on { loop -> (before: Int, after: Int) in
            let before = loop.timers.count
            // A later timer does not keep the earlier ones.
            let late = loop.schedule(at: .max) {}
            let early = loop.schedule(at: MonotonicClock.now() + 60_000_000_000) {}
            var alarm = loop.schedule(at: .max) {}
            for step in 0..<100_000 as Range<Int64> {
                alarm.cancel()
                alarm = loop.schedule(at: MonotonicClock.now() + 12_000_000_000 + step) {}
            }
            #expect(loop.timers.count == before + 3)
            for timer in [late, early, alarm] { timer.cancel() }
            return (before, loop.timers.count)
        }
        #expect(counts.before == counts.after)
    }

    @Test("ten thousand timers wait at the same time, and each fires")
    func tenThousandTimersWaitAt() async throws {
        let test = try TestLoop()
        let count = 10_000
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        let fired = Shared(0)
        try await test.on { loop in
            let start = MonotonicClock.now()
            for step in 0..<count {
                loop.schedule(at: start + Int64((step * 7919) % count) * 1000) {
                    let all = fired.withLock { number in
                        number += 1
                        return number
                    }
                    if all == count { continuation.finish() }
                }
            }
            #expect(loop.timers.count == count)
        }
        for await _ in stream {}
        #expect(fired.withLock { $0 } == count)
    }

    @Test("a timer that always resets itself for the past does not starve others")
    func aTimerThatAlwaysSets()
        async throws
    {
        let test = try TestLoop()
        let again = Shared<(@Sendable () -> Void)?>(nil)
        try await test.on { [loop = test.loop] _ in
            let body: @Sendable () -> Void = {
                loop.schedule(at: .min) { again.withLock { $0 }?() }
            }
            again.withLock { $0 = body }
            body()
        }
        for _ in 0..<100 { try await test.on { _ in } }
        again.withLock { $0 = nil }
    }

    @Test(
        "every time is accepted, and a far one does not fire",
        arguments: [Int64.min, .min + 1, -1, 0, 1, 1 << 31, 1 << 53, .max - 1, .max] as [Int64])
    func everyMomentIsTakenAnd(moment: Int64) async throws {
        let test = try TestLoop()
        let (stream, continuation) = AsyncStream<Int>.makeStream()
        try await test.on { loop in
            loop.schedule(at: moment) { continuation.yield(1) }
            loop.schedule(at: MonotonicClock.now() + 1_000_000) {
                continuation.yield(2)
                continuation.finish()
            }
        }
        var order: [Int] = []
        for await name in stream { order.append(name) }
        #expect(order == (moment <= MonotonicClock.now() ? [1, 2] : [2]))
    }

    @Test("cancelling a timer after its loop has ended does no harm")
    func aTimerTakenBackAfter() async throws {
        var timer: LoopTimer?
        do {
            let test = try TestLoop()
            timer = try await test.on { $0.schedule(at: .max) { Issue.record("it fired") } }
        }
        timer?.cancel()
    }
}
