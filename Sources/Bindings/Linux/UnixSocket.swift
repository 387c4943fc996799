private import CLinux
private import Glibc

/// The address of a local socket.
package enum UnixAddress: Sendable, Equatable, CustomStringConvertible {
    /// A file.
    case path(String)
    /// A name in the kernel's abstract name space, which leaves no file behind.
    case abstract(String)

    /// Reads the usual spelling: a path, or "@name" for an abstract one.
    package init(_ text: String) {
        self = text.hasPrefix("@") ? .abstract(String(text.dropFirst())) : .path(text)
    }

    package var description: String {
        switch self {
        case .path(let path): path
        case .abstract(let name): "@\(name)"
        }
    }

    /// The address in bytes, as the kernel expects it.
    fileprivate var name: [UInt8] {
        switch self {
        case .path(let path): Array(path.utf8)
        case .abstract(let name): [0] + Array(name.utf8)
        }
    }
}

/// A local socket that never blocks, closed with its owner.
///
/// A bound path is removed with the socket that bound it.
package struct UnixSocket: ~Copyable, Sendable {
    /// How bytes are transferred.
    package enum Kind: Sendable {
        /// As one stream to one peer.
        case stream
        /// As separate messages.
        case datagram
    }

    // Connections the kernel keeps for a listener that is busy.
    private static let backlog: Int32 = 16

    private let socket: FileDescriptor
    private let boundPath: String?

    /// Connects to a bound socket.
    ///
    /// The corresponding C function is `connect`.
    package init(connectingTo address: UnixAddress, kind: Kind) throws(SystemError) {
        let socket = try Self.open(kind)
        let (descriptor, name) = (socket.rawValue, address.name)
        try SystemError.check("connect", "\(address)") {
            martlet_unix_connect(descriptor, name, name.count)
        }
        self.socket = socket
        boundPath = nil
    }

    /// Binds an address, and listens there if it is a stream.
    ///
    /// A file that a dead process left behind is replaced; one that is in use is the error
    /// EADDRINUSE. The corresponding C functions are `bind` and `listen`.
    package init(boundTo address: UnixAddress, kind: Kind) throws(SystemError) {
        let socket = try Self.open(kind)
        var path: String?
        if case .path(let own) = address {
            Self.removeStale(own, kind)
            path = own
        }
        let (descriptor, name) = (socket.rawValue, address.name)
        try SystemError.check("bind", "\(address)") {
            martlet_unix_bind(descriptor, name, name.count)
        }
        if kind == .stream {
            try SystemError.check("listen", "\(address)") { listen(descriptor, Self.backlog) }
        }
        self.socket = socket
        boundPath = path
    }

    private init(adopting descriptor: Int32) {
        socket = FileDescriptor(adopting: descriptor)
        boundPath = nil
    }

    deinit {
        if let boundPath { unlink(boundPath) }
    }

    /// Readable when bytes or a connection wait; closed with the socket.
    package var descriptor: Int32 { socket.rawValue }

    /// Takes the next connection of a listening stream; nil when none waits.
    ///
    /// The corresponding C function is `accept4`.
    package func accept() throws(SystemError) -> UnixSocket? {
        let descriptor = socket.rawValue
        guard
            let accepted = try SystemError.checkReady("accept4", { martlet_accept(descriptor) })
        else { return nil }
        return UnixSocket(adopting: accepted)
    }

    /// Sends a message, or as much of the bytes as a stream takes; nil when it takes none now.
    ///
    /// The corresponding C function is `send`.
    package func send(_ bytes: ArraySlice<UInt8>) throws(SystemError) -> Int? {
        let descriptor = socket.rawValue
        return try SystemError.checkReady("send") {
            bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
        }
    }

    /// Receives one message or the available bytes of a stream, at most `limit`; nil when nothing
    /// waits.
    ///
    /// Empty when a stream's peer has closed. A longer message is truncated.
    package func receive(limit: Int) throws(SystemError) -> [UInt8]? {
        try socket.read(limit: limit)
    }

    private static func open(_ kind: Kind) throws(SystemError) -> FileDescriptor {
        FileDescriptor(
            adopting: try SystemError.check("socket") { martlet_unix_socket(kind == .stream) })
    }

    /// Removes a socket file on which nobody listens any more; leaves every other file alone.
    private static func removeStale(_ path: String, _ kind: Kind) {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return }
        do throws(SystemError) {
            _ = try UnixSocket(connectingTo: .path(path), kind: kind)
        } catch {
            if error.code == ECONNREFUSED { unlink(path) }
        }
    }
}
