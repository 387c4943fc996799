package import Configuration
internal import Linux

// What the programs of the settings may and may not see.

extension Settings {
    /// The files and folders with keys, secrets, credentials, recordings and state: no program of
    /// the settings can open them.
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
            // An absolute path, but not the root.
            .filter { $0.hasPrefix("/") && $0.contains { $0 != "/" } && seen.insert($0).inserted }
    }
}

extension ToolSet {
    private static func programs(_ settings: Settings) -> [(ToolSettings, ProgramSettings)] {
        // In the order of the kinds, as they are made.
        settings.kinds.list.flatMap { kind in
            settings.tools.filter { type(of: $0.kind) == kind }
        }.flatMap { tool in tool.kind.programs.map { (tool, $0) } }
    }

    private static let unheld =
        "this system has neither Landlock nor lets programs have mounts of their own, so nothing "
        + "keeps them from the key, the secrets and the devices"

    /// The programs that are not run because this system cannot confine them, one line each.
    package static func refusals(_ settings: Settings) -> [String] {
        refusals(settings, isHeld: Confinement.isHeld)
    }

    static func refusals(_ settings: Settings, isHeld: Bool) -> [String] {
        guard !isHeld else { return [] }
        return programs(settings).filter { $1.confinement == .required }.map { tool, _ in
            "\(tool.title) is refused: \(unheld); confinement = \"if-possible\" runs it"
        }
    }

    /// The weaknesses of the programs' confinement on this machine, one line each.
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
