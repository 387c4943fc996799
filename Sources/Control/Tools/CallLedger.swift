internal import ModelTypes

/// The state of each call, by its key, so that none is executed twice; bounded: the oldest finished
/// call is forgotten first.
///
/// This is the memory of what was carried out, across conversations and, with the journal,
/// restarts; the calls that the conversation still waits for are in its `CallBook`. It holds a
/// call's whole state, with everything that must be ended when the call is cancelled.
struct CallLedger {
    enum Entry: Equatable {
        case isNew
        case isUnderWay
        case wasCancelled
        /// nil when the answer itself was too old to be kept.
        case wasAnswered(FunctionResponse?)
    }

    /// The stage of a call in progress.
    enum Stage {
        /// At a gate, in the queue, or on its way out.
        case passing
        /// The user is asked.
        case asking(Task<ConfirmationDecision, Never>)
        /// Its tool is running, and its answer is awaited.
        case executing(Execution)
    }

    /// A running tool.
    struct Execution {
        /// Rings at the deadline.
        let alarm: Task<Void, Never>
        let answer: CheckedContinuation<ToolRunner.Ending, Never>
    }

    private enum Record {
        case underWay(Stage)
        case cancelled
        case answered(FunctionResponse?)
    }

    private let limits: ToolLimits
    private var records: [String: Record] = [:]
    /// Keys of finished calls, oldest first.
    private var settled: [String] = []
    private var kept: [String] = []

    init(_ limits: ToolLimits) {
        self.limits = limits
    }

    /// How many calls are remembered.
    var size: Int { records.count }

    /// The keys of the calls in progress.
    var underWay: [String] {
        records.compactMap { if case .underWay = $0.value { $0.key } else { nil } }.sorted()
    }

    /// The stage of a call; nil when it is not in progress.
    subscript(key: String) -> Stage? {
        if case .underWay(let stage)? = records[key] { stage } else { nil }
    }

    /// Records a call, and returns what is known of it.
    mutating func begin(_ key: String) -> Entry {
        switch records[key] {
        case nil:
            records[key] = .underWay(.passing)
            return .isNew
        case .underWay?: return .isUnderWay
        case .cancelled?: return .wasCancelled
        case .answered(let answer)?: return .wasAnswered(answer)
        }
    }

    /// A call in progress reaches a stage; one that was cancelled stays cancelled.
    mutating func move(_ key: String, to stage: Stage) {
        if self[key] != nil { records[key] = .underWay(stage) }
    }

    func isCancelled(_ key: String) -> Bool {
        if case .cancelled? = records[key] { true } else { false }
    }

    /// Records that a call was cancelled, even one that is still to come; returns its stage.
    mutating func cancel(_ key: String) -> Stage? {
        switch records[key] {
        case .cancelled?, .answered?: return nil
        case nil:
            records[key] = .cancelled
            settle(key)
            return nil
        case .underWay(let stage)?:
            records[key] = .cancelled
            settle(key)
            return stage
        }
    }

    mutating func finish(_ key: String, _ answer: FunctionResponse) {
        records[key] = .answered(answer)
        settle(key)
        kept.append(key)
        while kept.count > limits.keptAnswers { records[kept.removeFirst()] = .answered(nil) }
    }

    private mutating func settle(_ key: String) {
        settled.append(key)
        while settled.count > limits.rememberedCalls {
            let oldest = settled.removeFirst()
            records[oldest] = nil
            kept.removeAll { $0 == oldest }
        }
    }
}
