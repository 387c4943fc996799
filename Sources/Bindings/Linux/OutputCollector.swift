private import CLinux

/// The first bytes of what a program writes into a pipe; the rest is read and thrown away.
///
/// Reading on keeps a talkative program from standing still until its deadline.
struct OutputCollector: ~Copyable {
    // What one read takes: as much as a pipe holds.
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

    /// What to poll; -1 when there is nothing more to come.
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
        // More than a pipe holds cannot be there from before, so this ends.
        var left = martlet_pending_bytes(reader.rawValue)
        while left > 0 && !isAtEnd {
            take()
            left -= Int32(Self.chunkBytes)
        }
    }
}
