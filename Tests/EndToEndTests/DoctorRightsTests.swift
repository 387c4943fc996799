import Glibc
import Linux
import Testing

/// Whether this machine lets a test create a mount name space, as root.
private let hasNameSpaces: Bool = {
    guard geteuid() == 0 else { return false }
    let exit = try? SpawnedProcess(
        Command(
            arguments: ["/bin/sh", "-c", "exec unshare -m mount -t tmpfs none /run"],
            environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"], outputLimitBytes: 0),
        output: .discarded
    ).wait(timeout: .seconds(10))
    return exit == .exited(0)
}()

@Suite("The doctor judges with the daemon's rights", .timeLimit(.minutes(5)))
struct DoctorRightsTests {
    /// The doctor's output for root with this unit, in a `/run` of its own.
    private func doctor(unit: String, settings: (String) -> String) throws -> String {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-rights")
        defer { try? Files.removeTree(folder) }
        // The daemon's user can reach this folder.
        chmod(folder, 0o755)
        try Files.writeAtomically(
            "\(folder)/key", Array("test-key\n".utf8), mode: 0o600)
        try Files.writeAtomically(
            "\(folder)/unit",
            Array(unit.split(separator: "FOLDER").joined(separator: folder).utf8), mode: 0o644)
        try Files.writeAtomically(
            "\(folder)/martlet.toml",
            Array(
                """
                [audio.capture]
                device = "null"
                [audio.playback]
                device = "null"
                [live]
                \(settings(folder))
                """.utf8), mode: 0o644)
        let script = """
            mount -t tmpfs -o mode=755 none /run && mkdir -p /run/systemd/system &&
            cp "$1/unit" /run/systemd/system/martlet.service &&
            "$0" doctor --no-service --config "$1/martlet.toml" 2>&1; ls /run
            """
        let process = try SpawnedProcess(
            Command(
                arguments: [
                    "/bin/sh", "-c", "exec unshare -m sh -c \"$0\" \"$@\"", script,
                    try DaemonProcess.program(), folder,
                ],
                environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]
                    .merging(DaemonProcess.sanitizers) { $1 }, outputLimitBytes: 0),
            output: .lines)
        var output = ""
        while let line = process.readLine(timeout: .seconds(30)) { output += line + "\n" }
        return output
    }

    @Test("a file that only root can read is no key for the daemon", .enabled(if: hasNameSpaces))
    func unreadable() throws {
        let output = try doctor(unit: "[Service]\nUser=nobody\n") { "key_file = \"\($0)/key\"" }
        #expect(output.contains("as user nobody"), "\(output)")
        #expect(output.contains("FAIL  key"), "\(output)")
        let words = output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words.contains("Permission denied"), "\(output)")
    }

    @Test(
        "a credential from systemd is the daemon's, and no copy of it is left",
        .enabled(if: hasNameSpaces))
    func credential() throws {
        let output = try doctor(
            unit: "[Service]\nUser=nobody\nLoadCredential=gemini-api-key:FOLDER/key\n"
        ) { _ in "" }
        #expect(
            output.contains("ok    key: from the systemd credential gemini-api-key"), "\(output)")
        #expect(!output.contains("martlet-doctor"), "\(output)")
        #expect(!output.contains("test-key"), "\(output)")
    }

    @Test(
        "what systemd has encrypted is the daemon's key too",
        .enabled(if: hasNameSpaces && Files.exists("/usr/bin/systemd-creds")))
    func sealedCredential() throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-sealed")
        defer { try? Files.removeTree(folder) }
        try Files.writeAtomically("\(folder)/key", Array("test-key".utf8), mode: 0o600)
        let sealing = try SpawnedProcess(
            Command(
                arguments: [
                    "systemd-creds", "encrypt", "--name=gemini-api-key-sealed", "\(folder)/key",
                    "\(folder)/sealed",
                ], environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"], outputLimitBytes: 0),
            output: .discarded)
        // It may be there and have nothing to encrypt with.
        guard sealing.wait(timeout: .seconds(60)) == .exited(0) else { return }
        let output = try doctor(
            unit: "[Service]\nUser=nobody\n"
                + "LoadCredentialEncrypted=gemini-api-key-sealed:\(folder)/sealed\n"
        ) { _ in "" }
        #expect(
            output.contains("ok    key: from the systemd credential gemini-api-key-sealed"),
            "\(output)")
        #expect(!output.contains("test-key"), "\(output)")
    }

    @Test(
        "a missing user is reported, with the command that creates one", .enabled(if: hasNameSpaces)
    )
    func nobody() throws {
        let output = try doctor(unit: "[Service]\nUser=martlet-no-such\n") { _ in "" }
        // Wherever the lines break.
        let words = output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words.contains("martlet-no-such, a user that does not exist here"), "\(output)")
        #expect(output.contains("systemd-sysusers"), "\(output)")
    }
}
