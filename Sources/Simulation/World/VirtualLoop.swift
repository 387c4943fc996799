internal import VoiceSession

/// An executor whose time is virtual: everything happens on the caller's thread, in one order.
///
/// ## Concurrency
/// Used by one thread; actors pinned to it are entered by `assumeIsolated`.
final class VirtualLoop: SerialExecutor, @unchecked Sendable {
    // @unchecked: one thread runs a world and everything in it.

    private struct Entry {
        let at: Int64
        let order: Int
        let body: () -> Void
    }

    /// Nanoseconds since the world began.
    private(set) var now: Int64 = 0
    private var agenda: [Entry] = []
    private var order = 0

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        schedule(at: now) { [unowned self] in
            job.runSynchronously(on: asUnownedSerialExecutor())
        }
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    /// There is one thread, so every caller is on it.
    func checkIsolated() {}

    /// Calls back at a time, after earlier requests for the same time.
    func schedule(at time: Int64, _ body: @escaping () -> Void) {
        order += 1
        let entry = Entry(at: max(time, now), order: order, body: body)
        // Kept sorted, the next one last.
        var low = 0
        var high = agenda.count
        while low < high {
            let middle = (low + high) / 2
            let other = agenda[middle]
            if (other.at, other.order) > (entry.at, entry.order) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        agenda.insert(entry, at: low)
    }

    func after(_ delay: Int64, _ body: @escaping () -> Void) { schedule(at: now + delay, body) }

    /// Drops all pending callbacks, and with them everything that waits for them.
    func clear() { agenda = [] }

    /// More callbacks than this at the same time mean that there is no progress.
    private static let instantLimit = 100_000

    /// Runs everything up to a time; `step` is called after each callback.
    ///
    /// Returns false if time does not advance.
    func run(until end: Int64, step: () -> Bool) -> Bool {
        var things = 0
        while let next = agenda.last, next.at <= end {
            agenda.removeLast()
            things = next.at == now ? things + 1 : 0
            guard things < Self.instantLimit else { return false }
            now = next.at
            next.body()
            guard step() else { return true }
        }
        now = max(now, end)
        return true
    }
}

/// One alarm on the virtual loop, for a run of the program.
final class VirtualAlarm: LoopAlarm, @unchecked Sendable {
    // @unchecked: see `VirtualLoop`.

    private let loop: VirtualLoop
    private let life: Life
    private var generation = 0

    init(loop: VirtualLoop, life: Life) {
        self.loop = loop
        self.life = life
    }

    var now: Int64 { loop.now }

    func setAlarm(_ at: Int64?, _ ring: @escaping @Sendable () -> Void) {
        generation += 1
        guard let at else { return }
        let mine = generation
        loop.schedule(at: at) { [weak self] in
            guard let self, generation == mine, !life.isOver else { return }
            ring()
        }
    }
}

/// A generator whose whole sequence follows from its seed (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
    var state: UInt64

    init(_ seed: UInt64, stream: UInt64 = 0) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 ^ stream &* 0xD1B5_4A32_D192_ED03
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

    /// A time in milliseconds, as nanoseconds.
    mutating func milliseconds(_ range: ClosedRange<Int64>) -> Int64 {
        Int64.random(in: range, using: &self) * 1_000_000
    }
}
