private import CLinux
private import Glibc

/// A started program that has not been reaped: its process, its group, its end.
///
/// The program leads a process group of its own. When it has ended, or the owner lets go of it,
/// all that is left of the group is killed.
struct ChildHandle: ~Copyable, Sendable {
    let processID: Int32

    /// Readable once the program has ended.
    let descriptor: FileDescriptor

    private var isLetGo = false

    /// Starts a program with the given open files as its standard streams, and no other.
    ///
    /// The corresponding C functions are `posix_spawnp` and `pidfd_open`.
    init(
        _ command: Command, input: borrowing FileDescriptor, output: borrowing FileDescriptor,
        error: borrowing FileDescriptor
    ) throws(SystemError) {
        precondition(!command.arguments.isEmpty, "a command without a program")
        let streams = (input.rawValue, output.rawValue, error.rawValue)
        let variables = command.environment.map { "\($0.key)=\($0.value)" }
        var process = Int32()
        let code = withCStrings(command.arguments) { arguments in
            withCStrings(variables) { environment in
                withOptionalCString(command.workingDirectory) { directory in
                    martlet_spawn(
                        &process, arguments, environment, directory, streams.0, streams.1,
                        streams.2)
                }
            }
        }
        let started = process
        try SystemError.checkReturned("posix_spawn", command.arguments[0]) { code }
        do throws(SystemError) {
            // Nobody else waits for our children, so the number still means this one.
            let opened = try SystemError.check("pidfd_open") { martlet_pidfd(started) }
            processID = started
            descriptor = FileDescriptor(adopting: opened)
        } catch {
            _ = endProcess(started)
            throw error
        }
    }

    deinit {
        if !isLetGo { _ = endProcess(processID) }
    }

    /// Signals the program and all it has started, but those that left its group.
    ///
    /// Does nothing once it was reaped. The corresponding C function is `kill`.
    func signalGroup(_ signal: Signal) {
        if !isLetGo { kill(-processID, signal.rawValue) }
    }

    /// Gives up a program that cannot be killed; it stays until our own end.
    mutating func abandon() {
        isLetGo = true
    }

    /// Kills what is left of the group and takes the program's exit; waits until it has ended.
    ///
    /// Once only.
    mutating func reap() -> ProcessExit {
        precondition(!isLetGo, "a program was reaped twice")
        isLetGo = true
        return endProcess(processID)
    }
}

/// Kills a process group and reaps its leader.
///
/// Until it is reaped the leader's number cannot be given to anybody else, so the group's cannot.
private func endProcess(_ process: Int32) -> ProcessExit {
    kill(-process, SIGKILL)
    var status: Int32 = 0
    _ = try? SystemError.check("waitpid") { waitpid(process, &status, 0) }
    // The macros of wait(2): the low seven bits are the signal, the next byte the exit status.
    let signal = status & 0x7f
    return signal == 0 ? .exited((status >> 8) & 0xff) : .signalled(signal)
}

/// Lends strings as the NULL-ended array that `exec` takes.
private func withCStrings<Result>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
    let copies = strings.map { strdup($0) }
    defer { copies.forEach { free($0) } }
    return body(copies + [nil])
}

private func withOptionalCString<Result>(
    _ string: String?, _ body: (UnsafePointer<CChar>?) -> Result
) -> Result {
    guard let string else { return body(nil) }
    return string.withCString { body($0) }
}
