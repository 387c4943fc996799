private import Glibc

/// How one address takes a TCP connection, which is closed at once.
package enum ConnectionProbe: Sendable, Equatable {
    /// It takes one.
    case connected
    /// A machine answers there, and nothing listens on the port.
    case refused
    /// No way leads there; the system's words.
    case unreachable(String)
    /// Nothing came back in time.
    case silent

    /// Tries an address, given as numeric text, and a port; blocks for that time at most.
    ///
    /// For a thread of its own. The corresponding C functions are `socket`, `connect` and `poll`.
    package static func attempt(
        _ address: String, port: Int, timeoutMilliseconds: Int32
    ) -> ConnectionProbe {
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(address, String(port), &hints, &list) == 0, let entry = list else {
            return .unreachable("'\(address)' is no address")
        }
        defer { freeaddrinfo(list) }
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let number = socket(entry.pointee.ai_family, kind, 0)
        guard number >= 0 else { return .unreachable(SystemError.text(of: errno)) }
        let descriptor = FileDescriptor(adopting: number)
        if connect(descriptor.rawValue, entry.pointee.ai_addr, entry.pointee.ai_addrlen) == 0 {
            return .connected
        }
        guard errno == EINPROGRESS else { return outcome(errno) }
        var state = pollfd(fd: descriptor.rawValue, events: Int16(POLLOUT), revents: 0)
        guard poll(&state, 1, timeoutMilliseconds) == 1 else { return .silent }
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor.rawValue, SOL_SOCKET, SO_ERROR, &code, &length) == 0 else {
            return outcome(errno)
        }
        return outcome(code)
    }

    private static func outcome(_ code: Int32) -> ConnectionProbe {
        switch code {
        case 0: .connected
        case ECONNREFUSED: .refused
        case ETIMEDOUT: .silent
        default: .unreachable(SystemError.text(of: code))
        }
    }
}
