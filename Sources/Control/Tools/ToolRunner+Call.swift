internal import Linux
internal import WireCodec

// One call on its way.

/// What is known of a call while it passes the gates.
struct Passage {
    let call: JournalledCall
    let key: String
    let arguments: JSONValue
    var risk: ToolRisk?
    /// Nil until it may be executed.
    var decision: AuditEntry.Decision?
    var isJournalled = false
    let isNameless: Bool
    /// Those of the tool as it was when the call came; a source may take it away meanwhile.
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
    /// More names than this are not listed to a model that asks for another.
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
        // While the call waited it may have been taken back.
        guard !ledger.isCancelled(passage.key) else { return .cancelled }
        guard overdue[passage.call.tool] == nil else {
            return .failure(
                "nothing was done: an earlier \(passage.call.tool) has not ended yet; "
                    + "try again later")
        }
        // Without an id it can never come again.
        if guardian.risk != .read, !passage.isNameless {
            do {
                try await ports.journal.begin(passage.call)
                passage.isJournalled = true
            } catch {
                // A lamp that is switched twice after a power cut is better than one that is not
                // switched because a disk is full; a door is not.
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
        questions[request.id] = question
        let decision = await question.value
        questions[request.id] = nil
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
            // Tools start programs, read secrets and write files; each may block, and none but
            // itself waits for it.
            let thread: any TaskExecutor = executor ?? DiskThread(name: "tool")
            let handler = Task(executorPreference: thread) {
                // A task does not own what it prefers.
                defer { withExtendedLifetime(thread) {} }
                let ending: Ending
                do {
                    ending = .result(try await tool.call(arguments))
                } catch let failure as ToolFailure {
                    ending = .failure(failure.description)
                } catch {
                    ending = .failure("\(error)")
                }
                await self.handlerEnded(id, tool.declaration.name, ending)
            }
            let alarm = Task(executorPreference: executor) {
                do {
                    try await clock.wait(deadline)
                } catch {
                    return
                }
                await self.end(
                    id, with: .failure("it took longer than \(deadline) and was stopped"))
            }
            handlers[id] = handler
            executions[id] = Execution(
                tool: tool.declaration.name, alarm: alarm, answer: answer)
        }
    }

    private func handlerEnded(_ id: String, _ tool: String, _ ending: Ending) {
        handlers[id] = nil
        if let execution = executions.removeValue(forKey: id) {
            execution.alarm.cancel()
            execution.answer.resume(returning: ending)
        } else if let count = overdue[tool] {
            overdue[tool] = count > 1 ? count - 1 : nil
        }
    }

    /// Answers a call before its handler has ended.
    func end(_ id: String, with ending: Ending) {
        guard let execution = executions.removeValue(forKey: id) else { return }
        overdue[execution.tool, default: 0] += 1
        handlers[id]?.cancel()
        execution.alarm.cancel()
        execution.answer.resume(returning: ending)
    }
}
