internal import Linux

/// Secrets that systemd encrypts for this machine, by its own program.
///
/// ## Concurrency
/// From any thread that may wait.
package enum SealedCredential {
    /// A machine with a slow TPM takes seconds.
    private static let patience = Duration.seconds(30)
    /// The program's name; where it is missing nothing is encrypted.
    private static let program = "systemd-creds"

    /// Encrypts a file under a credential's name into another; returns whether that was possible.
    package static func seal(_ path: String, name: String, into target: String) -> Bool {
        run(["encrypt", "--name=\(name)", path, target]) && Files.exists(target)
    }

    /// Decrypts one into a file; returns whether that was possible.
    package static func open(_ path: String, name: String, into target: String) -> Bool {
        run(["decrypt", "--name=\(name)", path, target]) && Files.exists(target)
    }

    private static func run(_ arguments: [String]) -> Bool {
        let process = try? SpawnedProcess(
            Command(
                arguments: [program] + arguments,
                environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"],
                outputLimitBytes: 0), output: .discarded)
        guard let process else { return false }
        if let exit = process.wait(timeout: patience) { return exit == .exited(0) }
        process.terminate(grace: .seconds(1))
        return false
    }
}
