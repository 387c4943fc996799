internal import ModelTypes
internal import WireCodec
internal import VoiceSession

/// What outlives the connection of a turn, so that the next one can finish it.
///
/// A handle is older than the turn, so the next session does not know the turn's calls, nor the
/// beginning of an answer that the user has heard. It gets both in words. Calls are carried out
/// once, whatever happens to connections: one that the next session makes again gets the answer of
/// the first.
struct TurnBridge {
    private struct Call {
        var call: FunctionCall
        var response: JSONValue?
        /// Its connection is gone, so nobody waits for it.
        var isLost = false
        /// The id under which the model waits for it.
        var id: String
    }

    private var calls: [Call] = []
    private var heard = ""
    /// The end of what had been said when the answer was cut; nil: no answer was.
    private var said: String?
    /// The answer that made the calls, or was cut.
    private(set) var number: AnswerNumber?

    var isEmpty: Bool { calls.isEmpty && said == nil }

    /// Whether functions were called in this turn.
    var hasCalls: Bool { !calls.isEmpty }

    /// Whether there are calls that the session never heard of.
    var hasLostCalls: Bool { calls.contains(where: \.isLost) }

    /// Whether every call has its answer.
    var isAnswered: Bool { calls.allSatisfy { $0.response != nil } }

    mutating func add(_ call: FunctionCall, of answer: AnswerNumber) {
        number = answer
        // One that is made once more is the same call; a second would never get its answer.
        guard !calls.contains(where: { $0.call.id == call.id && !$0.isLost }) else { return }
        calls.append(Call(call: call, id: call.id))
    }

    /// The model calls what was called on a lost connection already; returns the answer to it, nil
    /// inside while there is none, and nil for a call that is new.
    mutating func claim(_ call: FunctionCall) -> JSONValue?? {
        let index = calls.firstIndex {
            $0.isLost && $0.call.name == call.name && $0.call.arguments == call.arguments
        }
        guard let index else { return nil }
        calls[index].isLost = false
        calls[index].id = call.id
        return .some(calls[index].response)
    }

    /// Takes note of an answer; returns the id under which the model waits for it.
    mutating func answer(_ id: String, _ response: JSONValue) -> String {
        guard let index = calls.firstIndex(where: { $0.call.id == id }) else { return id }
        calls[index].response = response
        return calls[index].id
    }

    /// The calls that the model waits for under these ids.
    func open(_ ids: Set<String>) -> [FunctionCall] {
        calls.filter { ids.contains($0.id) }.map {
            FunctionCall(id: $0.id, name: $0.call.name, arguments: $0.call.arguments)
        }
    }

    /// The model takes calls back; returns the ids under which they were made.
    mutating func cancel(_ ids: [String]) -> [String] {
        let made = ids.map { id in calls.first { $0.id == id }?.call.id ?? id }
        calls.removeAll { ids.contains($0.id) }
        return made
    }

    /// The answer was cut after these words; nil: it is not to go on.
    mutating func cut(_ answer: AnswerNumber, after words: String?) {
        number = answer
        said = words
    }

    /// The connection is gone; `words` is what the user had asked for, as far as it was written.
    mutating func loseConnection(after words: String) {
        heard = words
        for index in calls.indices { calls[index].isLost = true }
    }

    mutating func reset() { self = TurnBridge() }

    /// The account of the turn for a session that does not know it.
    ///
    /// It asks for an answer unless the user has more to say first. With `asText` it is sent as if
    /// it was typed, for models that close on content which was not announced.
    func account(asksForAnswer: Bool, asText: Bool) -> UplinkItem {
        var text = "(The connection was renewed. "
        if !heard.isEmpty { text += "The user had said: \"\(heard)\". " }
        let done = calls.filter(\.isLost).map { call in
            "\(call.call.name)(\(call.call.arguments.serialized)) gave "
                + (call.response?.serialized ?? "nothing")
        }
        if !done.isEmpty {
            text += "This has been done already and must not be done again: "
            text += done.joined(separator: "; ") + ". "
        }
        let said = said ?? ""
        if !said.isEmpty { text += "You were cut off in your answer after: \"\(said)\". " }
        if asksForAnswer {
            text +=
                said.isEmpty
                ? "Answer the user now." : "Go on from there, without saying that again."
        } else if asText {
            // A text is answered, unless it says otherwise.
            text += "Say nothing to this; the user goes on now."
        } else {
            text.removeLast()
        }
        if asText { return .text(text + ")") }
        return .content([Content(role: .user, text: text + ")")], isComplete: asksForAnswer)
    }

    /// The answer to a call that came without an id, for a service that takes no such answer.
    static func words(for response: FunctionResponse) -> String {
        "(\(response.name) was called without an id. It gave \(response.response.serialized). "
            + "Answer the user now.)"
    }
}
