internal import ModelTypes

/// What has become of each call, by its key, so that none is executed twice; bounded, the oldest
/// that is over forgotten first.
///
/// This is the memory of what was done, across conversations and, with the journal, restarts; what
/// the conversation still waits for is in its `CallBook`. It has the whole state of a call, with
/// what must be ended when the call is taken back.
struct CallLedger {
    enum Entry: Equatable {
        case isNew
        case isUnderWay
        case wasCancelled
        /// nil when the answer itself was too old to be kept.
        case wasAnswered(FunctionResponse?)
    }

    /// Where a call under way is.
    enum Stage {
        /// At a gate, waiting for a place, or on its way out.
        case passing
        /// The user is asked.
        case asking(Task<ConfirmationDecision, Never>)
        /// Its tool runs, and its answer is awaited.
        case executing(Execution)
    }

    /// A tool that runs.
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
    /// Keys of calls that are over, oldest first.
    private var settled: [String] = []
    private var kept: [String] = []

    init(_ limits: ToolLimits) {
        self.limits = limits
    }

    /// How many calls are remembered.
    var size: Int { records.count }

    /// The keys of the calls under way.
    var underWay: [String] {
        records.compactMap { if case .underWay = $0.value { $0.key } else { nil } }.sorted()
    }

    /// Where a call is; nil when it is not under way.
    subscript(key: String) -> Stage? {
        if case .underWay(let stage)? = records[key] { stage } else { nil }
    }

    /// Notes a call, and says what is known of it.
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

    /// A call under way comes to a stage; one that was taken back stays so.
    mutating func move(_ key: String, to stage: Stage) {
        if self[key] != nil { records[key] = .underWay(stage) }
    }

    func isCancelled(_ key: String) -> Bool {
        if case .cancelled? = records[key] { true } else { false }
    }

    /// Notes that a call was taken back, also one that is still to come; returns where it was.
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
