import Testing

/// The table of known problems names tests; here they are looked for.
struct ProofTests {
    /// A row: its number, and what it says in its last column.
    private struct Row {
        let number: Int
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

    private func rows() throws -> [Row] {
        try SourceTree.lines(of: "Tests/known-problems.md").compactMap { line in
            let columns = line.split(separator: " | ")
            guard columns.count == 3, let number = Int(columns[0].words.first ?? "") else {
                return nil
            }
            return Row(number: number, proof: columns[2])
        }
    }

    /// The names that the tests of a file have for people.
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

    @Test("every known problem has its tests, which exist, or a reason why there is none")
    func table() throws {
        let rows = try rows()
        #expect(rows.map(\.number) == Array(1...50))
        let tree = try SourceTree()
        var known: [String: Set<Substring>] = [:]
        for file in tree.swiftFiles where file.isBelow("Tests") {
            known[file.path] = names(in: file)
        }
        for row in rows where !row.proof.hasPrefix("Nothing: ") {
            #expect(!row.tests.isEmpty, "problem \(row.number)")
            for test in row.tests {
                let path = "Tests/\(test.file).swift"
                #expect(
                    known[path]?.contains(test.name) == true,
                    "problem \(row.number): there is no '\(test.name)' in \(path)")
            }
        }
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
