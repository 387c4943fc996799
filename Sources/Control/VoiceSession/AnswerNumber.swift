/// The number of an answer within a session; later answers have greater numbers.
///
/// The session assigns the numbers: one when the user's words end, for the answer due to them, and
/// one when the model starts to speak unprompted. A number is used for one answer only, even across
/// connections: words that are sent again on another connection keep theirs, and so does an answer
/// that continues there.
package struct AnswerNumber: Sendable, Hashable, Comparable {
    /// Counts from 1; 0 is the number of no answer.
    private let value: UInt64

    /// A number; a session counts them from `none`.
    package init(_ value: UInt64) { self.value = value }

    /// Less than the number of every answer.
    package static let none = AnswerNumber(0)

    /// The next number; the greatest number is its own successor.
    package var next: AnswerNumber { AnswerNumber(value == .max ? .max : value + 1) }

    package static func < (one: AnswerNumber, other: AnswerNumber) -> Bool {
        one.value < other.value
    }
}
