import Glibc
import Linux
import Synchronization

/// A broker of the time before version 5: it knows 3.1.1, and greets only.
final class OldBroker: Sendable {
    let port: Int
    private let listener: Int32
    private let seen = Mutex<[UInt8]>([])

    /// The protocol levels of the greetings so far (MQTT 3.1.1, section 3.1.2.2).
    var versions: [UInt8] { seen.withLock { $0 } }

    init() throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 8) == 0
                    && getsockname(listener, $0, &length) == 0
            }
        }
        guard isListening else { throw SystemError(call: "listen", code: errno) }
        port = Int(UInt16(bigEndian: address.sin_port))
        _ = try OwnedThread(name: "old-broker", priority: .normal) { [weak self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                var bytes = [UInt8](repeating: 0, count: 512)
                let count = recv(connection, &bytes, bytes.count, 0)
                // Type, length (one byte), "MQTT" with its length, level.
                guard count > 8, let self else {
                    close(connection)
                    continue
                }
                let level = bytes[8]
                self.seen.withLock { $0.append(level) }
                let isKnown = level == 4
                let answer: [UInt8] = [0x20, 2, 0, isKnown ? 0 : 1]
                _ = send(connection, answer, answer.count, Int32(MSG_NOSIGNAL))
                if !isKnown { close(connection) }
            }
        }
    }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }
}
