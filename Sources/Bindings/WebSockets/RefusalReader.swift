import CWebSockets

/// Reads an answer that came instead of the upgrade, including its body.
///
/// libwebsockets reads the part that has arrived when it reports the head; `RefusalBody` reads the
/// rest.
///
/// Confined to the loop's thread.
final class RefusalReader: @unchecked Sendable {
    // @unchecked: created and used only on the loop's thread, like the client that owns it.

    /// The answer so far.
    private(set) var refusal: UpgradeRefusal
    /// Whether the last read of the body found something.
    private var hasRead = false
    private var isWhole = false
    private var rest: RefusalBody?

    /// An answer whose head libwebsockets holds.
    init(status: Int, head socket: OpaquePointer) {
        refusal = UpgradeRefusal(status: status, head: socket)
    }

    /// Whether more of the body is to come.
    var isWaiting: Bool { rest != nil }

    /// Reads the available part of the body, and keeps the connection if more follows; called
    /// within libwebsockets' callback for the head.
    func read(_ socket: OpaquePointer, on loop: EventLoop) {
        let hadSome = readNow(socket)
        let framing = UpgradeRefusal.framing(socket)
        // Only libwebsockets knows its position within a chunk.
        guard !isWhole, framing != .chunked || !hadSome else { return }
        let decoder = BodyDecoder(framing.behind(refusal.body.count), held: refusal.body)
        if !decoder.isWhole { rest = RefusalBody(of: socket, on: loop, decoder: decoder) }
    }

    /// Makes libwebsockets decode the available bytes; returns whether there were any.
    private func readNow(_ socket: OpaquePointer) -> Bool {
        var hadSome = false
        repeat {
            hasRead = false
            // Without our memory libwebsockets reads into its own.
            var bytes: UnsafeMutablePointer<CChar>?
            var count: Int32 = 0
            // It fails at the end of the connection, and when `receivedAll` stops it.
            if lws_http_client_read(socket, &bytes, &count) != 0 { isWhole = true }
            hadSome = hadSome || hasRead
        } while hasRead && !isWhole
        return hadSome
    }

    /// Decoded bytes of the body.
    func received(_ bytes: UnsafeMutableRawPointer?, _ count: Int) {
        hasRead = true
        guard let bytes, count > 0 else { return }
        let piece = UnsafeRawBufferPointer(start: bytes, count: count)
        refusal.body.append(
            contentsOf: piece.prefix(UpgradeRefusal.bodyLimitBytes - refusal.body.count))
        if refusal.body.count >= UpgradeRefusal.bodyLimitBytes { isWhole = true }
    }

    /// The body was read to its end.
    func receivedAll() { isWhole = true }

    /// Reads the rest after libwebsockets has closed its descriptor; `onEnd` is called once.
    func goOn(_ onEnd: @escaping () -> Void) {
        rest?.begin { [weak self] body in
            self?.refusal.body = body
            self?.rest = nil
            onEnd()
        }
    }
}
