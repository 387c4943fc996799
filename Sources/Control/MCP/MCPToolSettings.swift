package import Configuration
package import Tools

/// A server of the Model Context Protocol whose tools the model may use: `[[tool.mcp]]`.
package struct MCPToolSettings: ToolKind, Equatable {
    /// A server that is a program; nil for one that is reached by `url`.
    package var program: ProgramSettings?
    /// The address of a server that is reached by HTTP; empty for a program.
    package var url: SecretText
    package var headers: [(name: String, value: SecretText)]
    /// A PEM file with the authorities that are trusted; empty: the system's.
    package var authorityFile: String
    /// Names of the tools to offer; `*` stands for any characters.
    package var tools: [String]
    /// How much harm calls of some of them can do, by name or pattern; the first match counts.
    package var risks: [(name: String, risk: ToolRisk)]
    /// How long it may take to answer at its start (seconds).
    package var startSeconds: Int
    /// How long a call may take at most, however much progress the server reports.
    package var longestMilliseconds: Int

    package static let name = "mcp"
    package static let shape = ToolShape.source
    package static let usualRisk = ToolRisk.low

    package static let example = #"""
        # Servers of the Model Context Protocol. Their tools are functions called NAME_tool as soon
        # as the server has listed them; an open session learns of changes. Only what 'tools' names
        # is offered. Descriptions come from the server and are read by the model: use servers that
        # you trust. deadline_ms, result_limit_bytes, calls_per_minute, risk and confirm apply to
        # each of its functions.
        #
        # [[tool.mcp]]
        # name = "kitchen"             # letters, digits and -, at most 24
        # argv = ["/usr/local/bin/kitchen-server"]   # a program that speaks on its standard streams
        # tools = ["get_*", "cook"]    # * stands for anything; ["*"] offers all
        # risks = {}                   # { cook = "high", "get_*" = "read" }; default: risk
        # longest_ms = 120000          # of a call that reports progress; auto behavior goes by it
        # start_s = 30                 # until it answers; default
        # directory = ""               # where it runs and may write; default: nowhere
        # writable = []                # where else it may write; default: nowhere
        # readable = []                # what it may read in folders that are hidden from it; default
        # devices = []                 # device nodes, beside null, urandom and tty; default
        # groups = []                  # where the daemon is root; default: none further
        # confinement = "required"     # or "if-possible": run even if the system cannot confine it
        # environment = {}             # { TOKEN = "{secret:kitchen}" }, beside PATH, LANG, HOME
        # user = ""                    # another user, where the daemon is root; default
        # memory_mb = 4096             # what each of its processes allocates; default
        # processes = 64               # default
        # open_files = 256             # default
        # file_mb = 64                 # the longest file it writes; default
        #
        # [[tool.mcp]]
        # name = "notes"
        # url = "https://notes.example.org/mcp"      # a server that is reached by HTTP
        # headers = { Authorization = "Bearer {secret:notes}" }
        # ca_file = ""                 # the authority of its own certificate (PEM); default
        # tools = ["search"]

        """#

    package static func read(_ table: inout TableReader) -> MCPToolSettings? {
        let arguments = table.strings("argv", [])
        let url = table.secretText("url", "")
        if arguments?.isEmpty ?? false, url?.written.isEmpty ?? false, !table.isWrong("argv"),
            !table.isWrong("url")
        {
            table.note(nil, "needs either 'argv' (a program) or 'url' (a server)")
        }
        if table.has("url") { table.checkAddress(url, at: "url") }
        if table.has("argv"), table.has("url") { table.note("url", "cannot be used with 'argv'") }
        let program = readProgram(&table, arguments)
        let headers = table.secretVariables("headers")
        let authorities = table.path("ca_file", "")
        for key in ["headers", "ca_file"] where table.has(key) && !table.has("url") {
            table.note(key, "has no effect on a server that is a program")
        }
        let tools = table.strings("tools")
        if tools?.isEmpty ?? false, !table.isWrong("tools") {
            table.note("tools", "is empty; [\"*\"] offers all")
        }
        let risks = readRisks(&table)
        let start = table.number("start_s", 30, 1...600)
        let longest = table.number("longest_ms", 120_000, TableReader.deadlineRange)
        guard let arguments, let url, let program, let authorities, let tools, let start,
            let longest
        else { return nil }
        return MCPToolSettings(
            program: arguments.isEmpty ? nil : program, url: url, headers: headers,
            authorityFile: authorities, tools: tools, risks: risks, startSeconds: start,
            longestMilliseconds: longest)
    }

    /// The keys that only a program has.
    private static func readProgram(
        _ table: inout TableReader, _ arguments: [String]?
    ) -> ProgramSettings? {
        for key in ProgramSettings.keys where table.has(key) && !table.has("argv") {
            table.note(key, "has no effect on a server that is reached by HTTP")
        }
        // It runs while we run, so it has no limit of processor time.
        return ProgramSettings.read(
            &table, arguments: arguments,
            usual: .init(cpuSeconds: nil, memoryMegabytes: 4_096, memoryRange: 16...1_048_576))
    }

    private static func readRisks(
        _ table: inout TableReader
    ) -> [(name: String, risk: ToolRisk)] {
        table.variables("risks").compactMap { name, word in
            if let risk = ToolRisk(rawValue: word) { return (name, risk) }
            let allowed = ToolRisk.allCases.map { "\"\($0.rawValue)\"" }
                .joined(separator: ", ")
            table.note("risks", "holds \(TOMLValue.string(word).shown); allowed: \(allowed)")
            return nil
        }
    }

    package var programs: [ProgramSettings] { program.map { [$0] } ?? [] }

    package var files: [(key: String, path: String)] { [("ca_file", authorityFile)] }

    package func notes(_ shared: ToolSettings) -> [String] {
        let unlocking = risks.filter { $0.risk == .unlock }.map(\.name)
        guard shared.confirm == .never, !unlocking.isEmpty else { return [] }
        return [
            "\(shared.title): \(unlocking.joined(separator: ", ")) lets someone in (risk "
                + "\"unlock\") without asking: anyone who can be heard can use it"
        ]
    }

    package var mayAsk: Bool { risks.contains { $0.risk == .high || $0.risk == .unlock } }

    package var secretTexts: [SecretText] {
        [url] + headers.map(\.value) + (program?.environment ?? []).map(\.value)
    }

    package var members: [(key: String, toml: String)] {
        let risks = risks.map { "\($0.name.inlineTOML) = \($0.risk.rawValue.toml)" }
        let common = [
            ("tools", TOMLValue.list(tools)), ("risks", "{\(risks.joined(separator: ", "))}"),
            ("start_s", startSeconds.toml), ("longest_ms", longestMilliseconds.toml),
        ]
        if let program { return program.members + common }
        return [
            ("url", url.written.toml), ("headers", SecretText.table(headers)),
            ("ca_file", authorityFile.toml),
        ] + common
    }

    package static func == (one: Self, other: Self) -> Bool {
        one.members.elementsEqual(other.members) { $0 == $1 }
    }
}
