internal import ModelTypes

/// Remembers calls by id, so that none is executed twice; bounded, oldest forgotten first.
struct CallLedger {
    enum Entry: Equatable {
        case isNew
        case isRunning
        case wasCancelled
        /// nil when the answer itself was too old to be kept.
        case wasAnswered(FunctionResponse?)
    }

    private enum Record {
        case running, cancelled
        case answered(FunctionResponse?)
    }

    private let limits: ToolLimits
    private var records: [String: Record] = [:]
    /// Ids that do not run, oldest first.
    private var settled: [String] = []
    private var kept: [String] = []

    init(_ limits: ToolLimits) {
        self.limits = limits
    }

    /// How many calls are remembered.
    var size: Int { records.count }

    /// The ids that run.
    var running: [String] {
        records.compactMap { if case .running = $0.value { $0.key } else { nil } }.sorted()
    }

    /// Notes a call, and says what is known of it.
    mutating func begin(_ id: String) -> Entry {
        switch records[id] {
        case nil:
            records[id] = .running
            return .isNew
        case .running?: return .isRunning
        case .cancelled?: return .wasCancelled
        case .answered(let answer)?: return .wasAnswered(answer)
        }
    }

    func isCancelled(_ id: String) -> Bool {
        if case .cancelled? = records[id] { true } else { false }
    }

    /// Notes that a call was taken back, also one that is still to come.
    mutating func cancel(_ id: String) {
        switch records[id] {
        case .cancelled?, .answered?: return
        case .running?, nil:
            records[id] = .cancelled
            settle(id)
        }
    }

    mutating func finish(_ id: String, _ answer: FunctionResponse) {
        records[id] = .answered(answer)
        settle(id)
        kept.append(id)
        while kept.count > limits.keptAnswers { records[kept.removeFirst()] = .answered(nil) }
    }

    private mutating func settle(_ id: String) {
        settled.append(id)
        while settled.count > limits.rememberedCalls {
            let oldest = settled.removeFirst()
            records[oldest] = nil
            kept.removeAll { $0 == oldest }
        }
    }
}
