internal import ModelTypes
internal import Tools

/// The calls in progress, by their keys; the only place that answers questions about them.
///
/// The conversation waits for these; what was carried out, across conversations and restarts, is in
/// the runner's `CallLedger`. A call is entered when the session reports it, and is removed with
/// its answer or when it is cancelled. The runner bounds their number: it answers at once the calls
/// that it cannot take.
struct CallBook {
    /// The state of a call.
    enum Standing {
        /// It runs, or waits for its turn or for the user's confirmation, and its answer is
        /// awaited.
        case running
        /// The user took the request back: the call is answered without being run, and nothing
        /// waits for it.
        case refused
        /// A newer conversation has a call with the same id, so this one's answer would be taken
        /// for that one's.
        case outlived
    }

    /// A call from its arrival to its end.
    struct Entry {
        let call: FunctionCall
        let since: Int64
        var standing: Standing
    }

    /// How many new conversations have begun since the start of the program.
    private(set) var conversation = 0
    private var entries: [CallKey: Entry] = [:]
    private var namedCalls = 0

    var isEmpty: Bool { entries.isEmpty }

    /// Whether the answer of a call is awaited.
    var isAwaiting: Bool { entries.values.contains { $0.standing == .running } }

    /// The key of the call in progress with this id; if there is none, the key of such a call in
    /// this conversation, which may still come.
    func key(of id: String) -> CallKey {
        let known = entries.keys.filter { $0.id == id }
        return known.max { $0.conversation < $1.conversation }
            ?? CallKey(conversation: conversation, id: id)
    }

    /// A new conversation begins: nothing of an earlier one counts any more, including call ids.
    mutating func conversationBegan() { conversation += 1 }

    /// Enters calls of the model; returns those that were not in progress already.
    ///
    /// A session gives each call its own id; a call without one gets one here, because it must not
    /// be taken for another.
    mutating func add(
        _ calls: [FunctionCall], _ standing: Standing, at time: Int64
    ) -> [FunctionCall] {
        var new: [FunctionCall] = []
        for var call in calls {
            if call.id.isEmpty {
                namedCalls += 1
                call.id = "call without id \(namedCalls)"
            }
            let key = CallKey(conversation: conversation, id: call.id)
            // The first one is answered, and its answer is the answer of both.
            guard entries[key] == nil else { continue }
            for older in entries.keys where older.id == key.id {
                entries[older]?.standing = .outlived
            }
            entries[key] = Entry(call: call, since: time, standing: standing)
            new.append(call)
        }
        return new
    }

    /// A call ended or was cancelled; returns it, nil if it was not in progress.
    mutating func remove(_ key: CallKey) -> Entry? { entries.removeValue(forKey: key) }
}
