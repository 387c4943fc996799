import Synchronization
import Testing

@testable import Linux

/// Blocking work outside Swift's pool.
@Suite(.timeLimit(.minutes(5)))
struct DiskThreadTests {
    /// Holds a number, on a thread of its own.
    private actor Keeper {
        private let disk = DiskThread(name: "keeper")
        private var numbers: [Int] = []

        nonisolated var unownedExecutor: UnownedSerialExecutor { disk.asUnownedSerialExecutor() }

        func add(_ number: Int) { numbers.append(number) }
        func all() -> [Int] { numbers }
        func wait(for gate: Gate) { gate.wait() }
    }

    /// Opens once; a waiting caller blocks its thread.
    private final class Gate: Sendable {
        private let event: EventFD

        init() throws { event = try EventFD() }

        func open() { event.signal() }
        func wait() { _ = event.wait(timeoutMilliseconds: -1) }
    }

    /// More than any machine's pool has threads.
    private static let many = 200

    @Test("the pool keeps working while more actors wait for a disk than it has threads")
    func thePoolGoesOnWhile() async throws {
        let gates = try (0..<Self.many).map { _ in try Gate() }
        let keepers = gates.map { _ in Keeper() }
        let waiting = zip(keepers, gates).map { keeper, gate in
            Task { await keeper.wait(for: gate) }
        }
        // A task of the pool, added after all those.
        await Task.detached {}.value
        let disk = DiskThread(name: "more")
        #expect(await disk.run { 7 } == 7)
        for gate in gates { gate.open() }
        for task in waiting { await task.value }
    }

    @Test("work is done in order of arrival, even where the thread ends in between")
    func workIsDoneInOrder() async {
        let disk = DiskThread(name: "ordered")
        let seen = Mutex<[Int]>([])
        for number in 0..<1000 { disk.perform { [number] in seen.withLock { $0.append(number) } } }
        await disk.run {}
        for number in 1000..<1100 {
            await disk.run { seen.withLock { $0.append(number) } }
        }
        #expect(seen.withLock { $0 } == Array(0..<1100))
        let keeper = Keeper()
        for number in 0..<100 { await keeper.add(number) }
        #expect(await keeper.all() == Array(0..<100))
    }

    @Test("an error is returned unchanged, and the thread goes on")
    func anErrorComesBack() async {
        let disk = DiskThread(name: "failing")
        await #expect(throws: SystemError(call: "write", code: 28)) {
            try await disk.run { () throws(SystemError) in
                throw SystemError(call: "write", code: 28)
            }
        }
        #expect(await disk.run { 1 } == 1)
    }

    @Test("its owner may be released while work waits; the work is still done, and nothing is left")
    func itsOwnerMayGo() async throws {
        let gate = try Gate()
        weak var left: Keeper?
        weak var thread: DiskThread?
        let task: Task<[Int], Never>
        do {
            let keeper = Keeper()
            left = keeper
            task = Task {
                await keeper.wait(for: gate)
                await keeper.add(3)
                return await keeper.all()
            }
            let disk = DiskThread(name: "left")
            thread = disk
            disk.perform { gate.open() }
        }
        #expect(await task.value == [3])
        // The thread releases both a moment after its last work.
        while left != nil || thread != nil { await Task.yield() }
    }
}
