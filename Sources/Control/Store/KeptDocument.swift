internal import Linux
internal import Synchronization
package import WireCodec

/// One JSON value that outlasts restarts, crashes and power cuts.
///
/// Two files are written in turn, each with a generation number and a checksum, so that the
/// previous value exists until the next write: whatever a power cut, or a worn card, does to one of
/// them, the other is intact.
///
/// ## Concurrency
/// From any thread but the loop's and the real-time ones: every call may block on the disk.
package final class KeptDocument: Sendable {
    /// The content on the disk.
    package enum Content: Sendable, Equatable {
        /// Nothing was ever stored.
        case absent
        /// The newest intact value; `loss` says what is missing that may have been newer.
        case value(JSONValue, loss: String?)
        /// A value existed and is unusable; the files are set aside. In words for the owner.
        case lost(String)
        /// A value exists and cannot be read now; nothing is written until `read` has succeeded.
        case unreadable(String)
    }

    /// A generation beyond this was not written by us.
    private static let highestGeneration: Int64 = 1 << 53

    private struct State: Sendable {
        var isRead = false
        var generation: Int64 = 0
        /// The index of the file with the newest value.
        var newest = 1
        /// Why nothing may be written.
        var obstacle: String?
        /// The value is still in the file of an earlier version.
        var hasEarlier = false
    }

    /// Its name; the owner sees it on the disk.
    package let name: String
    private let files: [String]
    private let disk: any StateDisk
    private let limitBytes: Int
    private let earlier: String?
    private let report: @Sendable (String) -> Void
    private let state = Mutex(State())

    /// A document in a folder, of at most `limitBytes`; `report` takes words for the owner.
    ///
    /// `earlier` is the file of plain JSON that an earlier version used: it is read while there is
    /// nothing else, and removed with the first write.
    package init(
        name: String, disk: any StateDisk, limitBytes: Int, earlier: String? = nil,
        report: @escaping @Sendable (String) -> Void
    ) {
        self.earlier = earlier
        self.name = name
        files = Self.files(of: name)
        self.disk = disk
        self.limitBytes = limitBytes
        self.report = report
    }

    /// The two files of a document.
    static func files(of name: String) -> [String] { ["\(name).a", "\(name).b"] }

    /// Whether nothing can be written now, because the disk has an unreadable value.
    package var isBlocked: Bool { state.withLock { $0.obstacle != nil } }

    /// Reads the present value; must be called before anything is written, and again after
    /// `.unreadable`.
    package func read() -> Content {
        state.withLock { read(&$0) }
    }

    /// Stores a value; when this returns, it outlasts a power cut.
    ///
    /// Throws `StoreError`, or the disk's `SystemError`; the previous value is then still stored.
    package func write(_ value: JSONValue) throws {
        try state.withLock { state in
            // A value that was never read must not be overwritten.
            if !state.isRead { _ = read(&state) }
            if let obstacle = state.obstacle { throw StoreError.unreadable(obstacle) }
            let target = 1 - state.newest
            let bytes = Self.bytes(of: value, state.generation + 1)
            guard bytes.count <= limitBytes else {
                throw StoreError.tooLong(name: name, bytes: bytes.count, limit: limitBytes)
            }
            // After a failure it may still be on the disk: the next write goes to the same file.
            try disk.write(files[target], bytes)
            state.generation += 1
            state.newest = target
            if state.hasEarlier, let earlier {
                try? disk.remove(earlier)
                state.hasEarlier = false
            }
        }
    }

    // MARK: - Reading

    private func read(_ state: inout State) -> Content {
        var best: (value: JSONValue, generation: Int64, file: Int)?
        var damaged: [String] = []
        var hidden: [String] = []
        var missing: [String] = []
        for (index, file) in files.enumerated() {
            do throws(SystemError) {
                guard let bytes = try disk.read(file, limitBytes: limitBytes) else {
                    missing.append(file)
                    continue
                }
                guard let found = Self.parse(bytes) else {
                    damaged.append(file)
                    continue
                }
                guard best.map({ found.generation > $0.generation }) ?? true else { continue }
                best = (found.value, found.generation, index)
            } catch {
                if error.isTooLarge { damaged.append(file) } else { hidden.append("\(error)") }
            }
        }
        state.isRead = true
        state.obstacle = hidden.isEmpty ? nil : hidden.joined(separator: "; ")
        state.generation = max(state.generation, best?.generation ?? 0)
        if let best { state.newest = best.file }
        if best == nil, damaged.isEmpty, hidden.isEmpty, let found = readEarlier(&state) {
            return found
        }
        // The first write makes one file; from the second write on there are two.
        let isOneMissing = !missing.isEmpty && (best?.generation ?? 0) > 1
        if damaged.isEmpty, hidden.isEmpty, isOneMissing, let best {
            let text =
                "\(name): \(missing.joined()) is missing; the other of its two files is used, "
                + "and the latest change may be missing"
            report(text)
            return .value(best.value, loss: text)
        }
        return content(best?.value, damaged, state.obstacle)
    }

    /// The value of an earlier version; nil when there is none.
    private func readEarlier(_ state: inout State) -> Content? {
        guard let earlier else { return nil }
        do throws(SystemError) {
            guard let bytes = try disk.read(earlier, limitBytes: limitBytes) else { return nil }
            state.hasEarlier = true
            if let value = try? JSONValue(parsing: bytes) { return .value(value, loss: nil) }
        } catch {
            guard error.isTooLarge else {
                state.obstacle = "\(error)"
                return content(nil, [], state.obstacle)
            }
        }
        state.hasEarlier = false
        return content(nil, [earlier], nil)
    }

    private func content(
        _ value: JSONValue?, _ damaged: [String], _ obstacle: String?
    ) -> Content {
        if let obstacle {
            let text = "\(name): \(StoreError.unreadable(obstacle))"
            report(text)
            return value.map { Content.value($0, loss: text) } ?? .unreadable(obstacle)
        }
        guard !damaged.isEmpty else {
            if let value { return .value(value, loss: nil) }
            return suspects.map { Content.lost($0) } ?? .absent
        }
        let aside = SetAside(disk: disk)
        let places = damaged.map { aside.keep($0) ?? "\($0), which cannot be renamed" }
            .joined(separator: " and ")
        let text =
            value == nil
            ? "\(name): the stored value is damaged (a power cut?) and lost; it is set aside as "
                + places
            : "\(name): one of its two files is damaged (a power cut?) and set aside as "
                + "\(places); the other is used, and the latest change may be missing"
        report(text)
        return value.map { Content.value($0, loss: text) } ?? .lost(text)
    }

    /// The report on a value that was set aside because it may have ended the program.
    private var suspects: String? {
        let names = (try? disk.names()) ?? []
        let found = files.map(CrashGuard.suspect).filter(names.contains)
        guard !found.isEmpty else { return nil }
        return "\(name): the stored value is set aside as \(found.joined(separator: " and ")): "
            + "the program crashed twice with it"
    }

    // MARK: - The format

    /// A line of JSON, and a line with its checksum.
    private static func bytes(of value: JSONValue, _ generation: Int64) -> [UInt8] {
        let body = JSONValue.object(["generation": .int(generation), "value": value]).serialized
        return Array("\(body)\n\(Checksum.text(of: body.utf8))\n".utf8)
    }

    private static func parse(_ bytes: [UInt8]) -> (value: JSONValue, generation: Int64)? {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.count == 3, lines[2].isEmpty,
            String(decoding: lines[1], as: UTF8.self) == Checksum.text(of: lines[0]),
            let json = try? JSONValue(parsing: Array(lines[0])),
            let generation = json["generation"]?.int,
            (0...highestGeneration).contains(generation),
            // Earlier versions stored timers under another name.
            let value = json["value"] ?? json["list"]
        else { return nil }
        return (value, generation)
    }
}
