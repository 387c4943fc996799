import Testing

/// The tables of known problems and faults name tests, which must exist.
struct ProofTests {
    /// A row: its first and its last column.
    private struct Row {
        let label: Substring
        let proof: Substring

        /// Name and file of each test.
        var tests: [(name: Substring, file: Substring)] {
            let pieces = proof.split(separator: "`", omittingEmptySubsequences: false)
            return stride(from: 1, to: pieces.count - 1, by: 2).map { index in
                let behind = pieces[index + 1].drop { $0 != "(" }.dropFirst()
                return (pieces[index], behind.prefix { $0 != ")" })
            }
        }
    }

    /// The rows of the tables whose last column is headed "Shown by"; a file has others, too.
    private func rows(of file: String) throws -> [Row] {
        var rows: [Row] = []
        var isProof = false
        for line in try SourceTree.lines(of: file) {
            guard line.hasPrefix("| ") else {
                isProof = isProof && line.hasPrefix("|")
                continue
            }
            let columns = line.split(separator: " | ")
            if columns.last?.trimmed == "Shown by |" {
                isProof = true
            } else if isProof, columns.count == 3 {
                rows.append(Row(label: columns[0].dropFirst(2), proof: columns[2]))
            }
        }
        return rows
    }

    /// The display names of the tests of a file.
    private func names(in file: SourceTree.File) -> Set<Substring> {
        let text = file.lines.joined(separator: "\n")
        var names: Set<Substring> = []
        for piece in text.components(behind: "@Test(") {
            let argument = piece.drop { $0 == "\n" || $0 == " " }
            guard argument.first == "\"" else { continue }
            names.insert(argument.dropFirst().prefix { $0 != "\"" })
        }
        return names
    }

    /// Checks that each row names tests that exist, or says why there is nothing to show.
    private func check(_ rows: [Row]) throws {
        let tree = try SourceTree()
        var known: [String: Set<Substring>] = [:]
        for file in tree.swiftFiles where file.isBelow("Tests") {
            known[file.path] = names(in: file)
        }
        for row in rows where !row.proof.hasPrefix("Nothing: ") {
            #expect(!row.tests.isEmpty, "\(row.label)")
            for test in row.tests {
                let path = "Tests/\(test.file).swift"
                #expect(
                    known[path]?.contains(test.name) == true,
                    "\(row.label): there is no '\(test.name)' in \(path)")
            }
        }
    }

    @Test("every known problem has its tests, which exist, or a reason why there is none")
    func problems() throws {
        let rows = try rows(of: "Tests/known-problems.md")
        #expect(rows.map { Int($0.label) } == Array(1...50))
        try check(rows)
    }

    @Test("every fault that was found has its tests, which exist, or a reason why there is none")
    func faults() throws {
        let rows = try rows(of: "Tests/known-faults.md")
        // One row per entry: a second one of the same name is a copying mistake.
        #expect(Set(rows.map(\.label)).count == rows.count)
        #expect(!rows.isEmpty)
        try check(rows)
    }
}

extension String {
    /// The pieces that follow each occurrence of a text.
    fileprivate func components(behind text: String) -> [Substring] {
        var pieces: [Substring] = []
        var rest = Substring(self)
        while let found = rest.firstRange(of: text) {
            rest = rest[found.upperBound...]
            pieces.append(rest)
        }
        return pieces
    }
}
