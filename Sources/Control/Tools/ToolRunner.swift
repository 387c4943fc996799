package import ModelTypes

/// What became of a call.
package enum ToolOutcome: Sendable, Equatable {
    /// Send this to the model.
    case answered(FunctionResponse)
    /// The call was taken back: send nothing.
    case cancelled
    /// The same call is running already and will be answered by the first to ask: send nothing.
    case repeated
}

/// How much may run at once, and how much is remembered.
package struct ToolLimits: Sendable, Equatable {
    /// Calls that run at the same time; a board has few cores.
    package var parallelCalls = 4
    /// Calls that wait for their turn; more are refused at once.
    package var waitingCalls = 16
    /// A longer result (bytes of JSON) is cut, if it is text, or refused.
    package var resultBytes = 16 * 1024
    /// Calls whose names are remembered, so that none is executed twice.
    package var rememberedCalls = 512
    /// Answers that are kept for a call that is repeated because its answer was lost.
    package var keptAnswers = 32

    /// Limits for a small board.
    package init() {}
}

/// Runs the calls of the model: every one is answered exactly once, or cancelled.
///
/// A call is executed at most once, whatever the connection does: one that comes again under the
/// same id gets the same answer. A call that outlives its deadline is answered with an error and
/// its task cancelled; until its handler really ends the same tool refuses further calls, so a
/// handler that hangs costs its own tool and nothing else.
///
/// ## Concurrency
/// An actor on the pool. Handlers run in tasks of their own and never hold it up.
package actor ToolRunner {
    private let registry: ToolRegistry
    private let limits: ToolLimits
    private let clock: any ToolClock

    private var ledger: CallLedger
    private var places: WaitingRoom
    /// Calls that are not answered yet.
    private var executions: [String: Execution] = [:]
    /// Handlers that have not ended, by call id; those of answered calls among them.
    private var handlers: [String: Task<Void, Never>] = [:]
    /// Tools whose handler has not ended though its call was answered or cancelled.
    private var overdue: [String: Int] = [:]
    private var namelessCalls = 0

    private struct Execution {
        let tool: String
        let alarm: Task<Void, Never>
        let answer: CheckedContinuation<Ending, Never>
    }

    private enum Ending {
        case result(JSONValue)
        case failure(String)
        case cancelled
    }

    /// `clock` measures the deadlines.
    package init(registry: ToolRegistry, limits: ToolLimits, clock: any ToolClock) {
        self.registry = registry
        self.limits = limits
        self.clock = clock
        ledger = CallLedger(limits)
        places = WaitingRoom(places: limits.parallelCalls, seats: limits.waitingCalls)
    }

    /// Runs a call and gives its outcome; never throws and never takes much longer than the
    /// tool's deadline and those of the calls before it.
    package func run(_ call: FunctionCall) async -> ToolOutcome {
        let id = identify(call)
        switch ledger.begin(id) {
        case .isNew: break
        case .isRunning: return .repeated
        case .wasCancelled: return .cancelled
        case .wasAnswered(let answer):
            return .answered(answer ?? forgotten(call))
        }
        let ending = await perform(call, id: id)
        // It may have been taken back just when it ended.
        guard !ledger.isCancelled(id) else { return .cancelled }
        let response: JSONValue
        switch ending {
        case .cancelled:
            ledger.cancel(id)
            return .cancelled
        case .result(let value):
            response = ToolAnswer.output(value, limitBytes: limits.resultBytes)
        case .failure(let text):
            response = ToolAnswer.error(text)
        }
        let answer = FunctionResponse(id: call.id, name: call.name, response: response)
        ledger.finish(id, answer)
        return .answered(answer)
    }

    /// Takes calls back: they are stopped, or not begun, and not answered.
    package func cancel(_ identifiers: [String]) {
        for id in identifiers {
            ledger.cancel(id)
            places.leave(id)
            end(id, with: .cancelled)
        }
    }

    /// Takes back whatever runs or waits, and returns when every handler has ended.
    package func stop() async {
        cancel(ledger.running)
        while let handler = handlers.values.first { await handler.value }
    }

    private func identify(_ call: FunctionCall) -> String {
        guard call.id.isEmpty else { return call.id }
        // A call without an id can be neither repeated nor taken back.
        namelessCalls += 1
        return "\u{0}\(namelessCalls)"
    }

    private func forgotten(_ call: FunctionCall) -> FunctionResponse {
        FunctionResponse(
            id: call.id, name: call.name,
            response: ToolAnswer.error("this call was executed before; its result is not kept"))
    }

    // MARK: - One call

    private func perform(_ call: FunctionCall, id: String) async -> Ending {
        guard let tool = registry[call.name] else {
            let names = registry.names.joined(separator: ", ")
            return .failure("there is no function \(call.name); there are: \(names)")
        }
        guard case .object(let values) = call.arguments else {
            return .failure("the arguments must be an object")
        }
        let violations = SchemaCheck(tool.declaration.schema).violations(of: call.arguments)
        guard violations.isEmpty else {
            return .failure("nothing was done: " + violations.joined(separator: "; "))
        }
        switch await places.enter(id) {
        case .admitted: break
        case .full: return .failure("nothing was done: too many calls at once; try again later")
        case .left: return .cancelled
        }
        defer { places.free() }
        // While the call waited it may have been taken back.
        guard !ledger.isCancelled(id) else { return .cancelled }
        guard overdue[call.name] == nil else {
            return .failure(
                "nothing was done: an earlier \(call.name) has not ended yet; try again later")
        }
        return await execute(tool, ToolArguments(values), id: id)
    }

    private func execute(_ tool: any Tool, _ arguments: ToolArguments, id: String) async -> Ending {
        let deadline = tool.declaration.deadline
        let clock = self.clock
        return await withCheckedContinuation { answer in
            let handler = Task {
                let ending: Ending
                do {
                    ending = .result(try await tool.call(arguments))
                } catch let failure as ToolFailure {
                    ending = .failure(failure.description)
                } catch {
                    ending = .failure("\(error)")
                }
                self.handlerEnded(id, tool.declaration.name, ending)
            }
            let alarm = Task {
                do {
                    try await clock.wait(deadline)
                } catch {
                    return
                }
                self.end(id, with: .failure("it took longer than \(deadline) and was stopped"))
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
    private func end(_ id: String, with ending: Ending) {
        guard let execution = executions.removeValue(forKey: id) else { return }
        overdue[execution.tool, default: 0] += 1
        handlers[id]?.cancel()
        execution.alarm.cancel()
        execution.answer.resume(returning: ending)
    }
}
