package import WireCodec

/// All that the doctor found, for people and for programs.
package struct FindingReport: Sendable {
    /// The form of the JSON document; another number is another form.
    static let version: Int64 = 1

    /// In the order in which they were found.
    package private(set) var findings: [Finding] = []

    /// Nothing yet.
    package init() {}

    /// Adds what was found.
    package mutating func add(_ found: [Finding]) { findings += found }

    /// Whether something is broken.
    package var isBroken: Bool { findings.contains { $0.grade == .broken } }

    /// How it went, in one line.
    package var summary: String {
        let words: [(Finding.Grade, String)] = [
            (.broken, "broken"), (.weak, "weak"), (.unknown, "not tried"), (.works, "fine"),
        ]
        return words.compactMap { grade, word in
            let count = count(grade)
            return count > 0 ? "\(count) \(word)" : nil
        }.joined(separator: ", ")
    }

    /// The whole as one document: the form's number, the program's version, how many findings
    /// have each grade, and each finding; what a finding does not have, its object leaves out.
    package var json: JSONValue {
        .object([
            "version": .int(Self.version), "martlet": .string(ProgramVersion.text),
            "counts": .object(
                JSONObject(
                    Finding.Grade.allCases.map { ($0.rawValue, .int(Int64(count($0)))) })),
            "findings": .array(findings.map(\.json)),
        ])
    }

    private func count(_ grade: Finding.Grade) -> Int { findings.count { $0.grade == grade } }
}

extension Finding {
    /// As one object.
    var json: JSONValue {
        var members: JSONObject = [
            "name": .string(name), "grade": .string(grade.rawValue),
            "subject": .string(subject), "result": .string(result),
        ]
        members["evidence"] = evidence.map { .string($0) }
        switch remedy {
        case .command(let text): members["remedy"] = ["command": .string(text)]
        case .action(let text): members["remedy"] = ["action": .string(text)]
        case nil: break
        }
        return .object(members)
    }

    /// The columns of a terminal that nobody has made larger.
    private static let columns = 80

    /// For a terminal: the result, what was seen and what to do, each with its own lines.
    ///
    /// Lines end before column 80, but a command stays in one piece.
    package var lines: String {
        var text = Self.wrapped("\(subject): \(result)", behind: "\(grade.mark)  ")
        if let evidence { text += Self.wrapped(evidence, behind: "      seen: ") }
        switch remedy {
        case .command(let command): text += "      do:   \(command)\n"
        case .action(let action): text += Self.wrapped(action, behind: "      do:   ")
        case nil: break
        }
        return text
    }

    private static func wrapped(_ text: String, behind head: String) -> String {
        let blank = String(repeating: " ", count: head.count)
        var (lines, line, isBare) = ("", head, true)
        for word in text.split(separator: " ") {
            if !isBare, line.count + 1 + word.count > columns {
                lines += line + "\n"
                (line, isBare) = (blank, true)
            }
            line += (isBare ? "" : " ") + word
            isBare = false
        }
        return lines + line + "\n"
    }
}
