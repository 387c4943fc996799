/// The last words of the user and the answer to them: one request and one reply.
///
/// A value: events go in, in order. Fragments may come late, and without a turn, as for an
/// announcement.
package struct LastWords: Sendable {
    /// Longer texts are cut (characters); even fewer can be published.
    private static let limit = 2 * Presence.stateLimit

    private var heard = ""
    private var said = ""
    /// The next fragment begins a new request.
    private var isRequestWhole = false
    private var isReplyWhole = false

    /// No words yet.
    package init() {}

    /// The last request, with single blanks between its words.
    package var request: String { Self.trimmed(heard) }
    /// The last reply, as far as it was spoken.
    package var reply: String { Self.trimmed(said) }

    /// A turn was opened: both start again.
    package mutating func turnOpened() { self = LastWords() }

    /// A fragment of the user's words.
    package mutating func heard(_ text: String) {
        if isRequestWhole { heard = "" }
        isRequestWhole = false
        heard += text.prefix(Self.limit - heard.count)
    }

    /// A fragment of the answer.
    package mutating func said(_ text: String) {
        if isReplyWhole { said = "" }
        isReplyWhole = false
        said += text.prefix(Self.limit - said.count)
    }

    /// The reply was played to its end, or was interrupted.
    package mutating func replyEnded() {
        isRequestWhole = true
        isReplyWhole = true
    }

    private static func trimmed(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
