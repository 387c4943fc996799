internal import Linux
package import Store
internal import WireCodec

/// The log of the tools' calls, as a file of JSON lines; the older half is in a second file.
///
/// ## Concurrency
/// An actor with its own thread, so that everything else continues while the disk is slow.
package actor AuditLog: AuditPort {
    private let thread = DiskThread(name: "audit")
    private let disk: any StateDisk
    private let name: String
    private let limitBytes: Int
    private let onTrouble: @Sendable (String) -> Void
    private var isInTrouble = false

    /// A log in a file of the store's folder, and an older one beside it with the suffix ".1".
    ///
    /// Together they take at most `limitBytes`. `onTrouble` is called when the log cannot be
    /// written.
    package init(
        disk: any StateDisk, name: String = KeptLines.auditName, limitBytes: Int,
        onTrouble: @escaping @Sendable (String) -> Void
    ) {
        self.disk = disk
        self.name = name
        self.limitBytes = limitBytes
        self.onTrouble = onTrouble
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        thread.asUnownedSerialExecutor()
    }

    package func record(_ entry: AuditEntry) async {
        let time = WallClock.localTime(at: WallClock.now()).iso8601
        let line = Array((entry.json(time: time).serialized + "\n").utf8)
        do {
            let size = disk.size(name)
            if size > 0, size + line.count > limitBytes / 2 {
                try disk.rename(name, to: name + ".1")
            }
            try disk.append(name, line, isLasting: false)
            isInTrouble = false
        } catch {
            if !isInTrouble { onTrouble("the audit log of the tools cannot be written: \(error)") }
            isInTrouble = true
        }
    }
}

extension AuditEntry {
    /// Longer texts of failures are cut (characters).
    private static let textLimit = 300

    func json(time: String) -> JSONValue {
        var json: JSONObject = [
            "time": .string(time), "conversation": .int(Int64(conversation)),
            "call": .string(String(id.prefix(Self.textLimit))),
            "tool": .string(String(tool.prefix(Self.textLimit))), "arguments": arguments,
        ]
        json["risk"] = risk.map { .string($0.rawValue) }
        switch decision {
        case .allowed: json["decision"] = "allowed"
        case .confirmed(.button): json["decision"] = "confirmed by button"
        case .confirmed(.phrase): json["decision"] = "confirmed by phrase"
        case .confirmed(.pin): json["decision"] = "confirmed by pin"
        case .refused(let reason):
            json["decision"] = "refused"
            json["reason"] = .string(String(reason.prefix(Self.textLimit)))
        }
        switch result {
        case .done: json["result"] = "done"
        case .cancelled: json["result"] = "cancelled"
        case .nothing: json["result"] = "nothing"
        case .failed(let text):
            json["result"] = "failed"
            json["reason"] = .string(String(text.prefix(Self.textLimit)))
        }
        json["milliseconds"] = .double((milliseconds * 1000).rounded() / 1000)
        return .object(json)
    }
}
