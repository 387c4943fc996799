private import CLinux

/// Both ends of a pipe, which block: see `OutputCollector`.
struct Pipe: ~Copyable {
    let reader: FileDescriptor
    let writer: FileDescriptor

    /// Creates a pipe whose ends are not inherited by programs that we start.
    ///
    /// The corresponding C function is `pipe2`.
    init() throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        try SystemError.check("pipe2") { martlet_pipe(&ends) }
        reader = FileDescriptor(adopting: ends[0])
        writer = FileDescriptor(adopting: ends[1])
    }

    /// The reading end; the writing end is closed.
    consuming func intoReader() -> FileDescriptor {
        reader
    }

    /// The writing end; the reading end is closed.
    consuming func intoWriter() -> FileDescriptor {
        writer
    }
}
