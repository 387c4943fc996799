import Glibc
import Linux
import Synchronization

/// A TCP server on 127.0.0.1 whose connections a test serves with blocking calls.
///
/// One thread accepts, one thread serves each connection. Releasing the server closes everything.
package final class RawServer: Sendable {
    private static let backlog: Int32 = 128

    /// The port on which it listens.
    package let port: Int
    private let listener: Int32
    private let lines = Lines()

    /// A server that is ready when this returns; a connection ends when `serve` returns.
    package init(serve: @escaping @Sendable (Line) -> Void) throws {
        (listener, port) = try Loopback.bound()
        let (listener, lines) = (listener, lines)
        guard listen(listener, Self.backlog) == 0 else {
            throw SystemError(call: "listen", code: errno)
        }
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

/// The open descriptors, so that none is used after its number was reused.
private final class Lines: Sendable {
    private struct State {
        var open: Set<Int32> = []
        var isHungUp = false
    }

    private let state = Mutex(State())

    /// A connection that arrives after the end is closed at once.
    func add(_ descriptor: Int32) {
        state.withLock { state in
            state.open.insert(descriptor)
            if state.isHungUp { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    func end(_ descriptor: Int32) {
        state.withLock { state in
            state.open.remove(descriptor)
            _ = close(descriptor)
        }
    }

    func hangUp() {
        state.withLock { state in
            state.isHungUp = true
            for descriptor in state.open { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }
}

/// One TCP connection with blocking calls; it is closed when released.
package final class Line: Sendable {
    /// The socket, for calls other than reading and writing.
    package let descriptor: Int32
    private let lines: Lines

    fileprivate init(_ descriptor: Int32, in lines: Lines) {
        self.descriptor = descriptor
        self.lines = lines
        lines.add(descriptor)
    }

    deinit { lines.end(descriptor) }

    /// A connection from here to a port of this machine, which ends with this one.
    package func connect(port: Int) -> Line? {
        Loopback.connection(port: port).map { Line($0, in: lines) }
    }

    /// The next bytes; empty at the end.
    package func read() -> [UInt8] {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        return Array(chunk.prefix(max(0, count)))
    }

    /// The bytes up to an empty line.
    package func readHead() -> String {
        var bytes: [UInt8] = []
        while !bytes.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            var byte: UInt8 = 0
            guard recv(descriptor, &byte, 1, 0) == 1 else { break }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Writes all bytes; false when the other side has closed.
    @discardableResult
    package func write(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Writes a text; false when the other side has closed.
    @discardableResult
    package func write(_ text: String) -> Bool { write(Array(text.utf8)) }

    /// Ends the writing side.
    package func endOfWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Forwards the bytes that `filter` lets through, until the end.
    package func copy(to other: Line, filter: ([UInt8]) -> Bool = { _ in true }) {
        while true {
            let bytes = read()
            if bytes.isEmpty { break }
            if filter(bytes) { other.write(bytes) }
        }
        other.endOfWriting()
    }

    /// Joins two connections until both sides have ended; `filter` sees the bytes of this one.
    package func join(_ other: Line, filter: ([UInt8]) -> Bool = { _ in true }) {
        let back = try? OwnedThread(name: "test-back", priority: .normal) {
            other.copy(to: self)
        }
        copy(to: other, filter: filter)
        back?.join()
    }
}
