package import Linux
internal import Store
internal import Synchronization

/// A folder in memory that records what a power cut would leave at every moment of every write, and
/// that fails like a disk.
package final class MemoryDisk: StateDisk {
    /// The errno values of failing calls, by file, or by "" for every file.
    package struct Faults: Sendable {
        /// Calls that read.
        package var reading: [String: Int32] = [:]
        /// Calls that write, add, rename or remove.
        package var writing: [String: Int32] = [:]

        /// No faults.
        package init() {}
    }

    private struct State: Sendable {
        var files: [String: [UInt8]]
        var cuts: [[String: [UInt8]]] = []
        var faults = Faults()
        var writes = 0
    }

    private let state: Mutex<State>

    /// A folder with these files.
    package init(_ files: [String: [UInt8]] = [:]) { state = Mutex(State(files: files)) }

    /// Its files.
    package var files: [String: [UInt8]] {
        get { state.withLock { $0.files } }
        set { state.withLock { $0.files = newValue } }
    }

    /// Its faults from now on.
    package var faults: Faults {
        get { state.withLock { $0.faults } }
        set { state.withLock { $0.faults = newValue } }
    }

    /// How often a file was replaced or appended to.
    package var writes: Int { state.withLock { $0.writes } }

    /// The files that each power cut would have left, since the last call.
    package func takeCuts() -> [[String: [UInt8]]] {
        state.withLock { state in
            defer { state.cuts = [] }
            return state.cuts
        }
    }

    package func read(_ name: String, limitBytes: Int) throws(SystemError) -> [UInt8]? {
        try state.withLock { (state) throws(SystemError) in
            try Self.check(state.faults.reading, "read", name)
            guard let bytes = state.files[name] else { return nil }
            guard bytes.count <= limitBytes else {
                throw SystemError(call: "read \(name)", code: 27)
            }
            return bytes
        }
    }

    package func write(_ name: String, _ bytes: [UInt8]) throws(SystemError) {
        try change("write", name) { state in
            // Before it; a name whose content did not reach the disk, or only in part; after it.
            state.cuts.append(state.files)
            for length in [0, 1, bytes.count / 2, max(0, bytes.count - 2)] {
                state.cuts.append(state.files)
                state.cuts[state.cuts.count - 1][name] = Array(bytes.prefix(length))
            }
            state.files[name] = bytes
            state.cuts.append(state.files)
            state.writes += 1
        }
    }

    package func append(
        _ name: String, _ bytes: [UInt8], isLasting: Bool
    ) throws(SystemError) {
        try change("append", name) { state in
            state.files[name, default: []] += bytes
            state.writes += 1
        }
    }

    package func size(_ name: String) -> Int { state.withLock { $0.files[name]?.count ?? 0 } }

    package func rename(_ name: String, to other: String) throws(SystemError) {
        try change("rename", name) { $0.files[other] = $0.files.removeValue(forKey: name) }
    }

    package func remove(_ name: String) throws(SystemError) {
        try change("remove", name) { $0.files[name] = nil }
    }

    package func names() throws(SystemError) -> [String] {
        try state.withLock { (state) throws(SystemError) in
            try Self.check(state.faults.reading, "opendir", "")
            return state.files.keys.sorted()
        }
    }

    private func change(
        _ call: String, _ name: String, _ body: (inout State) -> Void
    ) throws(SystemError) {
        try state.withLock { (state) throws(SystemError) in
            try Self.check(state.faults.writing, call, name)
            body(&state)
        }
    }

    private static func check(
        _ faults: [String: Int32], _ call: String, _ name: String
    ) throws(SystemError) {
        guard let code = faults[name] ?? faults[""] else { return }
        throw SystemError(call: "\(call) \(name)", code: code)
    }
}
