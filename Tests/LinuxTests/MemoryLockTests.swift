import CAllocationCounter
import Glibc
import Linux
import Testing

/// In child processes, since a lock lasts for a process's whole life.
@Suite(
    "Memory lock",
    .enabled(
        if: martlet_allocations_counted() != 0, "a sanitizer locks no memory, whoever asks"))
struct MemoryLockTests {
    /// The child's result, in its exit status.
    private enum Outcome {
        static let locked: Int32 = 10
        static let refused: Int32 = 11
        static let other: Int32 = 12
        static let letGo: Int32 = 13
    }

    /// Locks, and ends the process with the result.
    private static func lockAndExit() -> Never {
        do throws(SystemError) {
            try MemoryLock.lockAll()
            _exit(lockedKilobytes() > 0 ? Outcome.locked : Outcome.other)
        } catch {
            _exit(error.code == EPERM && lockedKilobytes() == 0 ? Outcome.refused : Outcome.other)
        }
    }

    private static func lockedKilobytes() -> Int { kilobytes("VmLck:") }

    /// A line of the process's status, in KiB; -1 if there is none.
    private static func kilobytes(_ name: String) -> Int {
        let status = (try? Files.read("/proc/self/status", limitBytes: 1 << 16)) ?? []
        let lines = String(decoding: status, as: UTF8.self).split(separator: "\n")
        let words = lines.first { $0.hasPrefix(name) }?.split { !$0.isNumber }
        return words?.first.flatMap { Int($0) } ?? -1
    }

    /// Uses code and heap, releases them, uses them again, and ends the process with the result.
    private static func letGoAndExit() -> Never {
        func words() -> String { (1...2000).map { "\($0) \($0 * 7)" }.joined() }
        let once = words()
        let before = kilobytes("RssFile:")
        MemoryLock.releaseStartupPages()
        let after = kilobytes("RssFile:")
        let isSame = words() == once && (try? Files.read("/nowhere/at/all", limitBytes: 1)) == nil
        _exit(after >= 0 && after < before && isSame ? Outcome.letGo : Outcome.other)
    }

    @Test("memory that only the start used is given back, and reads as before when used again")
    func letGo() {
        let status = martlet_ends({ _ in MemoryLockTests.letGoAndExit() }, nil, STDERR_FILENO)
        #expect(status == Outcome.letGo)
    }

    @Test("memory is locked where the system allows it, and else nothing changes")
    func granted() {
        let status = martlet_ends({ _ in MemoryLockTests.lockAndExit() }, nil, STDERR_FILENO)
        #expect([Outcome.locked, Outcome.refused].contains(status))
    }

    @Test("under a limit nothing is locked, because later allocations would fail")
    func limited() {
        let status = martlet_ends(
            { _ in
                var limit = rlimit(rlim_cur: 1 << 16, rlim_max: 1 << 16)
                setrlimit(__rlimit_resource_t(__RLIMIT_MEMLOCK.rawValue), &limit)
                _ = setuid(65_534)
                MemoryLockTests.lockAndExit()
            }, nil, STDERR_FILENO)
        #expect(status == Outcome.refused)
    }
}
