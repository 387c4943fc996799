/// A program to run, with all that it inherits.
package struct Command: Sendable, Equatable {
    /// argv: the program first, as a path or as a name looked up in our own PATH; never empty.
    ///
    /// No shell interprets them.
    package var arguments: [String]
    /// All variables the program gets; it inherits none.
    package var environment: [String: String]
    /// The folder it starts in; nil for our own.
    package var workingDirectory: String?
    /// How much of each of the two output streams is kept; the rest is read and thrown away.
    package var outputLimitBytes: Int
    /// What the program may do; nil: all that we may.
    package var confinement: Confinement?

    /// Describes a program that may do all that we may; nothing is started yet.
    package init(
        arguments: [String], environment: [String: String], workingDirectory: String? = nil,
        outputLimitBytes: Int
    ) {
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.outputLimitBytes = outputLimitBytes
    }
}

/// How a program ended, and its output.
package struct CommandResult: Sendable, Equatable {
    package let exit: ProcessExit
    package let standardOutput: [UInt8]
    package let standardError: [UInt8]
    /// Whether one of the streams was longer than the command's limit.
    package let outputTruncated: Bool

    /// Creates a result; tests of tools do too.
    package init(
        exit: ProcessExit, standardOutput: [UInt8], standardError: [UInt8], outputTruncated: Bool
    ) {
        self.exit = exit
        self.standardOutput = standardOutput
        self.standardError = standardError
        self.outputTruncated = outputTruncated
    }
}

/// Why a process ended.
package enum ProcessExit: Sendable, Equatable {
    /// It returned this status, 0 to 255.
    case exited(Int32)
    /// A signal of this number ended it.
    case signalled(Int32)
    /// It had not ended by its deadline and was made to.
    case timedOut
    /// The caller's task was cancelled, and the process was made to end.
    case cancelled
}
