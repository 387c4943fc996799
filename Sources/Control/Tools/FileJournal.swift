internal import Linux
package import ModelTypes

/// The journal of calls as a file of JSON lines.
///
/// A line tells that a call is about to be executed, and is on the disk before it is; another
/// gives its answer. When the file has grown, the calls of the latest lines are written anew in
/// one step. What a power cut left of a line is passed over.
///
/// ## Concurrency
/// An actor, so that the runner goes on while the disk is slow.
package actor FileJournal: CallJournal {
    /// The file is written anew beyond this (bytes).
    private static let limitBytes = 128 * 1024
    /// Calls that are kept then.
    private static let keptCalls = 128
    /// Longer answers are not kept (bytes).
    private static let answerBytes = 2 * 1024
    private static let mode: UInt32 = 0o600

    private struct Record {
        var call: JournalledCall
        var state: RecalledCalls.State
    }

    private let path: String
    private let onTrouble: @Sendable (String) -> Void
    private var records: [Record] = []
    private var file: AppendedFile?
    /// Trouble is told once, until there is none.
    private var isInTrouble = false

    /// A journal in a file, whose folder exists; `onTrouble` is told when it cannot be kept.
    package init(path: String, onTrouble: @escaping @Sendable (String) -> Void) {
        self.path = path
        self.onTrouble = onTrouble
    }

    package func recall() async -> RecalledCalls {
        do {
            if Files.exists(path) {
                // Twice, since what is added before it is seen to be too long comes on top.
                read(try Files.read(path, limitBytes: 2 * Self.limitBytes))
            }
            // Also mends a last line that was cut.
            try compact()
        } catch {
            tell(error)
        }
        return RecalledCalls(
            conversation: records.map(\.call.conversation).max() ?? 0,
            calls: records.map { ($0.call, $0.state) })
    }

    package func begin(_ call: JournalledCall) async throws {
        do {
            let file = try file ?? open()
            try file.append(Self.line(Record(call: call, state: .begun)))
            try file.synchronize()
            records.append(Record(call: call, state: .begun))
            isInTrouble = false
            if file.size > Self.limitBytes { try compact() }
        } catch {
            tell(error)
            throw error
        }
    }

    package func finish(_ call: JournalledCall, _ answer: FunctionResponse) async {
        let isKept = answer.response.serialized.utf8.count <= Self.answerBytes
        let record = Record(call: call, state: .answered(isKept ? answer : nil))
        if let index = records.lastIndex(where: { $0.call == call }) { records[index] = record }
        do {
            // Not synchronized: a call that was begun and has no answer is not repeated either.
            try (file ?? open()).append(Self.line(record))
        } catch {
            tell(error)
        }
    }

    // MARK: - The file

    private func open() throws(SystemError) -> AppendedFile {
        let opened = try AppendedFile(path, mode: Self.mode)
        file = opened
        return opened
    }

    private func compact() throws {
        records = Array(records.suffix(Self.keptCalls))
        let bytes = records.flatMap(Self.line)
        try Files.writeAtomically(path, bytes, mode: Self.mode)
        file = nil
        _ = try open()
    }

    private func read(_ bytes: [UInt8]) {
        var found: [JournalledCall: Int] = [:]
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            guard let json = try? JSONValue(parsing: Array(line)), let record = Self.record(json)
            else { continue }
            if let index = found[record.call] {
                records[index] = record
            } else {
                found[record.call] = records.count
                records.append(record)
            }
        }
    }

    private static func line(_ record: Record) -> [UInt8] {
        var json: JSONObject = [
            "conversation": .int(Int64(record.call.conversation)), "id": .string(record.call.id),
            "tool": .string(record.call.tool),
        ]
        if case .answered(let answer) = record.state {
            json["answer"] = answer?.response ?? .null
        }
        return Array((JSONValue.object(json).serialized + "\n").utf8)
    }

    private static func record(_ json: JSONValue) -> Record? {
        guard let conversation = json["conversation"]?.int, let id = json["id"]?.string,
            let tool = json["tool"]?.string
        else { return nil }
        let call = JournalledCall(conversation: Int(conversation), id: id, tool: tool)
        guard let answer = json["answer"] else { return Record(call: call, state: .begun) }
        let response = answer.object.map { _ in
            FunctionResponse(id: id, name: tool, response: answer)
        }
        return Record(call: call, state: .answered(response))
    }

    private func tell(_ error: any Error) {
        file = nil
        guard !isInTrouble else { return }
        isInTrouble = true
        onTrouble("the journal of tool calls cannot be kept: \(error)")
    }
}
