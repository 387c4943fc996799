package import Linux
package import ModelTypes
package import WireCodec

/// The outcome of a call.
package enum ToolOutcome: Sendable, Equatable {
    /// Send this to the model.
    case answered(FunctionResponse)
    /// The same call was answered before, and this is that answer: send it, but do not wait for a
    /// reaction of the model.
    case answeredBefore(FunctionResponse)
    /// The call was cancelled: send nothing.
    case cancelled
    /// The same call is already running, and its first caller gets the answer: send nothing.
    case repeated
}

/// How many calls may run at once, and how many are remembered.
package struct ToolLimits: Sendable, Equatable {
    /// Calls that run at the same time; a board has few cores.
    package var parallelCalls: Int
    /// The queue's limit; further calls are refused at once.
    package var waitingCalls: Int
    /// Longer arguments (bytes of JSON) are refused unread.
    package var argumentBytes = 64 * 1024
    /// Calls whose keys are remembered, so that none is executed twice.
    package var rememberedCalls = 512
    /// Answers that are kept for a call that is repeated because its answer was lost.
    package var keptAnswers = 32

    /// Limits with the usual memory.
    package init(parallelCalls: Int, waitingCalls: Int) {
        self.parallelCalls = parallelCalls
        self.waitingCalls = waitingCalls
    }
}

/// The ports of a runner.
package struct RunnerPorts: Sendable {
    /// Measures deadlines and rates.
    package var clock: any DeviceClock
    package var confirmation: any ConfirmationPort
    package var journal: any CallJournal
    package var audit: any AuditPort
    /// Where calls and their tools run; nil: calls on the pool, each tool on its own thread.
    package var executor: (any TaskExecutor)?
    /// Secrets that are hidden from everything that comes back: from the model, journal and audit
    /// log.
    package var secrets = KnownSecrets()

    /// All ports except the executor: each tool runs on its own thread.
    package init(
        clock: any DeviceClock, confirmation: any ConfirmationPort, journal: any CallJournal,
        audit: any AuditPort
    ) {
        self.clock = clock
        self.confirmation = confirmation
        self.journal = journal
        self.audit = audit
    }
}

/// Runs the calls of the model: every one is answered exactly once, or cancelled.
///
/// A call passes these gates in order: the memory of calls, its tool's schema, the rate limit, the
/// user's confirmation, the queue for a free place, the journal. Then its tool runs until it ends
/// or its deadline is reached.
///
/// A call is executed at most once, whatever the connection does: a repeated call with the same id
/// gets the same answer. A call that exceeds its deadline is answered with an error and its task is
/// cancelled; until its handler really ends, the same tool refuses further calls, so a handler that
/// hangs affects its own tool only.
///
/// ## Concurrency
/// An actor on the pool. Handlers run in their own tasks and threads and never delay it.
package actor ToolRunner {
    /// Where calls and their tools run; nil: calls on the pool, each tool on its own thread.
    package nonisolated let executor: (any TaskExecutor)?
    let registry: ToolRegistry
    let limits: ToolLimits
    let ports: RunnerPorts

    var ledger: CallLedger
    var places: WaitingRoom
    var rates = RateLimit()
    /// Handlers that have not ended, by call, including those of finished calls.
    var handlers: [String: Handler] = [:]
    /// The limit of conversations over all runs of a device.
    private static let conversationLimit = 1 << 53
    private var namelessCalls = 0
    /// The journal's last conversation; nil until it was read.
    private var earlierConversation: Int?
    private var recollection: Task<RecalledCalls, Never>?

    struct Handler {
        let tool: String
        let task: Task<Void, Never>
    }

    enum Ending: Equatable {
        case result(JSONValue)
        case failure(String)
        case cancelled
    }

    /// A runner of these tools.
    package init(registry: ToolRegistry, limits: ToolLimits, ports: RunnerPorts) {
        executor = ports.executor
        self.registry = registry
        self.limits = limits
        self.ports = ports
        ledger = CallLedger(limits)
        places = WaitingRoom(places: limits.parallelCalls, seats: limits.waitingCalls)
    }

    /// Runs a call and returns its outcome; never throws and never takes much longer than the
    /// tool's deadline, the user's confirmation and the calls before it.
    ///
    /// Ids are unique within a conversation: `conversation` is 0 for the one that the program found
    /// at its start, and one more for each new one since.
    package func run(_ call: FunctionCall, conversation: Int) async -> ToolOutcome {
        await take(call, conversation: conversation, refusing: nil)
    }

    /// Answers a call with these words instead of running it; a repeated call with the same id gets
    /// the same answer, and one that was answered before gets its old answer.
    package func refuse(
        _ call: FunctionCall, because words: String, conversation: Int
    ) async -> ToolOutcome {
        await take(call, conversation: conversation, refusing: words)
    }

    private func take(
        _ call: FunctionCall, conversation: Int, refusing words: String?
    ) async -> ToolOutcome {
        let began = ports.clock.now
        let base = await recall()
        let subject = JournalledCall(
            conversation: Self.number(conversation, after: base), id: identify(call),
            tool: call.name)
        let id = Self.key(subject)
        switch ledger.begin(id) {
        case .isNew: break
        case .isUnderWay: return .repeated
        case .wasCancelled: return .cancelled
        case .wasAnswered(let answer):
            return .answeredBefore(answer ?? forgotten(call.id, call.name))
        }
        var passage = Passage(
            call: subject, key: id, isNameless: call.id.isEmpty, arguments: call.arguments)
        var ending: Ending
        if let words {
            passage.terms = registry[call.name]?.declaration.terms
            ending = .failure(words)
        } else {
            ending = await perform(&passage)
        }
        // It may have been cancelled just when it ended.
        if ledger.isCancelled(id) { ending = .cancelled }
        let exit = CallExit(passage.arguments, passage.terms, known: ports.secrets.hidden)
        ending = exit.hide(ending)
        await ports.audit.record(
            exit.hide(passage.entry(ending, since: began, at: ports.clock.now)))
        guard !ledger.isCancelled(id), ending != .cancelled else {
            _ = ledger.cancel(id)
            return .cancelled
        }
        let answer = answer(call, ending, passage.terms)
        ledger.finish(id, answer)
        if passage.isJournalled { await ports.journal.finish(subject, answer) }
        return .answered(answer)
    }

    /// The arguments of a call in the form that a log may hold: without secrets, and not too long.
    package nonisolated func shown(_ call: FunctionCall) -> JSONValue {
        let terms = registry[call.name]?.declaration.terms
        let names = HiddenArguments.names(terms)
        return ports.secrets.hide(in: HiddenArguments.hide(call.arguments, named: names))
    }

    /// Cancels calls: they are stopped or not started, and not answered.
    package func cancel(_ calls: [CallKey]) async {
        let base = await recall()
        cancel(keys: calls.map { "\(Self.number($0.conversation, after: base))/\($0.id)" })
    }

    private func cancel(keys: [String]) {
        for key in keys {
            switch ledger.cancel(key) {
            case .asking(let question)?: question.cancel()
            case .executing(let execution)?: end(key, execution, with: .cancelled)
            case .passing?: places.leave(key)
            case nil: break
            }
        }
    }

    /// Cancels all calls that run or wait, and returns when every handler has ended.
    package func stop() async {
        cancel(keys: ledger.underWay)
        while let handler = handlers.values.first { await handler.task.value }
    }

    // MARK: - Names and memory

    /// A conversation's number over all runs.
    private static func number(_ conversation: Int, after base: Int) -> Int {
        base + min(max(conversation, 0), conversationLimit)
    }

    static func key(_ call: JournalledCall) -> String { "\(call.conversation)/\(call.id)" }

    private func identify(_ call: FunctionCall) -> String {
        guard call.id.isEmpty else { return call.id }
        // A call without an id can be neither repeated nor cancelled.
        namelessCalls += 1
        return "\u{0}\(namelessCalls)"
    }

    /// Reads the journal, once, and returns its last conversation.
    private func recall() async -> Int {
        if let earlierConversation { return earlierConversation }
        let task =
            recollection
            ?? Task(executorPreference: executor) { [journal = ports.journal] in
                await journal.recall()
            }
        recollection = task
        let recalled = await task.value
        // Another caller may have waited for the same task.
        if let earlierConversation { return earlierConversation }
        // A number that no run can reach is damage; further ones are added to it.
        earlierConversation = min(max(recalled.conversation, 0), Self.conversationLimit)
        for (call, state) in recalled.calls {
            guard case .isNew = ledger.begin(Self.key(call)) else { continue }
            let answer =
                switch state {
                case .begun: Self.unknown(call)
                case .answered(let answer): answer ?? forgotten(call.id, call.tool)
                }
            ledger.finish(Self.key(call), answer)
        }
        return earlierConversation ?? 0
    }

    private static func unknown(_ call: JournalledCall) -> FunctionResponse {
        FunctionResponse(
            id: call.id, name: call.tool,
            response: ToolAnswer.error(
                "this call was begun before the device restarted, and whether it was done is not "
                    + "known; look how things stand, and do not simply repeat it"))
    }

    private func forgotten(_ id: String, _ name: String) -> FunctionResponse {
        FunctionResponse(
            id: id, name: name,
            response: ToolAnswer.error("this call was executed before; its result is not kept"))
    }

    private func answer(
        _ call: FunctionCall, _ ending: Ending, _ terms: ToolTerms?
    ) -> FunctionResponse {
        let response: JSONValue =
            switch ending {
            case .result(let value):
                ToolAnswer.output(value, limitBytes: terms?.resultBytes ?? 0)
            case .failure(let text):
                ToolAnswer.error(text, limitBytes: terms?.resultBytes ?? Int.max)
            case .cancelled: preconditionFailure("a cancelled call is answered")
            }
        return FunctionResponse(
            id: call.id, name: call.name, response: response, scheduling: terms?.scheduling)
    }
}
