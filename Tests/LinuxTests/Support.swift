import Glibc
import Linux

/// A folder for one test, removed with its owner.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = try Files.makeTemporaryDirectory(prefix: "martlet-test")
    }

    deinit {
        try? Files.removeTree(path)
    }
}

/// Waits for a condition that another process or thread brings about; false after a minute.
func eventually(_ condition: @Sendable () -> Bool) async -> Bool {
    let end = MonotonicClock.now(plus: .seconds(60))
    while MonotonicClock.now() < end {
        if condition() { return true }
        poll(nil, 0, 1)
        await Task.yield()
    }
    return condition()
}

/// Whether a process has ended; also true if it was not reaped yet.
func isGone(_ process: Int32) -> Bool {
    guard let state = processFields(String(process))?.first else { return true }
    return state == "Z" || state == "X"
}

/// The fields of /proc/PID/stat from the state on; the name before them may contain any character.
func processFields(_ process: String) -> [String]? {
    guard let bytes = try? Files.read("/proc/\(process)/stat", limitBytes: 4_096) else {
        return nil
    }
    let text = String(decoding: bytes, as: UTF8.self)
    guard let end = text.lastIndex(of: ")") else { return nil }
    return text[text.index(after: end)...].split(separator: " ").map(String.init)
}
