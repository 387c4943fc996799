import Linux

/// The project's own files, as the style tests see them.
struct SourceTree {
    /// A Swift file, its path relative to the project's root.
    struct File {
        let path: String
        let lines: [Substring]

        /// Whether the file is below a folder of Sources or Tests, such as "Bindings/ALSA".
        func isBelow(_ folder: String) -> Bool { path.hasPrefix(folder + "/") }
    }

    static let root: String = {
        // .../Tests/StyleTests/SourceTree.swift
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
            .joined(separator: "/")
    }()

    let swiftFiles: [File]

    init() throws {
        var files: [File] = []
        for top in ["Sources", "Tests"] {
            try Self.collect(top, into: &files)
        }
        swiftFiles = files.sorted { $0.path < $1.path }
    }

    private static func collect(_ folder: String, into files: inout [File]) throws {
        for name in try Files.list("\(root)/\(folder)") {
            let path = "\(folder)/\(name)"
            if name.hasSuffix(".swift") {
                files.append(File(path: path, lines: try lines(of: path)))
            } else if !name.contains(".") {
                try collect(path, into: &files)
            }
        }
    }

    /// The lines of a file of the project, without line ends.
    static func lines(of path: String) throws -> [Substring] {
        let bytes = try Files.read("\(root)/\(path)", limitBytes: 1 << 20)
        return String(decoding: bytes, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
    }
}

extension Substring {
    /// The line without leading and trailing blanks.
    var trimmed: Substring {
        guard let first = firstIndex(where: { $0 != " " }) else { return "" }
        return self[first...]
    }

    /// How many blanks the line starts with.
    var indent: Int { prefix { $0 == " " }.count }

    /// The words of the line, as an identifier scanner sees them.
    var words: [Substring] { split { !($0.isLetter || $0.isNumber || $0 == "_") } }

    /// The name after `func`, if the line declares a function.
    var functionName: Substring? {
        let words = words
        guard let keyword = words.firstIndex(of: "func"), keyword + 1 < words.count else {
            return nil
        }
        return words[keyword + 1]
    }

    /// The line up to a comment, so that prose is not read as code.
    var code: Substring {
        let text = trimmed
        if text.hasPrefix("//") || text.hasPrefix("///") { return "" }
        var previous: Character = " "
        for index in indices where self[index] == "/" || previous == "/" {
            if previous == "/", self[index] == "/" { return self[..<self.index(before: index)] }
            previous = self[index]
        }
        return self
    }
}
