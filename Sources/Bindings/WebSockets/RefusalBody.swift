import CWebSockets
import Glibc
import Linux

/// Reads the body of an answer that came instead of the upgrade, once its head has arrived.
///
/// libwebsockets ends such a connection as soon as it has read the head. Here a second descriptor
/// keeps the connection open, and a second reference its TLS, until the body is read.
///
/// Confined to the loop's thread.
final class RefusalBody: @unchecked Sendable {
    // @unchecked: created and used only on the loop's thread, like the client that owns it.

    /// How long to wait for the body (nanoseconds): a far end sends it at once.
    static let patience: Int64 = 2_000_000_000
    private static let chunkBytes = 4096

    private let loop: EventLoop
    private let line: FileDescriptor
    /// OpenSSL's handle; nil if the connection is not encrypted.
    private var tls: OpaquePointer?
    private var decoder: BodyDecoder
    private var watch: LoopWatch?
    private var timer: LoopTimer?
    private var onEnd: (([UInt8]) -> Void)?

    /// Takes over the socket of a connection that libwebsockets is about to close.
    ///
    /// Nil if the kernel has no descriptor left.
    init?(of socket: OpaquePointer, on loop: EventLoop, decoder: BodyDecoder) {
        let raw = fcntl(lws_get_socket_fd(socket), F_DUPFD_CLOEXEC, 3)
        guard raw >= 0 else { return nil }
        self.loop = loop
        self.decoder = decoder
        line = FileDescriptor(adopting: raw)
        tls = cws_tls_keep(socket)
    }

    deinit { if let tls { cws_tls_release(tls) } }

    /// Reads on after libwebsockets has closed its descriptor; `onEnd` is called once, with the
    /// body.
    func begin(_ onEnd: @escaping ([UInt8]) -> Void) {
        self.onEnd = onEnd
        if let tls { cws_tls_move(tls, line.rawValue) }
        timer = loop.schedule(at: MonotonicClock.now() + Self.patience) { [weak self] in
            self?.end()
        }
        watch = try? loop.watch(line.rawValue) { [weak self] in self?.read() }
        // TLS may have buffered data, for which the socket does not become readable.
        read()
        if watch == nil { end() }
    }

    private func read() {
        var room = [UInt8](repeating: 0, count: Self.chunkBytes)
        while onEnd != nil {
            let count = cws_line_read(tls, line.rawValue, &room, Int32(room.count))
            if count == cws_line_again { return }
            guard count > 0 else { return end() }
            decoder.take(room[..<Int(count)])
            if decoder.isWhole { return end() }
        }
    }

    private func end() {
        timer?.cancel()
        watch?.cancel()
        watch = nil
        let handler = onEnd
        onEnd = nil
        handler?(decoder.body)
    }
}
