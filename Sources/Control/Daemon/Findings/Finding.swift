internal import Configuration
internal import Text

/// What `martlet doctor` says of one thing.
package struct Finding: Sendable, Equatable, CustomStringConvertible {
    /// How it stands with it.
    package enum Grade: String, Sendable, CaseIterable {
        case works
        /// It works, though not as well as it could.
        case weak
        /// The device cannot do its work so.
        case broken
        /// It could not be tried.
        case unknown
    }

    /// What mends it.
    package enum Remedy: Sendable, Equatable {
        /// A line for a shell.
        case command(String)
        /// What is done by hand, in words.
        case action(String)

        /// What is typed or done.
        package var text: String {
            switch self {
            case .command(let text), .action(let text): text
            }
        }
    }

    package let grade: Grade
    /// What it is called, for programs: parts in small letters, from the whole to the fault, such
    /// as `service.key.expired`; one of the same name says the same with every version.
    package let name: String
    /// What it is about, in a word or two.
    package let subject: String
    /// What is the case.
    package let result: String
    /// What was seen: figures, places, the words of others.
    package let evidence: String?
    package let remedy: Remedy?

    /// Says something of a subject.
    package init(
        _ grade: Grade, _ name: String, _ subject: String, _ result: String,
        evidence: String? = nil, remedy: Remedy? = nil
    ) {
        self.grade = grade
        self.name = name
        self.subject = subject.visible
        // Far ends and files have their words in these.
        self.result = result.visible
        self.evidence = evidence.flatMap { $0.isEmpty ? nil : $0.visible }
        self.remedy =
            switch remedy {
            case .command(let text): .command(text.visible)
            case .action(let text): .action(text.visible)
            case nil: nil
            }
    }

    /// All that it says, in one line.
    package var text: String {
        [result, evidence, remedy?.text].compactMap { $0 }.joined(separator: "; ")
    }

    package var description: String { "\(grade.mark)  \(subject): \(text)" }
}

extension Finding.Grade {
    /// Four characters at the beginning of a line.
    var mark: String {
        switch self {
        case .works: "ok  "
        case .weak: "weak"
        case .broken: "FAIL"
        case .unknown: "?   "
        }
    }
}

extension String {
    /// As one word of a shell's line.
    var quoted: String {
        let plain = "/._-+:@%=,"
        let isPlain =
            !isEmpty
            && utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                    || (0x61...0x7A).contains(byte) || plain.utf8.contains(byte)
            }
        return isPlain ? self : "'" + replacing("'", with: "'\\''") + "'"
    }
}
