internal import Linux
internal import WireCodec

// The path of one call through the runner.

/// The state of a call while it passes the gates.
struct Passage {
    let call: JournalledCall
    let key: String
    let arguments: JSONValue
    var risk: ToolRisk?
    /// Nil until execution is allowed.
    var decision: AuditEntry.Decision?
    var isJournalled = false
    let isNameless: Bool
    /// The terms of the tool when the call came; a source may remove it meanwhile.
    var terms: ToolTerms?

    init(call: JournalledCall, key: String, isNameless: Bool, arguments: JSONValue) {
        self.call = call
        self.key = key
        self.isNameless = isNameless
        self.arguments = arguments
    }

    func entry(_ ending: ToolRunner.Ending, since began: Int64, at now: Int64) -> AuditEntry {
        let result: AuditEntry.Result
        var decision = self.decision
        switch ending {
        case .result: result = .done
        case .cancelled: result = decision == nil ? .nothing : .cancelled
        case .failure(let words):
            result = decision == nil ? .nothing : .failed(words)
            decision = decision ?? .refused(words)
        }
        return AuditEntry(
            conversation: call.conversation, id: call.id, tool: call.tool,
            arguments: HiddenArguments.hide(arguments, named: HiddenArguments.names(terms)),
            risk: risk,
            decision: decision ?? .refused("taken back"), result: result,
            milliseconds: Double(now - began) / 1e6)
    }
}

extension ToolRunner {
    /// The limit of names that are listed to a model that asks for an unknown one.
    private static let listedNames = 32

    func perform(_ passage: inout Passage) async -> Ending {
        guard let tool = registry[passage.call.tool] else { return .failure(unknownName(passage)) }
        passage.terms = tool.declaration.terms
        let text = passage.arguments.serialized
        let arguments: ToolArguments
        switch check(passage.arguments, text, tool) {
        case .failure(let fault): return .failure("nothing was done: \(fault)")
        case .success(let checked): arguments = checked
        }
        let guardian = tool.guarding(arguments)
        passage.risk = guardian.risk
        if let seconds = rates.admit(guardian, at: ports.clock.now) {
            return .failure(
                "nothing was done: \(guardian.subject) may be called "
                    + "\(guardian.callsPerMinute) times a minute; try again in \(seconds) s")
        }
        if let means = guardian.confirmation {
            let request = ConfirmationRequest(
                id: passage.key, tool: passage.call.tool, subject: guardian.subject,
                arguments: passage.arguments, means: means)
            if let ending = await ask(request) { return ending }
        }
        switch await places.enter(passage.key) {
        case .admitted: break
        case .full: return .failure("nothing was done: too many calls at once; try again later")
        case .left: return .cancelled
        }
        defer { places.free() }
        // The call may have been cancelled while it waited.
        guard !ledger.isCancelled(passage.key) else { return .cancelled }
        guard !isOverdue(passage.call.tool) else {
            return .failure(
                "nothing was done: an earlier \(passage.call.tool) has not ended yet; "
                    + "try again later")
        }
        // A call without an id can never be repeated.
        if guardian.risk != .read, !passage.isNameless {
            do {
                try await ports.journal.begin(passage.call)
                passage.isJournalled = true
            } catch {
                // For a lamp, switching twice after a power cut is better than not switching
                // because a disk is full; for a door it is not.
                guard guardian.risk == .low else {
                    return .failure("nothing was done: the journal cannot be kept: \(error)")
                }
            }
            guard !ledger.isCancelled(passage.key) else { return .cancelled }
        }
        passage.decision = guardian.confirmation.map { .confirmed($0) } ?? .allowed
        return await execute(tool, arguments, id: passage.key)
    }

    private func unknownName(_ passage: Passage) -> String {
        if let words = registry.absence(of: passage.call.tool) {
            return "nothing was done: \(words)"
        }
        let names = registry.names.prefix(Self.listedNames).joined(separator: ", ")
        let name = SchemaCheck.quote(.string(passage.call.tool))
        return "there is no function \(name); there are: \(names)"
    }

    /// A fault of the arguments.
    struct Fault: Error, CustomStringConvertible {
        var description: String
    }

    private func check(
        _ json: JSONValue, _ text: String, _ tool: any Tool
    ) -> Result<ToolArguments, Fault> {
        guard text.utf8.count <= limits.argumentBytes else {
            return .failure(
                Fault(
                    description: "the arguments have \(text.utf8.count) bytes, but may have at "
                        + "most \(limits.argumentBytes)"))
        }
        guard case .object(let values) = json else {
            return .failure(Fault(description: "the arguments must be an object"))
        }
        let check = SchemaCheck(
            tool.declaration.schema, hiding: HiddenArguments.names(tool.declaration.terms))
        let violations = check.violations(of: json)
        guard violations.isEmpty else {
            return .failure(Fault(description: violations.joined(separator: "; ")))
        }
        return .success(ToolArguments(values))
    }

    /// Asks the user; nil when the call is confirmed.
    private func ask(_ request: ConfirmationRequest) async -> Ending? {
        let port = ports.confirmation
        let question = Task(executorPreference: executor) { await port.confirm(request) }
        ledger.move(request.id, to: .asking(question))
        let decision = await question.value
        ledger.move(request.id, to: .passing)
        if ledger.isCancelled(request.id) { return .cancelled }
        switch decision {
        case .granted: return nil
        case .refused(let words): return .failure(words)
        }
    }

    private func execute(_ tool: any Tool, _ arguments: ToolArguments, id: String) async -> Ending {
        let deadline = tool.declaration.terms.deadline
        let clock = ports.clock
        return await withCheckedContinuation { answer in
            // Tools start programs, read secrets and write files; each may block, but only its own
            // call waits for it.
            let thread: any TaskExecutor = executor ?? DiskThread(name: "tool")
            let handler = Task(executorPreference: thread) {
                // A task does not own its preferred executor.
                defer { withExtendedLifetime(thread) {} }
                let ending: Ending
                do {
                    ending = .result(try await tool.call(arguments))
                } catch let failure as ToolFailure {
                    ending = .failure(failure.description)
                } catch {
                    ending = .failure("\(error)")
                }
                await self.handlerEnded(id, ending)
            }
            let alarm = Task(executorPreference: executor) {
                do {
                    try await clock.wait(deadline)
                } catch {
                    return
                }
                await self.deadlineReached(id, deadline)
            }
            handlers[id] = Handler(tool: tool.declaration.name, task: handler)
            ledger.move(
                id, to: .executing(CallLedger.Execution(alarm: alarm, answer: answer)))
        }
    }

    private func handlerEnded(_ id: String, _ ending: Ending) {
        handlers[id] = nil
        guard case .executing(let execution)? = ledger[id] else { return }
        ledger.move(id, to: .passing)
        execution.alarm.cancel()
        execution.answer.resume(returning: ending)
    }

    private func deadlineReached(_ id: String, _ deadline: Duration) {
        guard case .executing(let execution)? = ledger[id] else { return }
        ledger.move(id, to: .passing)
        end(id, execution, with: .failure("it took longer than \(deadline) and was stopped"))
    }

    /// Answers a call before its handler has ended.
    func end(_ id: String, _ execution: CallLedger.Execution, with ending: Ending) {
        handlers[id]?.task.cancel()
        execution.alarm.cancel()
        execution.answer.resume(returning: ending)
    }

    /// Whether a handler of a tool still runs although its call was answered or cancelled.
    private func isOverdue(_ tool: String) -> Bool {
        handlers.contains { key, handler in
            if handler.tool != tool { return false }
            if case .executing? = ledger[key] { return false }
            return true
        }
    }
}
