import AllToolKinds
import Configuration
import Glibc
import Linux
import Testing

@testable import Daemon

/// What the doctor says of the daemon's user, its limits, and the daemon that runs.
@Suite("The doctor judges the daemon's user")
final class AccountFindingsTests {
    /// Nobody's number, and a group of nobody's.
    private static let (user, group): (UInt32, UInt32) = (65_534, 65_533)

    private let root: String

    init() throws { root = try Files.makeTemporaryDirectory(prefix: "martlet-account") }

    deinit { try? Files.removeTree(root) }

    private func write(_ path: String, _ text: String, mode: UInt32 = 0o644) throws {
        let folder = path.split(separator: "/").dropLast().joined(separator: "/")
        try Files.makeDirectory("\(root)/\(folder)", mode: 0o755)
        try Files.writeAtomically("\(root)\(path)", Array(text.utf8), mode: mode)
    }

    private func account(_ groups: [UInt32] = [group]) -> AccountFindings {
        AccountFindings(root: root, user: Self.user, groups: groups)
    }

    private func shown(_ findings: [Finding]) -> [String] {
        findings.map { "\($0.grade) \($0.name)" }
    }

    @Test("a user without the devices' group is named, by the group that the files themselves have")
    func groups() throws {
        let settings = try SettingsFile.settings(from: [("t", "[button]\nline = \"GPIO4\"\n")])
        #expect(account().devices(settings).isEmpty)
        try write("/dev/snd/pcmC0D0c", "", mode: 0o660)
        try write("/dev/gpiochip0", "", mode: 0o660)
        let owner = try Files.rights("\(root)/dev/snd/pcmC0D0c").group
        let found = account().devices(settings)
        #expect(shown(found) == ["broken user.groups.missing"])
        #expect(found.first?.evidence == "/dev/snd/pcmC0D0c, /dev/gpiochip0")
        #expect(shown(account([Self.group, owner]).devices(settings)) == ["works user.groups"])
        // What all may use needs no group.
        try write("/dev/snd/pcmC0D0c", "", mode: 0o666)
        try write("/dev/gpiochip0", "", mode: 0o666)
        #expect(shown(account().devices(settings)) == ["works user.groups"])
        // The group may read, and no more.
        try write("/dev/gpiochip0", "", mode: 0o640)
        #expect(shown(account([owner]).devices(settings)) == ["broken user.groups.missing"])
    }

    @Test("a device that is not wanted needs no group")
    func unwanted() throws {
        try write("/dev/snd/pcmC0D0c", "", mode: 0o660)
        try write("/dev/gpiochip0", "", mode: 0o660)
        let settings = try SettingsFile.settings(from: [
            (
                "t",
                "[audio.capture]\ndevice = \"null\"\n[audio.playback]\ndevice = \"null\"\n"
                    + "[button]\nline = \"GPIO4\"\n"
            )
        ])
        #expect(account().devices(settings).first?.evidence == "/dev/gpiochip0")
    }

    /// As proc_pid_limits(5) shows it.
    private static func limits(locked: String) -> String {
        """
        Limit                     Soft Limit           Hard Limit           Units     \

        Max cpu time              unlimited            unlimited            seconds   \

        Max locked memory         \(locked)              8388608              bytes     \

        Max realtime priority     0                    0                    \

        """
    }

    @Test(
        "the limit of locked memory is read from the kernel's table",
        arguments: [
            (limits(locked: "8388608"), "weak user.locked-memory.limited"),
            (limits(locked: "unlimited"), "works user.locked-memory"),
            (limits(locked: "99999999999999999999"), "unknown user.locked-memory"),
            ("", "unknown user.locked-memory"),
        ])
    func locked(text: String, expected: String) throws {
        try write("/proc/self/limits", text)
        #expect(shown(account().locked) == [expected])
    }

    /// A process of the kernel's table.
    private func process(_ number: Int, _ name: String, _ arguments: String, _ program: String?)
        throws
    {
        try write("/proc/\(number)/comm", "\(name)\n")
        try write("/proc/\(number)/cmdline", arguments)
        if let program { symlink(program, "\(root)/proc/\(number)/exe") }
    }

    @Test("a daemon whose program was replaced on the disk is older than what is installed")
    func daemon() throws {
        #expect(account().daemon.isEmpty)
        try process(7, "martlet", "martlet\0doctor\0", "/usr/bin/martlet (deleted)")
        try process(8, "bash", "bash\0run\0", "/usr/bin/bash (deleted)")
        #expect(account().daemon.isEmpty)
        try process(9, "martlet", "/usr/bin/martlet\0run\0", "/usr/bin/martlet")
        #expect(shown(account().daemon) == ["works daemon"])
        try Files.remove("\(root)/proc/9/exe")
        #expect(shown(account().daemon) == ["unknown daemon"])
        try process(9, "martlet", "/usr/bin/martlet\0run\0", "/usr/bin/martlet (deleted)")
        #expect(shown(account().daemon) == ["weak daemon.replaced"])
        #expect(account().daemon.first?.remedy == .command("sudo systemctl restart martlet"))
    }
}
