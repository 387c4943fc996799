import CWebSockets

/// Takes in an answer that came instead of the upgrade, its body too.
///
/// What has come when libwebsockets reports the head is read by libwebsockets, the rest by
/// `RefusalBody`.
///
/// Confined to the loop's thread.
final class RefusalReader: @unchecked Sendable {
    // @unchecked: made and used on the loop's thread only, like the client that owns it.

    /// What has come so far.
    private(set) var refusal: UpgradeRefusal
    /// Whether the last look at the body found something.
    private var hasRead = false
    private var isWhole = false
    private var rest: RefusalBody?

    /// An answer whose head libwebsockets holds.
    init(status: Int, head socket: OpaquePointer) {
        refusal = UpgradeRefusal(status: status, head: socket)
    }

    /// Whether more of the body is to come.
    var isWaiting: Bool { rest != nil }

    /// Takes what is there of the body, and keeps the line where it is not whole; within
    /// libwebsockets' call about the head.
    func read(_ socket: OpaquePointer, on loop: EventLoop) {
        let hadSome = readNow(socket)
        let framing = UpgradeRefusal.framing(socket)
        // Where libwebsockets is within a chunk only it knows.
        guard !isWhole, framing != .chunked || !hadSome else { return }
        let decoder = BodyDecoder(framing.behind(refusal.body.count), held: refusal.body)
        if !decoder.isWhole { rest = RefusalBody(of: socket, on: loop, decoder: decoder) }
    }

    /// Has libwebsockets decode what is there; returns whether there was anything.
    private func readNow(_ socket: OpaquePointer) -> Bool {
        var hadSome = false
        repeat {
            hasRead = false
            // Without memory of ours libwebsockets reads into its own.
            var bytes: UnsafeMutablePointer<CChar>?
            var count: Int32 = 0
            // It fails at the end of the line, and where `receivedAll` has it stop.
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

    /// Awaits the rest, once libwebsockets has closed its end of the line; `onEnd` is called once.
    func goOn(_ onEnd: @escaping () -> Void) {
        rest?.begin { [weak self] body in
            self?.refusal.body = body
            self?.rest = nil
            onEnd()
        }
    }
}
