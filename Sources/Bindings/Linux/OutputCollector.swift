private import CLinux

/// Collects the first bytes of a program's output from a pipe; the rest is read and discarded.
///
/// Reading on keeps a talkative program from blocking until its deadline.
struct OutputCollector: ~Copyable {
    // How much one read takes: the capacity of a pipe.
    private static let chunkBytes = 64 * 1024

    private(set) var bytes: [UInt8] = []
    private(set) var isTruncated = false

    private let reader: FileDescriptor
    private let limitBytes: Int
    private var isAtEnd = false

    init(_ reader: consuming FileDescriptor, limitBytes: Int) {
        self.reader = reader
        self.limitBytes = limitBytes
    }

    /// The descriptor to poll; -1 at the end.
    var descriptor: Int32 { isAtEnd ? -1 : reader.rawValue }

    /// Takes one chunk; the pipe must be readable, else this waits.
    mutating func take() {
        guard let chunk = try? reader.read(limit: Self.chunkBytes), !chunk.isEmpty else {
            isAtEnd = true
            return
        }
        let room = limitBytes - bytes.count
        bytes += chunk.prefix(room)
        if chunk.count > room { isTruncated = true }
    }

    /// Takes what is in the pipe now, and does not wait for more.
    mutating func takeRest() {
        // This ends, since a pipe cannot hold more than its capacity.
        var left = martlet_pending_bytes(reader.rawValue)
        while left > 0 && !isAtEnd {
            take()
            left -= Int32(Self.chunkBytes)
        }
    }
}
