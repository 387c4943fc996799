package import Linux
package import ModelTypes
package import WireCodec

/// What became of a call.
package enum ToolOutcome: Sendable, Equatable {
    /// Send this to the model.
    case answered(FunctionResponse)
    /// The same call was answered before, and this is that answer: send it, but nobody need wait
    /// for what the model makes of it.
    case answeredBefore(FunctionResponse)
    /// The call was taken back: send nothing.
    case cancelled
    /// The same call is running already and will be answered by the first to ask: send nothing.
    case repeated
}

/// How much may run at once, and how much is remembered.
package struct ToolLimits: Sendable, Equatable {
    /// Calls that run at the same time; a board has few cores.
    package var parallelCalls: Int
    /// Calls that wait for their turn; more are refused at once.
    package var waitingCalls: Int
    /// Longer arguments (bytes of JSON) are refused before they are looked at.
    package var argumentBytes = 64 * 1024
    /// Calls whose names are remembered, so that none is executed twice.
    package var rememberedCalls = 512
    /// Answers that are kept for a call that is repeated because its answer was lost.
    package var keptAnswers = 32

    /// Limits with the usual memory.
    package init(parallelCalls: Int, waitingCalls: Int) {
        self.parallelCalls = parallelCalls
        self.waitingCalls = waitingCalls
    }
}

/// What a runner speaks to.
package struct RunnerPorts: Sendable {
    /// Measures deadlines and rates.
    package var clock: any DeviceClock
    package var confirmation: any ConfirmationPort
    package var journal: any CallJournal
    package var audit: any AuditPort
    /// Where calls and their tools run; nil: calls on the pool, each tool on a thread of its own.
    package var executor: (any TaskExecutor)?
    /// What nobody may see of what comes back: neither model, journal nor audit log.
    package var secrets = KnownSecrets()

    /// Everything but the tools, each of which runs on a thread of its own.
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
/// A call passes, in this order: the memory of calls, its tool's schema, the rate limit, the
/// user's confirmation, a place among those that may run, the journal. Then its tool runs, until
/// it ends or its deadline comes.
///
/// A call is executed at most once, whatever the connection does: one that comes again under the
/// same id gets the same answer. A call that outlives its deadline is answered with an error and
/// its task cancelled; until its handler really ends the same tool refuses further calls, so a
/// handler that hangs costs its own tool and nothing else.
///
/// ## Concurrency
/// An actor on the pool. Handlers run in tasks and on threads of their own and never hold it up.
package actor ToolRunner {
    /// Where calls and their tools run; nil: calls on the pool, each tool on a thread of its own.
    package nonisolated let executor: (any TaskExecutor)?
    let registry: ToolRegistry
    let limits: ToolLimits
    let ports: RunnerPorts

    var ledger: CallLedger
    var places: WaitingRoom
    var rates = RateLimit()
    /// Handlers that have not ended, by call; those of calls that are over among them.
    var handlers: [String: Handler] = [:]
    /// Conversations of all lives of a device.
    private static let conversationLimit = 1 << 53
    private var namelessCalls = 0
    /// The journal's last conversation; nil until it was asked.
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

    /// Runs a call and gives its outcome; never throws and never takes much longer than the
    /// tool's deadline, the user's confirmation and the calls before it.
    ///
    /// Ids count within a conversation: `conversation` is 0 for the one that the program found at
    /// its start, and more for each that began anew since.
    package func run(_ call: FunctionCall, conversation: Int) async -> ToolOutcome {
        await take(call, conversation: conversation, refusing: nil)
    }

    /// Answers a call with these words in place of running it; one that comes again under the same
    /// id is answered alike, and one that was answered before as it was then.
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
        // It may have been taken back just when it ended.
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

    /// The arguments of a call as a log may hold them: without secrets, and not too long.
    package nonisolated func shown(_ call: FunctionCall) -> JSONValue {
        let terms = registry[call.name]?.declaration.terms
        let names = HiddenArguments.names(terms)
        return ports.secrets.hide(in: HiddenArguments.hide(call.arguments, named: names))
    }

    /// Takes calls back: they are stopped, or not begun, and not answered.
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

    /// Takes back whatever runs or waits, and returns when every handler has ended.
    package func stop() async {
        cancel(keys: ledger.underWay)
        while let handler = handlers.values.first { await handler.task.value }
    }

    // MARK: - Names and memory

    /// A conversation of this life, counted from the first one of all.
    private static func number(_ conversation: Int, after base: Int) -> Int {
        base + min(max(conversation, 0), conversationLimit)
    }

    static func key(_ call: JournalledCall) -> String { "\(call.conversation)/\(call.id)" }

    private func identify(_ call: FunctionCall) -> String {
        guard call.id.isEmpty else { return call.id }
        // A call without an id can be neither repeated nor taken back.
        namelessCalls += 1
        return "\u{0}\(namelessCalls)"
    }

    /// Takes over what the journal holds, once, and gives its last conversation.
    private func recall() async -> Int {
        if let earlierConversation { return earlierConversation }
        let task =
            recollection
            ?? Task(executorPreference: executor) { [journal = ports.journal] in
                await journal.recall()
            }
        recollection = task
        let recalled = await task.value
        // Others may have waited for the same.
        if let earlierConversation { return earlierConversation }
        // A number that no life has reached is damage; more are added to it.
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
