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

    /// What the model says when all calls of a turn have been answered.
    private var turns: [Int: Scenario.Turn] = [:]
    private var calls: [Call] = []

    var isEmpty: Bool { calls.isEmpty }
    var isBlocking: Bool { calls.contains { $0.isBlocking } }

    mutating func open(_ call: Call, of turn: Scenario.Turn) {
        calls.append(call)
        turns[call.group] = turn
    }

    /// An open call by its id, or by its name where there are no ids.
    func find(id: String?, name: String?) -> Call? {
        calls.first { id == nil ? $0.name == name : $0.id == id }
    }

    /// A call has its last answer; returns the turn that goes on when it was the last one.
    mutating func close(_ call: Call) -> Scenario.Turn? {
        calls.removeAll { $0.id == call.id }
        guard !calls.contains(where: { $0.group == call.group }) else { return nil }
        return turns.removeValue(forKey: call.group)
    }

    /// Takes calls back and returns their ids; without `all`, those that the model waits for.
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
    /// More than these are forgotten, the newest first.
    private static let limit = 64

    enum Answer: Sendable {
        /// The next turn of the scenario, to words that were heard, or typed.
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
