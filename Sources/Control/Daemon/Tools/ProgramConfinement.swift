package import Configuration
internal import Linux

// What the programs of the settings may not see, and what they may.

extension Settings {
    /// The files and folders with keys, secrets, credentials, recordings and what is kept: no
    /// program of the settings can open them.
    package var hiddenPlaces: [String] {
        let named: [String?] = [
            self[Keys.live.keyFile], self[Keys.vertex.accountFile], self[Keys.tools.pinFile],
            self[Keys.tools.secretsDirectory], self[Keys.mqtt.key],
            toolStateDirectory, self[Keys.recording.directory],
        ]
        let environment = [
            "STATE_DIRECTORY", "CREDENTIALS_DIRECTORY", "GOOGLE_APPLICATION_CREDENTIALS",
        ].map { Environment.get($0) }
        // Where systemd finds credentials before it hands them out.
        let stores = ["/etc/credstore", "/etc/credstore.encrypted"]
        var seen: Set<String> = []
        return ((named + environment).compactMap { $0 } + stores)
            // A whole path, and not of everything.
            .filter { $0.hasPrefix("/") && $0.contains { $0 != "/" } && seen.insert($0).inserted }
    }
}

extension Confinement {
    /// What a program of the settings may do and use.
    init(_ program: ProgramSettings, hidden: [String]) throws(ProgramMistake) {
        self.init()
        if hidden.contains(program.directory) {
            throw .hiddenDirectory(program.directory)
        }
        self.hidden = hidden
        writable = program.writable
        readable = program.readable
        devices = program.devices
        mayBeOpen = program.confinement == .ifPossible
        if !program.user.isEmpty {
            guard let user = Confinement.user(named: program.user) else {
                throw .unknownUser(program.user)
            }
            self.user = user
        }
        for name in program.groups {
            guard let group = Confinement.group(named: name) else { throw .unknownGroup(name) }
            groups.append(group)
        }
        cpuSeconds = program.cpuSeconds
        memoryBytes = Int64(program.memoryMegabytes) << 20
        processes = program.processes
        openFiles = program.openFiles
        fileBytes = Int64(program.fileMegabytes) << 20
    }
}

/// Why a program cannot be run as the settings have it.
enum ProgramMistake: Error, CustomStringConvertible {
    case unknownUser(String)
    case unknownGroup(String)
    case hiddenDirectory(String)

    var description: String {
        switch self {
        case .unknownUser(let name): "there is no user '\(name)' here"
        case .unknownGroup(let name): "there is no group '\(name)' here"
        case .hiddenDirectory(let path):
            "directory is \(path), which is hidden from programs, as it holds what is kept secret; "
                + "name a folder in it, or another"
        }
    }
}

extension ToolSet {
    private static func programs(_ settings: Settings) -> [(ToolSettings, ProgramSettings)] {
        let commands = settings.tools(CommandToolSettings.self).map { ($0, $1.program) }
        let servers = settings.tools(MCPToolSettings.self).compactMap { tool, server in
            server.program.map { (tool, $0) }
        }
        return commands + servers
    }

    private static let unheld =
        "this system has neither Landlock nor lets programs have mounts of their own, so nothing "
        + "keeps them from the key, the secrets and the devices"

    /// The programs that are not run, since this system cannot confine them, one line each.
    package static func refusals(_ settings: Settings) -> [String] {
        refusals(settings, isHeld: Confinement.isHeld)
    }

    static func refusals(_ settings: Settings, isHeld: Bool) -> [String] {
        guard !isHeld else { return [] }
        return programs(settings).filter { $1.confinement == .required }.map { tool, _ in
            "\(tool.title) is refused: \(unheld); confinement = \"if-possible\" runs it"
        }
    }

    /// What of the programs' confinement is weak on this machine, one line each.
    static func confinementNotes(_ settings: Settings, isHeld: Bool) -> [String] {
        var notes: [String] = []
        for (tool, program) in programs(settings) {
            if !isHeld, program.confinement == .ifPossible {
                notes.append("\(tool.title) is not confined: \(unheld)")
            }
            if Confinement.isRoot {
                guard program.user.isEmpty else { continue }
                notes.append(
                    "\(tool.title) runs as root, whose processes the kernel does not count; set "
                        + "user")
            } else {
                notes += program.groups.compactMap { name -> String? in
                    guard let group = Confinement.group(named: name), !Confinement.has(group)
                    else { return nil }
                    return "\(tool.title): the user of this program is not in the group \(name), "
                        + "so its programs are not either"
                }
            }
        }
        return notes
    }
}
