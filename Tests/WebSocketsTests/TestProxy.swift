import Glibc
import Linux
import Synchronization

/// A TCP server on 127.0.0.1 whose connections a test serves with blocking calls.
///
/// One thread accepts, one serves each connection. Releasing the server closes everything.
final class RawServer: Sendable {
    let port: Int
    private let listener: Int32
    private let lines = Lines()

    init(serve: @escaping @Sendable (Line) -> Void) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Line.loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, $0, &length) == 0
            }
        }
        guard isListening else { throw SystemError(call: "listen", code: errno) }
        port = Int(UInt16(bigEndian: address.sin_port))
        let lines = lines
        _ = try OwnedThread(name: "test-accept", priority: .normal) {
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else {
                    close(listener)
                    return
                }
                let line = Line(descriptor, in: lines)
                _ = try? OwnedThread(name: "test-serve", priority: .normal) { serve(line) }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        lines.hangUp()
    }
}

/// The descriptors that are open, so that none is touched after its number means another.
final class Lines: Sendable {
    private let open = Mutex<Set<Int32>>([])

    func add(_ descriptor: Int32) { open.withLock { _ = $0.insert(descriptor) } }

    func end(_ descriptor: Int32) {
        open.withLock { open in
            open.remove(descriptor)
            _ = close(descriptor)
        }
    }

    func hangUp() {
        open.withLock { for descriptor in $0 { shutdown(descriptor, Int32(SHUT_RDWR)) } }
    }
}

/// One TCP connection with blocking calls; released, it is closed.
final class Line: Sendable {
    let descriptor: Int32
    private let lines: Lines

    init(_ descriptor: Int32, in lines: Lines) {
        self.descriptor = descriptor
        self.lines = lines
        lines.add(descriptor)
    }

    deinit { lines.end(descriptor) }

    static func loopback(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = UInt16(port).bigEndian
        return address
    }

    /// A connection from here to a port of this machine, which ends with this one.
    func connect(port: Int) -> Line? {
        let other = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let line = Line(other, in: lines)
        var address = Self.loopback(port: port)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(other, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return result == 0 ? line : nil
    }

    /// What comes next; empty at the end.
    func read() -> [UInt8] {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        return Array(chunk.prefix(max(0, count)))
    }

    /// What comes up to an empty line.
    func readHead() -> String {
        var bytes: [UInt8] = []
        while !bytes.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            var byte: UInt8 = 0
            guard recv(descriptor, &byte, 1, 0) == 1 else { break }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    func write(_ text: String) { write(Array(text.utf8)) }

    func endOfWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Hands on what comes, as far as `filter` lets it through, until the end.
    func copy(to other: Line, filter: ([UInt8]) -> Bool = { _ in true }) {
        while true {
            let bytes = read()
            if bytes.isEmpty { break }
            if filter(bytes) { other.write(bytes) }
        }
        other.endOfWriting()
    }
}

/// A proxy that knows CONNECT and leads every name to this machine.
struct TestProxy: Sendable {
    let server: RawServer
    /// The heads of the requests.
    let heads = Shared<[String]>([])

    var port: Int { server.port }

    /// Answers with `refusal` where there is one.
    init(refusal: String? = nil) throws {
        let heads = heads
        server = try RawServer { line in
            let head = line.readHead()
            heads.withLock { $0.append(head) }
            if let refusal { return line.write("HTTP/1.1 \(refusal)\r\n\r\n") }
            let authority = head.split(separator: " ").dropFirst().first ?? ""
            let port = authority.split(separator: ":").last.flatMap { Int($0) } ?? 0
            guard let far = line.connect(port: port) else {
                return line.write("HTTP/1.1 502 No\r\n\r\n")
            }
            line.write("HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n")
            let back = try? OwnedThread(name: "test-back", priority: .normal) {
                far.copy(to: line)
            }
            line.copy(to: far)
            back?.join()
        }
    }
}
