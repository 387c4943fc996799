private import CLinux
private import Glibc

/// A started program that has not been reaped: its process, its group, its end.
///
/// The program leads its own process group. When it has ended, or its owner releases it, the rest
/// of the group is killed; for a confined program, all that it started.
struct ChildHandle: ~Copyable, Sendable {
    /// The program's process, or for a confined program its warden's.
    let processID: Int32

    /// Readable once the program has ended.
    let descriptor: FileDescriptor

    /// The warden of a confined program.
    private let warden: Warden?

    private var isLetGo = false

    /// Starts a program with the given open files as its standard streams, and no other.
    ///
    /// The corresponding C functions are `posix_spawnp` and `pidfd_open`; for a confined program
    /// see `Confinement`.
    init(
        _ command: Command, input: borrowing FileDescriptor, output: borrowing FileDescriptor,
        error: borrowing FileDescriptor
    ) throws(SystemError) {
        precondition(!command.arguments.isEmpty, "a command without a program")
        let streams = (input.rawValue, output.rawValue, error.rawValue)
        let warden = try command.confinement?.spawn(
            command, input: streams.0, output: streams.1, error: streams.2)
        let started = if let warden { warden.processID } else { try Self.spawn(command, streams) }
        let opened: Int32
        do throws(SystemError) {
            // Nothing else reaps our children, so the number still refers to this one.
            opened = try SystemError.check("pidfd_open") { martlet_pidfd(started) }
        } catch {
            _ = endProcess(started, isWarden: warden != nil)
            throw error
        }
        processID = started
        descriptor = FileDescriptor(adopting: opened)
        self.warden = warden
    }

    private static func spawn(
        _ command: Command, _ streams: (Int32, Int32, Int32)
    ) throws(SystemError) -> Int32 {
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
        try SystemError.checkReturned("posix_spawn", command.arguments[0]) { code }
        return process
    }

    deinit {
        if !isLetGo { _ = endProcess(processID, isWarden: warden != nil) }
    }

    /// Signals the program and all that it has started, except processes that left its group; for a
    /// confined program SIGKILL reaches those too.
    ///
    /// Does nothing once it was reaped. The corresponding C function is `kill`.
    func signalGroup(_ signal: Signal) {
        guard !isLetGo else { return }
        if warden == nil {
            kill(-processID, signal.rawValue)
        } else {
            kill(processID, signal == .kill ? SIGUSR1 : signal.rawValue)
        }
    }

    /// Gives up a program that cannot be killed; it stays until this process ends.
    mutating func abandon() {
        isLetGo = true
    }

    /// Kills what is left of the group and takes the program's exit; waits until it has ended.
    ///
    /// Once only.
    mutating func reap() -> ProcessExit {
        precondition(!isLetGo, "a program was reaped twice")
        isLetGo = true
        let status = endProcess(processID, isWarden: warden != nil)
        guard let warden else { return ProcessExit(status: status) }
        // A warden that was killed reports nothing; then its program was killed too.
        return ProcessExit(status: warden.status() ?? SIGKILL)
    }
}

/// Kills a process group and reaps its leader, or makes a warden do that; returns the wait status.
///
/// Until the leader is reaped its number is not reused, and neither is the group's.
private func endProcess(_ process: Int32, isWarden: Bool) -> Int32 {
    if isWarden {
        // This has no effect if it has already ended.
        kill(process, SIGUSR1)
    } else {
        kill(-process, SIGKILL)
    }
    var status: Int32 = 0
    _ = try? SystemError.check("waitpid") { waitpid(process, &status, 0) }
    return status
}

extension ProcessExit {
    /// Reads a wait status, as the macros of wait(2) do: the low seven bits are the signal, the
    /// next byte the exit status.
    fileprivate init(status: Int32) {
        let signal = status & 0x7f
        self = signal == 0 ? .exited((status >> 8) & 0xff) : .signalled(signal)
    }
}
