internal import ModelTypes

/// What was said in this conversation, short enough to tell a fresh session.
struct Transcript {
    /// Turns kept, and the words of each (characters): about a minute's reading.
    static let turnLimit = 12
    static let textLimit = 400

    private var turns: [Content] = []
    private(set) var heard = ""
    private(set) var said = ""

    /// A fragment of the user's words.
    mutating func hear(_ text: String) { Self.add(text, to: &heard) }

    /// A fragment of the model's words.
    mutating func say(_ text: String) { Self.add(text, to: &said) }

    private static func add(_ fragment: String, to text: inout String) {
        guard text.count < textLimit else { return }
        text += fragment.prefix(textLimit - text.count)
    }

    /// The turn is over; what was said in it joins the history.
    mutating func endTurn() {
        if !heard.isEmpty { turns.append(Content(role: .user, text: heard)) }
        if !said.isEmpty { turns.append(Content(role: .model, text: said)) }
        turns.removeFirst(max(0, turns.count - Self.turnLimit))
        heard = ""
        said = ""
    }

    /// The finished turns, the oldest first.
    var history: [Content] { turns }
}

/// Calls whose connection was lost before the model had answered with them.
///
/// The calls are carried out once, whatever happens to connections, and a session that never heard
/// of them is told in words what was asked and what was done, so that it can answer.
struct ToolBridge {
    private struct Call {
        var call: FunctionCall
        var response: JSONValue?
    }

    private var calls: [Call] = []
    private var heard = ""

    var isEmpty: Bool { calls.isEmpty }

    /// Whether every call that is kept has its answer.
    var isAnswered: Bool { calls.allSatisfy { $0.response != nil } }

    mutating func add(_ more: [FunctionCall]) { calls += more.map { Call(call: $0) } }

    /// Takes note of an answer; false for a call that is not kept.
    mutating func answer(_ id: String, _ response: JSONValue) -> Bool {
        guard let index = calls.firstIndex(where: { $0.call.id == id }) else { return false }
        calls[index].response = response
        return true
    }

    mutating func cancel(_ ids: [String]) { calls.removeAll { ids.contains($0.call.id) } }

    /// What the user had asked for, as far as it was written down.
    mutating func hear(_ words: String) { heard = words }

    mutating func reset() { self = ToolBridge() }

    /// What a session that never heard of the calls is told.
    ///
    /// It is asked for an answer unless the user has more to say first.
    func account(asksForAnswer: Bool) -> UplinkItem {
        var text = "(The connection was renewed. "
        if !heard.isEmpty { text += "The user had said: \"\(heard)\". " }
        text += "This has been done already and must not be done again: "
        text += calls.map { call in
            "\(call.call.name)(\(call.call.arguments.serialized)) gave "
                + (call.response?.serialized ?? "nothing")
        }.joined(separator: "; ")
        text += asksForAnswer ? ". Answer the user now.)" : ".)"
        return .content([Content(role: .user, text: text)], isComplete: asksForAnswer)
    }
}
