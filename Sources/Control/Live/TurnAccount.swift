internal import ModelTypes
internal import VoiceSession
internal import WireCodec

/// What the next session must know of a turn that a lost connection has cut.
///
/// A handle is older than the turn, so the next session knows neither the turn's calls nor the
/// beginning of an answer that the user has heard. Both are reported to it in words, once.
struct TurnAccount {
    /// How often the model is asked to continue an answer that a lost connection has cut.
    static let continuationLimit = 3

    private var heard = ""
    /// The end of what had been said when the answer was cut; nil: none was cut.
    private var said: String?
    /// The answer that made the calls, or was cut.
    private(set) var number: AnswerNumber?
    /// It must be given.
    private(set) var isDue = false
    /// The account that was last given in this turn asked for an answer.
    private(set) var hasAsked = false
    /// How often the turn's answer was cut.
    private var cuts = 0

    /// Whether it has a cut answer that must be continued.
    var isOfCutAnswer: Bool { said != nil }

    /// This answer has made calls.
    mutating func calls(of answer: AnswerNumber) { number = answer }

    /// The answer was cut after these words; it is continued up to the limit.
    mutating func cut(_ answer: AnswerNumber, after words: String) {
        cuts += 1
        number = answer
        said = cuts <= Self.continuationLimit ? words : nil
    }

    /// The connection is lost; `words` is the user's request, as far as it was transcribed.
    mutating func connectionLost(after words: String) { heard = words }

    /// Sets whether it must be given at the next suitable moment.
    mutating func setDue(_ isDue: Bool) { self.isDue = isDue }

    /// It is given now.
    mutating func give(asksForAnswer: Bool) {
        isDue = false
        hasAsked = asksForAnswer
    }

    /// Nothing is left to tell.
    mutating func reset() {
        heard = ""
        said = nil
        number = nil
        isDue = false
    }

    /// The turn is over.
    mutating func endTurn() {
        hasAsked = false
        cuts = 0
    }

    /// The account of the turn, with the calls that the session does not know.
    ///
    /// It asks for an answer unless the user has more to say first. With `asText` it is sent like
    /// typed text, for models that close on content that was not announced.
    func item(
        lost: [(call: FunctionCall, response: JSONValue?)], asksForAnswer: Bool, asText: Bool
    ) -> UplinkItem {
        var text = "(The connection was renewed. "
        if !heard.isEmpty { text += "The user had said: \"\(heard)\". " }
        let done = lost.map { call, response in
            "\(call.name)(\(call.arguments.serialized)) gave \(response?.serialized ?? "nothing")"
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
}
