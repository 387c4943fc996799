/// Which answer of a session something is of: a later answer has a greater number.
///
/// A session gives the numbers out: one when the user's words end, for the answer that is due to
/// them, and one when the model begins to speak by itself. A number is used for one answer only,
/// also across connections; words that are said again on another connection keep theirs, and so
/// does an answer that goes on there.
package struct AnswerNumber: Sendable, Hashable, Comparable {
    /// Counts from 1; 0 is the number of no answer.
    private let value: UInt64

    /// A number; a session counts them from `none`.
    package init(_ value: UInt64) { self.value = value }

    /// Before every answer.
    package static let none = AnswerNumber(0)

    /// The number after this one; the last one of all is its own.
    package var next: AnswerNumber { AnswerNumber(value == .max ? .max : value + 1) }

    package static func < (one: AnswerNumber, other: AnswerNumber) -> Bool {
        one.value < other.value
    }
}
