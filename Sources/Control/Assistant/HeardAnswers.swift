internal import VoiceSession

/// Which answers are for the user's ears.
///
/// The session says of everything which answer it is of; here is only what the user thinks of them.
struct HeardAnswers {
    /// The newest answer that is due or has come.
    private(set) var newest = AnswerNumber.none
    /// The user has spoken since: nothing more of this answer and of those before it is heard.
    private var interrupted = AnswerNumber.none
    /// The user has taken back what led to this answer and to those before it.
    private var unwanted = AnswerNumber.none

    /// Whether what comes of an answer is heard.
    func isHeard(_ answer: AnswerNumber) -> Bool { answer > interrupted }

    /// Whether nothing is to be done because of an answer.
    func isUnwanted(_ answer: AnswerNumber) -> Bool { answer <= unwanted && answer > .none }

    /// An answer is due, or comes.
    mutating func note(_ answer: AnswerNumber) { newest = max(newest, answer) }

    /// The user wants to hear no more of an answer, nor of those before it.
    mutating func interrupt(_ answer: AnswerNumber) { interrupted = max(interrupted, answer) }

    /// The user says something new: nothing of what is due and comes is heard.
    mutating func interruptAll() { interrupt(newest) }

    /// The user takes back what was said.
    mutating func takeBack() {
        interruptAll()
        unwanted = newest
    }
}
