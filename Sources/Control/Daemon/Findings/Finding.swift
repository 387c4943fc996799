internal import Configuration
internal import Text

/// What `martlet doctor` says of one thing.
package struct Finding: Sendable, Equatable, CustomStringConvertible {
    /// How it stands with it.
    package enum Grade: Sendable {
        case works
        /// It works, though not as well as it could.
        case weak
        /// The device cannot do its work so.
        case broken

        var mark: String {
            switch self {
            case .works: "ok  "
            case .weak: "weak"
            case .broken: "FAIL"
            }
        }
    }

    package let grade: Grade
    /// What it is about, in a word or two.
    package let subject: String
    /// What was seen, and what to do where that is not good.
    package let text: String

    /// Says something of a subject.
    package init(_ grade: Grade, _ subject: String, _ text: String) {
        self.grade = grade
        self.subject = subject.visible
        // Far ends and files have their words in it.
        self.text = text.visible
    }

    package var description: String { "\(grade.mark)  \(subject): \(text)" }
}
