/// What the user was last heard to say, and what was said to it: one request and one reply.
///
/// A value: what happens comes in, in its order. Fragments may come late, and without a turn, as
/// when something is to be announced.
package struct LastWords: Sendable {
    /// Words beyond this are not kept (characters); fewer can be published.
    private static let limit = 2 * Presence.stateLimit

    private var heard = ""
    private var said = ""
    /// What comes next begins another.
    private var isRequestWhole = false
    private var isReplyWhole = false

    /// Nothing was said yet.
    package init() {}

    /// The last request, with single blanks between its words.
    package var request: String { Self.trimmed(heard) }
    /// The last reply, as far as it was spoken.
    package var reply: String { Self.trimmed(said) }

    /// A turn was opened: both begin anew.
    package mutating func turnOpened() { self = LastWords() }

    /// A fragment of what the user was heard to say.
    package mutating func heard(_ text: String) {
        if isRequestWhole { heard = "" }
        isRequestWhole = false
        heard += text.prefix(Self.limit - heard.count)
    }

    /// A fragment of what is said.
    package mutating func said(_ text: String) {
        if isReplyWhole { said = "" }
        isReplyWhole = false
        said += text.prefix(Self.limit - said.count)
    }

    /// The reply was played to its end, or was ended by somebody.
    package mutating func replyEnded() {
        isRequestWhole = true
        isReplyWhole = true
    }

    private static func trimmed(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
