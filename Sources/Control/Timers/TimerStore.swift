internal import Linux
internal import ModelTypes

/// A folder that keeps small files through a loss of power.
package protocol TimerFolder: Sendable {
    /// The content of a file; nil when there is none.
    func read(_ name: String) throws -> [UInt8]?
    /// Replaces a file; when this returns, the content outlasts a loss of power.
    func write(_ name: String, _ bytes: [UInt8]) throws
    /// Removes what earlier writes left behind when the power went.
    func tidy(_ names: [String])
}

/// A folder of the disk.
package struct DiskFolder: TimerFolder {
    /// A longer file is none of ours (bytes): 64 items with the longest names are a third of it.
    private static let limitBytes = 256 << 10
    private let path: String

    /// A folder by its path; it is made when something is written.
    package init(path: String) { self.path = path }

    package func read(_ name: String) throws -> [UInt8]? {
        let file = "\(path)/\(name)"
        return Files.exists(file) ? try Files.read(file, limitBytes: Self.limitBytes) : nil
    }

    package func write(_ name: String, _ bytes: [UInt8]) throws {
        try Files.makeDirectory(path, mode: 0o700)
        try Files.writeAtomically("\(path)/\(name)", bytes, mode: 0o600)
    }

    package func tidy(_ names: [String]) {
        guard let found = try? Files.list(path) else { return }
        for file in found where names.contains(where: { file.hasPrefix("\($0).") }) {
            try? Files.remove("\(path)/\(file)")
        }
    }
}

/// Keeps the list of timers through restarts, crashes and power cuts.
///
/// Two files take turns, each with a running number and a checksum, so that the list before the
/// last write is there until the next: whatever a power cut, or a worn card, does to one of them,
/// the other is whole. A write has returned before anybody is told that something is kept.
package struct TimerStore: Sendable {
    private static let names = ["timers.a", "timers.b"]

    private let folder: any TimerFolder
    private var generation: Int64 = 0
    /// Which file has the newest list.
    private var newest = 1

    /// A store in a folder, to be opened first.
    package init(folder: any TimerFolder) { self.folder = folder }

    /// Reads the newest list that is whole; `troubles` says what could not be read.
    package mutating func open() -> (list: TimerList, troubles: [String]) {
        folder.tidy(Self.names)
        var troubles: [String] = []
        var best: TimerList?
        for (index, name) in Self.names.enumerated() {
            do {
                guard let bytes = try folder.read(name) else { continue }
                let found = try Self.read(bytes)
                if found.unread > 0 {
                    troubles.append("\(name): \(found.unread) entries are unreadable")
                }
                guard best == nil || found.generation > generation else { continue }
                best = found.list
                generation = found.generation
                newest = index
            } catch {
                troubles.append("\(name): \(error)")
            }
        }
        return (best ?? TimerList(), troubles)
    }

    /// Keeps a list; when this returns, it outlasts a loss of power.
    package mutating func save(_ list: TimerList) throws {
        // Counted also when it fails, since it may be on the disk all the same.
        generation += 1
        let target = 1 - newest
        try folder.write(Self.names[target], Self.bytes(of: list, generation))
        newest = target
    }

    // MARK: - The format

    /// Why a file is none.
    private enum Damage: Error, CustomStringConvertible {
        case checksum
        case format

        var description: String {
            switch self {
            case .checksum: "damaged, as by a power cut; the list before it is used"
            case .format: "not of a format that this version reads"
            }
        }
    }

    private static func bytes(of list: TimerList, _ generation: Int64) -> [UInt8] {
        let body = JSONValue.object(["generation": .int(generation), "list": list.json]).serialized
        return Array("\(body)\n\(checksum(Array(body.utf8)))\n".utf8)
    }

    private static func read(
        _ bytes: [UInt8]
    ) throws -> (list: TimerList, generation: Int64, unread: Int) {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.count == 3, lines[2].isEmpty,
            String(decoding: lines[1], as: UTF8.self) == checksum(Array(lines[0]))
        else { throw Damage.checksum }
        guard let json = try? JSONValue(parsing: Array(lines[0])),
            let generation = json["generation"]?.int,
            let found = json["list"].flatMap(TimerList.read)
        else { throw Damage.format }
        return (found.list, generation, found.unread)
    }

    /// FNV-1a, 64 bits: against chance, not against people.
    private static func checksum(_ bytes: [UInt8]) -> String {
        let hash = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { hash, byte in
            (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        return String(hash, radix: 16)
    }
}
