import Testing

/// Rules that `swift format` does not check: sizes, banned words, documented declarations.
struct ShapeTests {
    static let fileLinesLimit = 400
    static let functionLinesLimit = 70

    let tree: SourceTree

    init() throws { tree = try SourceTree() }

    @Test("no file is longer than 400 lines")
    func filesAreShort() {
        for file in tree.swiftFiles {
            // The last line's end makes an empty piece after it.
            #expect(file.lines.count - 1 <= Self.fileLinesLimit, "\(file.path)")
        }
    }

    @Test("no function is longer than 70 lines")
    func functionsAreShort() {
        for file in tree.swiftFiles {
            for (start, line) in file.lines.enumerated() where isFunctionHead(line) {
                // Formatting is checked, so a body ends at the brace in the column of its
                // declaration.
                let length = file.lines[start...].prefix { other in
                    !(other.trimmed.hasPrefix("}") && other.indent == line.indent)
                }.count
                guard file.lines[start...].prefix(8).contains(where: { $0.hasSuffix("{") }) else {
                    continue
                }
                #expect(length <= Self.functionLinesLimit, "\(file.path):\(start + 1)")
            }
        }
    }

    private func isFunctionHead(_ line: Substring) -> Bool {
        let code = line.code
        guard !code.hasSuffix("}") else { return false }
        return code.words.prefix(5).contains("func") || code.trimmed.hasPrefix("init(")
            || code.trimmed.hasPrefix("package init(") || code.trimmed.hasPrefix("deinit")
    }

    @Test("no reminder is left in the tree; an open point is an issue")
    func noReminders() {
        // Spelled in two halves, so that this file passes its own test.
        let banned = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]
        for file in tree.swiftFiles {
            for (number, line) in file.lines.enumerated() {
                #expect(
                    !line.words.contains { banned.contains(String($0)) },
                    "\(file.path):\(number + 1)")
            }
        }
    }

    @Test("declarations that a target exports have a doc comment")
    func packageDeclarationsAreDocumented() {
        let kinds: Set<Substring> = [
            "func", "init", "struct", "class", "enum", "protocol", "actor", "subscript",
        ]
        let requirements = requirementNames()
        for file in tree.swiftFiles where file.path.hasPrefix("Sources/") {
            for (number, line) in file.lines.enumerated() {
                let code = line.code
                guard code.trimmed.hasPrefix("package "), !code.trimmed.hasPrefix("package import"),
                    !kinds.isDisjoint(with: code.words.prefix(4)),
                    !code.words.contains("override")
                else { continue }
                let above = file.lines[..<number].last { !$0.trimmed.hasPrefix("@") } ?? ""
                #expect(
                    above.trimmed.hasPrefix("///") || isConformance(code)
                        || code.functionName.map(requirements.contains) == true,
                    "\(file.path):\(number + 1) \(code.trimmed)")
            }
        }
    }

    /// Requirements of the standard library's protocols are documented there.
    private func isConformance(_ code: Substring) -> Bool {
        let operators = [
            "func ==", "func <", "func hash(into", "func encode(to", "init(from", "func enqueue(_",
            "func checkIsolated(", "func asUnownedSerialExecutor(",
        ]
        return operators.contains { code.contains($0) }
    }

    /// The functions that our own protocols require; they are documented at the protocol.
    private func requirementNames() -> Set<Substring> {
        var names: Set<Substring> = []
        for file in tree.swiftFiles where file.path.hasPrefix("Sources/") {
            var isInProtocol = false
            for line in file.lines {
                if line.code.contains("protocol ") { isInProtocol = true }
                if line.hasPrefix("}") { isInProtocol = false }
                if isInProtocol, let name = line.code.functionName { names.insert(name) }
            }
        }
        return names
    }

    @Test("no test passes by sleeping")
    func testsDoNotSleep() {
        let banned: Set<Substring> = ["sleep", "usleep", "nanosleep"]
        for file in tree.swiftFiles where file.isBelow("Tests") && !file.isBelow("Tests/StyleTests")
        {
            for (number, line) in file.lines.enumerated() {
                #expect(
                    banned.isDisjoint(with: line.code.words), "\(file.path):\(number + 1)")
            }
        }
    }
}
