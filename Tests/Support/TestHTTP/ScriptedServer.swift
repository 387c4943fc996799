import Glibc
import Linux
import Synchronization

/// A small HTTP/1.1 server on 127.0.0.1 that answers as a test says.
///
/// One thread accepts, one serves each connection. Releasing the server closes everything.
package final class ScriptedServer: Sendable {
    /// What one step of an answer does.
    package enum Step: Sendable {
        case send([UInt8])
        /// Sends nothing until the test opens the gate, or the server goes.
        case hold(Gate)
        /// Closes the line without a word.
        case hangUp
        /// Hands the line with the request over to another server on this machine.
        case handOver(port: Int)
    }

    /// Chooses the answer to a request.
    package typealias Script = @Sendable (ReceivedRequest) -> [Step]

    /// Where it listens.
    package let port: UInt16
    private let listener: Int32
    private let ledger = Ledger()

    /// A server that is ready when this returns.
    package init(_ script: @escaping Script) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 128) == 0
                    && getsockname(listener, $0, &length) == 0
            }
        }
        guard isListening else { throw SystemError(call: "listen", code: errno) }
        port = UInt16(bigEndian: address.sin_port)
        let ledger = ledger
        _ = try OwnedThread(name: "test-accept", priority: .normal) {
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0, ledger.open(connection) else {
                    if connection >= 0 { close(connection) }
                    close(listener)
                    return
                }
                serve(connection, ledger, script)
            }
        }
    }

    deinit {
        ledger.stop()
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// An address on this server; `path` begins with a slash.
    package func url(_ path: String = "/") -> String { "http://127.0.0.1:\(port)\(path)" }

    /// All requests so far, in the order of their ends.
    package var received: [ReceivedRequest] { ledger.state.withLock { $0.received } }

    /// How many connections were ever accepted.
    package var connectionsSeen: Int { ledger.state.withLock { $0.connectionsSeen } }
}

/// What the server's threads share; it outlives the server until they have ended.
private final class Ledger: Sendable {
    struct State {
        var received: [ReceivedRequest] = []
        var connections: [Int32] = []
        var connectionsSeen = 0
        var isStopped = false
    }

    let state = Mutex(State())

    /// False when the server is gone.
    func open(_ connection: Int32) -> Bool {
        state.withLock { state in
            if state.isStopped { return false }
            state.connections.append(connection)
            state.connectionsSeen += 1
            return true
        }
    }

    /// Under the lock, so that `stop` never meets a number that means something else by now.
    func end(_ connection: Int32) {
        state.withLock { state in
            state.connections.removeAll { $0 == connection }
            _ = close(connection)
        }
    }

    func stop() {
        state.withLock { state in
            state.isStopped = true
            for connection in state.connections { shutdown(connection, Int32(SHUT_RDWR)) }
        }
    }
}

private func serve(
    _ connection: Int32, _ ledger: Ledger, _ script: @escaping ScriptedServer.Script
) {
    _ = try? OwnedThread(name: "test-serve", priority: .normal) {
        var reader = RequestReader(connection: connection)
        serving: while let request = reader.next() {
            ledger.state.withLock { $0.received.append(request) }
            for step in script(request) {
                switch step {
                case .send(let bytes):
                    guard write(bytes, to: connection) else { break serving }
                case .hold(let gate): gate.wait()
                case .hangUp: break serving
                case .handOver(let port):
                    Tunnel.run(connection, request, to: port)
                    break serving
                }
            }
        }
        ledger.end(connection)
    }
}

/// Writes all bytes; false when the other side is gone.
func write(_ bytes: [UInt8], to connection: Int32) -> Bool {
    var sent = 0
    while sent < bytes.count {
        let count = bytes[sent...].withUnsafeBytes {
            send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard count > 0 else { return false }
        sent += count
    }
    return true
}

extension [ScriptedServer.Step] {
    /// A complete answer after which the connection stays open.
    package static func reply(
        _ status: Int, _ body: String, headers: [(String, String)] = []
    ) -> [ScriptedServer.Step] {
        let lines = headers.map { "\($0.0): \($0.1)\r\n" }.joined()
        let head = "HTTP/1.1 \(status) Said\r\nContent-Length: \(body.utf8.count)\r\n\(lines)\r\n"
        return [.send([UInt8]((head + body).utf8))]
    }
}

/// Holds an answer back until it is opened; opens once.
package final class Gate: Sendable {
    private let opened: EventFD

    /// A closed gate.
    package init() throws { opened = try EventFD() }

    deinit { opened.signal() }

    /// Lets everything through, also what comes later.
    package func open() { opened.signal() }

    func wait() {
        _ = opened.wait(timeoutMilliseconds: 30_000)
        // For the next one who waits.
        opened.signal()
    }
}
