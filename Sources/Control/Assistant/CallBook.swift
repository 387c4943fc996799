internal import ModelTypes
internal import Tools

/// The calls that are under way, by their keys; every question about one is asked here.
///
/// This is what the conversation waits for; what has been done, across conversations and restarts,
/// is in the runner's `CallLedger`. A call is entered when the session reports it, and leaves with
/// its answer or when it is taken back. Their number is bounded by the runner, which answers at
/// once what it cannot take.
struct CallBook {
    /// Where a call stands.
    enum Standing {
        /// It is run, or waits for its turn or for the user's word, and its answer is awaited.
        case running
        /// The user took back what led to it: it is answered and not run, and nobody waits.
        case refused
        /// A newer conversation has a call of the same id, which its answer would be taken for.
        case outlived
    }

    /// A call from its arrival to its end.
    struct Entry {
        let call: FunctionCall
        let since: Int64
        var standing: Standing
    }

    /// Conversations that began anew since the start of the program.
    private(set) var conversation = 0
    private var entries: [CallKey: Entry] = [:]
    private var namedCalls = 0

    var isEmpty: Bool { entries.isEmpty }

    /// Whether the answer of a call is awaited.
    var isAwaiting: Bool { entries.values.contains { $0.standing == .running } }

    /// The call under way that has an id now; where there is none, the key of one in this
    /// conversation, which may still come.
    func key(of id: String) -> CallKey {
        let known = entries.keys.filter { $0.id == id }
        return known.max { $0.conversation < $1.conversation }
            ?? CallKey(conversation: conversation, id: id)
    }

    /// A conversation begins in which nothing of an earlier one counts, call ids neither.
    mutating func conversationBegan() { conversation += 1 }

    /// Enters calls of the model; returns those that were not under way already.
    ///
    /// A session gives each call an id of its own; one that comes without is given one here, since
    /// it must not be taken for another.
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
            // The first to come is answered, and that is the answer of both.
            guard entries[key] == nil else { continue }
            for older in entries.keys where older.id == key.id {
                entries[older]?.standing = .outlived
            }
            entries[key] = Entry(call: call, since: time, standing: standing)
            new.append(call)
        }
        return new
    }

    /// A call came to its end or was taken back; returns it, nil where it was not under way.
    mutating func remove(_ key: CallKey) -> Entry? { entries.removeValue(forKey: key) }
}
