/// The functions that were called and not yet answered.
struct OpenCalls: Sendable {
    struct Call: Sendable {
        var id: String
        var name: String
        /// Whether the model waits for the answer.
        var isBlocking: Bool
        /// The turn that called, by its number.
        var group: Int
    }

    /// The turns whose answers follow when all their calls have been answered.
    private var turns: [Int: Scenario.Turn] = [:]
    private var calls: [Call] = []

    var isEmpty: Bool { calls.isEmpty }
    var isBlocking: Bool { calls.contains { $0.isBlocking } }

    mutating func open(_ call: Call, of turn: Scenario.Turn) {
        calls.append(call)
        turns[call.group] = turn
    }

    /// Finds an open call by its id, or by its name if there is no id.
    func find(id: String?, name: String?) -> Call? {
        calls.first { id == nil ? $0.name == name : $0.id == id }
    }

    /// Closes a call after its last answer; returns the turn that continues if it was the last
    /// call.
    mutating func close(_ call: Call) -> Scenario.Turn? {
        calls.removeAll { $0.id == call.id }
        guard !calls.contains(where: { $0.group == call.group }) else { return nil }
        return turns.removeValue(forKey: call.group)
    }

    /// Cancels calls and returns their ids; without `all`, only those that the model waits for.
    mutating func cancel(all: Bool) -> [String] {
        let cancelled = calls.filter { all || $0.isBlocking }
        calls.removeAll { call in cancelled.contains { $0.id == call.id } }
        for call in cancelled where !calls.contains(where: { $0.group == call.group }) {
            turns[call.group] = nil
        }
        return cancelled.map(\.id)
    }
}

/// Answers that wait until the model and the user are silent.
struct Answers: Sendable {
    /// The most answers that wait; further ones are dropped.
    private static let limit = 64

    enum Answer: Sendable {
        /// The next turn of the scenario, in answer to spoken or typed words.
        case next(isTyped: Bool)
        /// What a turn says after its calls.
        case saying(Scenario.Turn)
    }

    private var waiting: [Answer] = []

    mutating func add(_ answer: Answer) {
        if waiting.count < Self.limit { waiting.append(answer) }
    }

    mutating func pop() -> Answer? { waiting.isEmpty ? nil : waiting.removeFirst() }
}

/// A fault that waits for its place in the conversation.
enum Quirk: Sendable {
    case cutAnswer
    case repeatedTurn
    case soundlessTurn
    case soundless
    case soundAfterCall
    case staleSound
    case residualInterruption
}
