import Glibc
import Linux

/// Two lines made one, so that a port can have two servers behind it.
enum Tunnel {
    /// Sends the request on, and then whatever comes from either side, until one of them ends.
    static func run(_ connection: Int32, _ request: ReceivedRequest, to port: Int) {
        let other = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(other) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(other, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        let lines = request.headers.map { "\($0.name): \($0.value)\r\n" }.joined()
        let head = "\(request.method) \(request.target) HTTP/1.1\r\n\(lines)\r\n"
        guard isConnected, write(Array(head.utf8), to: other) else { return }
        let back = try? OwnedThread(name: "test-tunnel", priority: .normal) {
            pass(from: other, to: connection)
        }
        pass(from: connection, to: other)
        back?.join()
    }

    private static func pass(from one: Int32, to other: Int32) {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(one, &chunk, chunk.count, 0)
            guard count > 0, write(Array(chunk[..<count]), to: other) else { break }
        }
        shutdown(one, Int32(SHUT_RDWR))
        shutdown(other, Int32(SHUT_RDWR))
    }
}
