internal import VoiceSession

/// Which answers the user is to hear.
///
/// The session reports which answer everything belongs to; this records only the user's decisions.
struct HeardAnswers {
    /// The newest answer that is due or has come.
    private(set) var newest = AnswerNumber.none
    /// The user has spoken since: nothing more of this answer and earlier ones is played.
    private var interrupted = AnswerNumber.none
    /// The user has taken back the words that led to this answer and to earlier ones.
    private var unwanted = AnswerNumber.none

    /// Whether content of an answer is played.
    func isHeard(_ answer: AnswerNumber) -> Bool { answer > interrupted }

    /// Whether nothing may be done because of an answer.
    func isUnwanted(_ answer: AnswerNumber) -> Bool { answer <= unwanted && answer > .none }

    /// An answer is due, or comes.
    mutating func note(_ answer: AnswerNumber) { newest = max(newest, answer) }

    /// The user wants to hear no more of an answer, or of earlier ones.
    mutating func interrupt(_ answer: AnswerNumber) { interrupted = max(interrupted, answer) }

    /// The user says something new: nothing of what is due or coming is played.
    mutating func interruptAll() { interrupt(newest) }

    /// The user takes back what was said.
    mutating func takeBack() {
        interruptAll()
        unwanted = newest
    }
}
