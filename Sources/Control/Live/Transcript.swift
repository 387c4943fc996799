internal import ModelTypes

/// The history of this conversation, short enough to be given to a fresh session.
struct Transcript {
    /// Turns kept, and the words of each (characters): about a minute's reading.
    static let turnLimit = 12
    static let textLimit = 400

    private var turns: [Content] = []
    private(set) var heard = ""
    private(set) var said = ""
    /// The end of what the model said, from which a long answer continues.
    private(set) var saidLast = ""

    /// A fragment of the user's words.
    mutating func hear(_ text: String) { Self.add(text, to: &heard) }

    /// A fragment of the model's words.
    mutating func say(_ text: String) {
        Self.add(text, to: &said)
        saidLast = String((saidLast + text).suffix(Self.textLimit))
    }

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
        saidLast = ""
    }

    /// The finished turns, the oldest first.
    var history: [Content] { turns }
}
