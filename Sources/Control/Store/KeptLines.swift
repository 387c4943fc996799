internal import Linux
internal import Synchronization
package import WireCodec

/// JSON values that outlast the program, one per line with its checksum, appended at the end.
///
/// A last line that a power cut left incomplete is skipped and reported. Lines that are missing
/// entirely at the end cannot be distinguished from lines that never existed.
///
/// ## Concurrency
/// From any thread but the loop's and the real-time ones: every call may block on the disk.
package final class KeptLines: Sendable {
    /// The journal of the tools' calls.
    package static let journalName = "tool-calls.jsonl"
    /// The audit log of the tools.
    package static let auditName = "tool-audit.jsonl"

    private struct State: Sendable {
        var isRead = false
        var obstacle: String?
        /// The last line may be incomplete.
        var isCut = false
        /// Lines were lost during this run.
        var isIncomplete = false
    }

    /// The file's name; the owner sees it on the disk.
    package let name: String
    private let disk: any StateDisk
    private let limitBytes: Int
    private let report: @Sendable (String) -> Void
    private let state = Mutex(State())

    /// The lines of a file; a file longer than `limitBytes` was not written by us.
    init(
        name: String, disk: any StateDisk, limitBytes: Int,
        report: @escaping @Sendable (String) -> Void
    ) {
        self.name = name
        self.disk = disk
        self.limitBytes = limitBytes
        self.report = report
    }

    /// The file's length (bytes).
    package var size: Int { disk.size(name) }

    /// Whether lines were lost, or cannot be read, as far as is known in this run.
    package var isIncomplete: Bool {
        state.withLock { $0.isIncomplete || $0.obstacle != nil }
    }

    /// All intact lines, oldest first; missing ones are reported, and a damaged file is set aside.
    ///
    /// Throws `StoreError.unreadable`; nothing can be written until it can be read.
    package func read() throws -> [JSONValue] {
        try state.withLock { try read(&$0) }
    }

    /// Appends a line; with `isLasting` it outlasts a power cut when this returns.
    package func append(_ value: JSONValue, isLasting: Bool) throws {
        try state.withLock { state in
            if !state.isRead { _ = try read(&state) }
            if let obstacle = state.obstacle { throw StoreError.unreadable(obstacle) }
            // An incomplete line must not swallow the next one.
            let head: [UInt8] = state.isCut ? [UInt8(ascii: "\n")] : []
            do {
                try disk.append(name, head + Self.line(value), isLasting: isLasting)
            } catch {
                state.isCut = true
                throw error
            }
            state.isCut = false
        }
    }

    /// Replaces all lines by these.
    package func replace(_ values: [JSONValue]) throws {
        try state.withLock { state in
            if !state.isRead { _ = try read(&state) }
            if let obstacle = state.obstacle { throw StoreError.unreadable(obstacle) }
            try disk.write(name, values.flatMap(Self.line))
            state.isCut = false
        }
    }

    private func read(_ state: inout State) throws -> [JSONValue] {
        state.isRead = true
        let bytes: [UInt8]
        do throws(SystemError) {
            guard let found = try disk.read(name, limitBytes: limitBytes) else {
                state.obstacle = nil
                if let text = suspect {
                    state.isIncomplete = true
                    report(text)
                }
                return []
            }
            bytes = found
        } catch {
            guard error.isTooLarge else {
                state.obstacle = "\(error)"
                throw StoreError.unreadable("\(error)")
            }
            setAside("\(name) is longer than \(limitBytes) bytes", &state)
            return []
        }
        state.obstacle = nil
        return lines(bytes, &state)
    }

    private func lines(_ bytes: [UInt8], _ state: inout State) -> [JSONValue] {
        let end = UInt8(ascii: "\n")
        var pieces = bytes.split(separator: end, omittingEmptySubsequences: true)
        let isCut = bytes.last.map { $0 != end } ?? false
        let values = pieces.compactMap(Self.value)
        var damaged = pieces.count - values.count
        if isCut, let last = pieces.popLast(), Self.value(last) == nil { damaged -= 1 }
        state.isCut = isCut
        // A file without a single intact line may not be ours.
        if damaged > 0 || (isCut && values.isEmpty) {
            setAside("\(max(1, damaged)) lines of \(name) are damaged", &state)
            guard state.obstacle == nil else { return values }
            do throws(SystemError) {
                try disk.write(name, values.flatMap(Self.line))
            } catch {
                state.obstacle = "\(error)"
            }
        } else if isCut {
            report(
                "the last line of \(name) is incomplete, perhaps after a power cut; it is lost")
        }
        return values
    }

    private func setAside(_ what: String, _ state: inout State) {
        guard let place = SetAside(disk: disk).keep(name) else {
            state.obstacle = "\(what), and it cannot be set aside"
            return report("\(what); it cannot be set aside, and is not overwritten")
        }
        state.isCut = false
        state.isIncomplete = true
        report("\(what) and lost; the file is set aside as \(place)")
    }

    private var suspect: String? {
        let other = CrashGuard.suspect(name)
        guard ((try? disk.names()) ?? []).contains(other) else { return nil }
        return "\(name) is set aside as \(other): the program crashed twice with it"
    }

    // MARK: - The format

    private static func line(_ value: JSONValue) -> [UInt8] {
        let text = value.serialized
        return Array("\(text)\t\(Checksum.text(of: text.utf8))\n".utf8)
    }

    /// A line's value; nil for an invalid line.
    ///
    /// Earlier versions had no checksums.
    private static func value(_ line: ArraySlice<UInt8>) -> JSONValue? {
        let parts = line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
        guard parts.count <= 2, let text = parts.first,
            parts.count == 1 || String(decoding: parts[1], as: UTF8.self) == Checksum.text(of: text)
        else { return nil }
        return try? JSONValue(parsing: Array(text))
    }
}
