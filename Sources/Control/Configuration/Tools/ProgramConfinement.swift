package import Linux

extension Confinement {
    /// The confinement of a program, as its settings say.
    package init(_ program: ProgramSettings, hidden: [String]) throws(ProgramMistake) {
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

/// Why a program cannot be run with these settings.
package enum ProgramMistake: Error, CustomStringConvertible {
    case unknownUser(String)
    case unknownGroup(String)
    case hiddenDirectory(String)

    package var description: String {
        switch self {
        case .unknownUser(let name): "there is no user '\(name)' here"
        case .unknownGroup(let name): "there is no group '\(name)' here"
        case .hiddenDirectory(let path):
            "directory is \(path), which is hidden from programs, as it holds secrets; "
                + "name a folder in it, or another"
        }
    }
}
