internal import Linux
package import ModelTypes
package import Store
internal import WireCodec

/// The journal of calls as lines of the store.
///
/// One line says that a call is about to be executed, and is on the disk before the execution;
/// another has the call's answer. When the file has grown, the latest calls are rewritten in one
/// step. A line that a power cut left incomplete is skipped; a damaged file is set aside and
/// reported by the store, because calls that are no longer known may be executed twice.
///
/// ## Concurrency
/// An actor with its own thread, so that everything else continues while the disk is slow.
package actor FileJournal: CallJournal {
    /// Beyond this size the file is rewritten (bytes).
    private static let limitBytes = 128 * 1024
    /// The calls that are kept then.
    private static let keptCalls = 128
    /// Longer answers are not kept (bytes).
    private static let answerBytes = 2 * 1024
    /// A call with a longer id (bytes) is not recorded, and so not executed where that matters: the
    /// service's own ids have some tens of bytes.
    private static let idBytes = 1024
    /// Conversations count from 1; a higher number was not written by us.
    private static let highestConversation: Int64 = 1_000_000_000

    private struct Record {
        var call: JournalledCall
        var state: RecalledCalls.State
    }

    private let thread = DiskThread(name: "journal")
    private let lines: KeptLines
    private let onTrouble: @Sendable (String) -> Void
    private var records: [Record] = []
    /// A fault is reported once until it is over.
    private var isInTrouble = false

    /// A journal in these lines; `onTrouble` is called when it cannot be written.
    package init(lines: KeptLines, onTrouble: @escaping @Sendable (String) -> Void) {
        self.lines = lines
        self.onTrouble = onTrouble
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        thread.asUnownedSerialExecutor()
    }

    package func recall() async -> RecalledCalls {
        do {
            read(try lines.read())
            // This also repairs a last line that was cut.
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
            guard call.id.utf8.count <= Self.idBytes else {
                throw StoreError.tooLong(
                    name: lines.name, bytes: call.id.utf8.count, limit: Self.idBytes)
            }
            let record = Record(call: call, state: .begun)
            try lines.append(Self.json(record), isLasting: true)
            records.append(record)
            isInTrouble = false
            if lines.size > Self.limitBytes { try compact() }
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
            try lines.append(Self.json(record), isLasting: false)
        } catch {
            tell(error)
        }
    }

    // MARK: - The lines

    private func compact() throws {
        records = Array(records.suffix(Self.keptCalls))
        try lines.replace(records.map(Self.json))
    }

    private func read(_ lines: [JSONValue]) {
        var found: [JournalledCall: Int] = [:]
        for line in lines {
            guard let record = Self.record(line) else { continue }
            if let index = found[record.call] {
                records[index] = record
            } else {
                found[record.call] = records.count
                records.append(record)
            }
        }
    }

    private static func json(_ record: Record) -> JSONValue {
        var json: JSONObject = [
            "conversation": .int(Int64(record.call.conversation)), "id": .string(record.call.id),
            "tool": .string(record.call.tool),
        ]
        if case .answered(let answer) = record.state {
            json["answer"] = answer?.response ?? .null
        }
        return .object(json)
    }

    private static func record(_ json: JSONValue) -> Record? {
        guard let conversation = json["conversation"]?.int, let id = json["id"]?.string,
            (0...highestConversation).contains(conversation), id.utf8.count <= idBytes,
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
        guard !isInTrouble else { return }
        isInTrouble = true
        onTrouble("the journal of tool calls cannot be written: \(error)")
    }
}
