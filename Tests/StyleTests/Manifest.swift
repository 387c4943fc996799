/// The targets of Package.swift with their declared dependencies, read from its text.
struct Manifest {
    /// The own targets that each of our targets may import, by target name.
    let edges: [String: Set<String>]
    /// The folder of a target's files, by target name.
    let folders: [String: String]

    init() throws {
        var edges: [String: Set<String>] = [:]
        var folders: [String: String] = [:]
        let text = try SourceTree.lines(of: "Package.swift").map(\.code).joined(separator: "\n")
        let layers = [
            ".binding(": "Sources/Bindings/", ".realtime(": "Sources/Realtime/",
            ".control(": "Sources/Control/", ".simulation(": "Sources/",
            ".program(": "Sources/Programs/",
        ]
        for (call, folder) in layers {
            for strings in Self.stringLists(after: call, in: text) {
                guard let name = strings.first else { continue }
                edges[name] = Set(strings.dropFirst())
                folders[name] = folder + name
            }
        }
        let tests = Self.stringLists(after: ".tests(", in: text).first ?? []
        var current = ""
        for string in tests {
            if string.hasSuffix("Tests") {
                current = string
                edges[current] = []
                folders[current] = "Tests/\(current)"
            } else {
                edges[current, default: []].insert(string)
            }
        }
        self.edges = edges
        self.folders = folders
    }

    /// The string literals in the parentheses after each occurrence of `call`, in order.
    private static func stringLists(after call: String, in text: String) -> [[String]] {
        var lists: [[String]] = []
        var rest = Substring(text)
        while let start = rest.firstRange(of: call) {
            rest = rest[start.upperBound...]
            var depth = 1
            var literal: String?
            var literals: [String] = []
            for character in rest {
                if character == "\"" {
                    if let finished = literal { literals.append(finished) }
                    literal = literal == nil ? "" : nil
                } else if literal != nil {
                    literal?.append(character)
                } else if character == "(" {
                    depth += 1
                } else if character == ")" {
                    depth -= 1
                    if depth == 0 { break }
                }
            }
            lists.append(literals)
        }
        return lists
    }
}
