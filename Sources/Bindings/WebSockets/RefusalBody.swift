import CWebSockets
import Glibc
import Linux

/// The body of an answer that came instead of the upgrade: its head is there, the rest is awaited.
///
/// libwebsockets ends such a connection as soon as it has read the head. Its line is kept open
/// here by a second descriptor, and its TLS by a second reference, and is read to the body's end.
///
/// Confined to the loop's thread.
final class RefusalBody: @unchecked Sendable {
    // @unchecked: made and used on the loop's thread only, like the client that owns it.

    /// A far end that explains itself does so at once (nanoseconds).
    static let patience: Int64 = 2_000_000_000
    private static let chunkBytes = 4096

    private let loop: EventLoop
    private let line: FileDescriptor
    /// OpenSSL's handle; nil where the line is in the clear.
    private var tls: OpaquePointer?
    private var decoder: BodyDecoder
    private var watch: LoopWatch?
    private var timer: LoopTimer?
    private var onEnd: (([UInt8]) -> Void)?

    /// Takes over the line of a connection that libwebsockets is about to close.
    ///
    /// Nil where the kernel gives no descriptor for it.
    init?(of socket: OpaquePointer, on loop: EventLoop, decoder: BodyDecoder) {
        let raw = fcntl(lws_get_socket_fd(socket), F_DUPFD_CLOEXEC, 3)
        guard raw >= 0 else { return nil }
        self.loop = loop
        self.decoder = decoder
        line = FileDescriptor(adopting: raw)
        tls = cws_tls_keep(socket)
    }

    deinit { if let tls { cws_tls_release(tls) } }

    /// Reads on, once libwebsockets has closed its own; `onEnd` is called once, with the body.
    func begin(_ onEnd: @escaping ([UInt8]) -> Void) {
        self.onEnd = onEnd
        if let tls { cws_tls_move(tls, line.rawValue) }
        timer = loop.schedule(at: MonotonicClock.now() + Self.patience) { [weak self] in
            self?.end()
        }
        watch = try? loop.watch(line.rawValue) { [weak self] in self?.read() }
        // TLS may hold something that makes the line no longer readable.
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
