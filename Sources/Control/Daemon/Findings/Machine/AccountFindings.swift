package import Configuration
internal import GPIO
internal import Linux

/// What the doctor says of the user that the daemon runs as: the groups of devices, the limits, and
/// the daemon that runs.
package struct AccountFindings: Sendable {
    /// Below this not all that the daemon has is kept in memory (bytes).
    static let lockedBytes: UInt64 = 64 << 20

    private let tree: SystemTree
    private let user: UInt32
    private let groups: [UInt32]

    /// This process, on the machine whose files lie below a root; empty for this one.
    package init(root: String) {
        self.init(root: root, user: ProcessUser.user, groups: ProcessUser.groups)
    }

    init(root: String, user: UInt32, groups: [UInt32]) {
        tree = SystemTree(root: root)
        self.user = user
        self.groups = groups
    }

    /// Of the devices that the settings want, the limits, and the running daemon.
    package func all(_ settings: Settings) -> [Finding] {
        devices(settings) + (settings[Keys.audio.memoryLock] ? locked : []) + daemon
    }

    // MARK: - Devices

    /// One for each group without which a device cannot be used, or that all can.
    func devices(_ settings: Settings) -> [Finding] {
        var paths: [String] = []
        if settings[Keys.capture.device] != "null" || settings[Keys.playback.device] != "null" {
            paths += tree.entries("/dev/snd", "pcm")
        }
        if !settings.lineUses.isEmpty { paths += tree.entries("/dev", "gpiochip") }
        guard !paths.isEmpty, user != 0 else { return [] }
        let (name, subject) = ("user.groups", "groups")
        var lacking: [UInt32: [String]] = [:]
        for path in paths {
            do throws(SystemError) {
                let rights = try Files.rights(tree.root + path)
                if !mayUse(rights) { lacking[rights.group, default: []].append(path) }
            } catch {
                return [
                    Finding(
                        .unknown, name, subject, "the devices cannot be looked at",
                        evidence: "\(error)")
                ]
            }
        }
        let own = ProcessUser.name(ofUser: user)
        guard !lacking.isEmpty else {
            return [Finding(.works, name, subject, "\(own) may use the \(paths.count) devices")]
        }
        return lacking.sorted { $0.key < $1.key }.map { group, paths in
            let title = ProcessUser.name(ofGroup: group)
            return Finding(
                .broken, "\(name).missing", subject,
                group == 0
                    ? "only root may use devices that \(own) needs"
                    : "\(own) is not in the group \(title), whose devices are needed",
                evidence: paths.prefix(4).joined(separator: ", "),
                remedy: .command(
                    group == 0
                        ? "sudo udevadm control --reload && sudo udevadm trigger"
                        : "sudo usermod -aG \(title.quoted) \(own.quoted) && "
                            + "sudo systemctl restart martlet"))
        }
    }

    /// Whether the kernel would let this user read and write (path_resolution(7)).
    private func mayUse(_ rights: FileRights) -> Bool {
        let both: UInt32 = 0o6
        if rights.user == user { return rights.mode >> 6 & both == both }
        if groups.contains(rights.group) { return rights.mode >> 3 & both == both }
        return rights.mode & both == both
    }

    // MARK: - Limits

    /// How much memory may be kept from being swapped out, so that sound does not wait for it.
    var locked: [Finding] {
        let (name, subject) = ("user.locked-memory", "locked memory")
        guard user != 0 else { return [] }
        switch tree.read("/proc/self/limits") {
        case .absent: return []
        case .unreadable(let words):
            return [Finding(.unknown, name, subject, "cannot be read", evidence: words)]
        case .text(let text):
            let line = text.split(separator: "\n").first { $0.hasPrefix("Max locked memory") }
            let limit =
                line?.dropFirst("Max locked memory".count)
                .split(separator: " ").first ?? ""
            if limit == "unlimited" || UInt64(limit).map({ $0 >= Self.lockedBytes }) == true {
                return [Finding(.works, name, subject, "\(limit) may be locked")]
            }
            guard let bytes = UInt64(limit) else {
                return [
                    Finding(
                        .unknown, name, subject, "/proc/self/limits does not say it",
                        evidence: line.map(String.init))
                ]
            }
            return [
                Finding(
                    .weak, "\(name).limited", subject,
                    "only \(bytes >> 20) MiB may be locked, so that sound may wait for the disk",
                    remedy: .action(
                        "start the daemon by systemd, whose unit gives it (LimitMEMLOCK)"))
            ]
        }
    }

    // MARK: - The daemon that runs

    /// Whether the daemon that runs is this program, or one that was replaced on the disk since.
    var daemon: [Finding] {
        let (name, subject) = ("daemon", "running daemon")
        for process in tree.entries("/proc", "") {
            guard Int(process.dropFirst("/proc/".count)) != nil,
                tree.read("\(process)/comm") == .text("martlet"), isDaemon(process)
            else { continue }
            let number = process.dropFirst("/proc/".count)
            do throws(SystemError) {
                let program = try Files.destination(ofLink: "\(tree.root)\(process)/exe")
                guard program.hasSuffix(" (deleted)") else {
                    return [
                        Finding(
                            .works, name, subject, "process \(number) runs \(program)",
                            evidence: "this is \(ProgramVersion.text)")
                    ]
                }
                return [
                    Finding(
                        .weak, "\(name).replaced", subject,
                        "it is of an older version than what is installed",
                        evidence: "process \(number) runs \(program)",
                        remedy: .command("sudo systemctl restart martlet"))
                ]
            } catch {
                return [
                    Finding(
                        .unknown, name, subject, "process \(number) does not say what it runs",
                        evidence: "\(error)")
                ]
            }
        }
        return []
    }

    /// Whether a process of the program is the daemon, and not a doctor such as this one.
    private func isDaemon(_ process: String) -> Bool {
        guard case .text(let text) = tree.read("\(process)/cmdline") else { return false }
        return text.split(separator: "\0").dropFirst().first == "run"
    }
}
