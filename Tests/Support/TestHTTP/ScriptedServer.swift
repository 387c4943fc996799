import Linux
import Synchronization
import TestSockets

/// A small HTTP/1.1 server on 127.0.0.1 with scripted answers.
///
/// Releasing the server closes everything.
package final class ScriptedServer: Sendable {
    /// One step of an answer.
    package enum Step: Sendable {
        case send([UInt8])
        /// Sends nothing until the test opens the gate, or the server is released.
        case hold(Gate)
        /// Closes the connection without an answer.
        case hangUp
        /// Hands the connection with the request over to another server on this machine.
        case handOver(port: Int)
    }

    /// Chooses the answer to a request.
    package typealias Script = @Sendable (ReceivedRequest) -> [Step]

    private let server: RawServer
    private let ledger = Ledger()

    /// The record of the server's threads; it outlives the server until they have ended.
    private final class Ledger: Sendable {
        let received = Mutex<[ReceivedRequest]>([])
        let connectionsSeen = Atomic(0)
    }

    /// A server that is ready when this returns.
    package init(_ script: @escaping Script) throws {
        let ledger = ledger
        server = try RawServer { line in
            ledger.connectionsSeen.add(1, ordering: .relaxed)
            var reader = RequestReader(line: line)
            while let request = reader.next() {
                ledger.received.withLock { $0.append(request) }
                guard script(request).allSatisfy({ $0.perform(on: line, request) }) else { return }
            }
        }
    }

    /// The port on which it listens.
    package var port: Int { server.port }

    /// A URL on this server; `path` begins with a slash.
    package func url(_ path: String = "/") -> String { "http://127.0.0.1:\(port)\(path)" }

    /// All requests so far, in the order of their ends.
    package var received: [ReceivedRequest] { ledger.received.withLock { $0 } }

    /// How many connections were ever accepted.
    package var connectionsSeen: Int { ledger.connectionsSeen.load(ordering: .relaxed) }
}

extension ScriptedServer.Step {
    /// False when the connection has ended.
    fileprivate func perform(on line: Line, _ request: ReceivedRequest) -> Bool {
        switch self {
        case .send(let bytes): return line.write(bytes)
        case .hold(let gate):
            gate.wait()
            return true
        case .hangUp: return false
        case .handOver(let port):
            if let other = line.connect(port: port), other.write(request.head) { line.join(other) }
            return false
        }
    }
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

    /// Lets everything through, also later arrivals.
    package func open() { opened.signal() }

    func wait() {
        _ = opened.wait(timeoutMilliseconds: 30_000)
        // For the next waiter.
        opened.signal()
    }
}
