import Daemon
import Glibc
import Linux

/// The rights of the installed daemon, assumed by a command that root runs: what works for root may
/// not work for the daemon.
struct DaemonRights {
    /// The user whose rights the command has, for its first line.
    let finding: Finding?
    /// The credentials that systemd would pass, copied for the daemon's user; removed by `release`.
    private let credentials: String?

    private init(_ finding: Finding?, credentials: String? = nil) {
        self.finding = finding
        self.credentials = credentials
    }

    /// Assumes them, if we are root and the daemon has another user; before other threads exist.
    static func assume() -> DaemonRights {
        guard let unit = ServiceUnit.installed() else {
            return DaemonRights(
                ServiceUser.isRoot
                    ? Finding(
                        .weak, "user.no-unit", "user",
                        "tested as root, because there is no martlet.service here: a daemon of "
                            + "another user may have fewer rights") : nil)
        }
        guard ServiceUser.isRoot else { return DaemonRights(nil) }
        guard unit.user != "root" else {
            return DaemonRights(Finding(.works, "user", "user", "as root, as martlet.service says"))
        }
        guard let user = ServiceUser(named: unit.user) else {
            return DaemonRights(
                Finding(
                    .broken, "user.missing", "user",
                    "martlet.service runs as \(unit.user), a user that does not exist here",
                    evidence: "the rest is tested as root",
                    remedy: .command("sudo systemd-sysusers")))
        }
        var copied: String?
        let refusal: SystemError?
        do {
            copied = try copy(unit, for: user)
            if let copied { Environment.set("CREDENTIALS_DIRECTORY", to: copied) }
            if let state = unit.stateDirectory, Environment.get("STATE_DIRECTORY") == nil {
                Environment.set("STATE_DIRECTORY", to: state)
            }
            // Settings of root's own session, such as its ~/.asoundrc and its sound server.
            for (name, value) in [
                ("HOME", user.home), ("USER", user.name), ("LOGNAME", user.name),
                ("XDG_RUNTIME_DIR", nil), ("XDG_CONFIG_HOME", nil), ("PULSE_SERVER", nil),
            ] {
                Environment.set(name, to: value)
            }
            refusal = try user.assume(priority: unit.priority, lockedBytes: unit.lockedBytes)
        } catch {
            let rights = DaemonRights(
                Finding(
                    .weak, "user.rights", "user",
                    "the rights of \(user.name), under which martlet.service runs, cannot be taken on, "
                        + "and what follows is judged as root", evidence: "\(error)"),
                credentials: copied)
            return rights
        }
        if let refusal {
            return DaemonRights(
                Finding(
                    .weak, "user.limits", "user",
                    "as user \(user.name), with the groups of martlet.service, but with the limits "
                        + "of this shell: the results for real-time priority and locked memory "
                        + "may not apply to the daemon", evidence: "\(refusal)"),
                credentials: copied)
        }
        return DaemonRights(
            Finding(
                .works, "user", "user",
                "as user \(user.name), with the groups and limits of martlet.service"),
            credentials: copied)
    }

    /// Becomes root again, and removes the copied credentials.
    func release() {
        guard let credentials else { return }
        try? ServiceUser.resume()
        try? Files.removeTree(credentials)
    }

    /// A folder with the existing credentials that systemd would pass; nil if there are none.
    private static func copy(
        _ unit: ServiceUnit, for user: ServiceUser
    ) throws(SystemError) -> String? {
        let sources = unit.credentials.filter { Files.exists($0.value) }
        let sealed = unit.sealedCredentials.filter { Files.exists($0.value) }
        guard !sources.isEmpty || !sealed.isEmpty else { return nil }
        // Root's own folder, in memory; no other user can have created it.
        let folder = "/run/martlet-doctor.\(getpid())"
        try Files.makeDirectory(folder, mode: 0o700)
        do throws(SystemError) {
            for (name, path) in sources {
                let bytes = try Files.read(path, limitBytes: 1 << 20)
                try Files.writeAtomically("\(folder)/\(name)", bytes, mode: 0o400)
                try user.own("\(folder)/\(name)")
            }
            for (name, path) in sealed {
                guard SealedCredential.open(path, name: name, into: "\(folder)/\(name)") else {
                    continue
                }
                try user.own("\(folder)/\(name)")
            }
            try user.own(folder)
        } catch {
            try? Files.removeTree(folder)
            throw error
        }
        return folder
    }
}
