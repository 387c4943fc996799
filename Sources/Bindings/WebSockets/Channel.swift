import CWebSockets

/// One open WebSocket, client's or server's: messages out, messages in, and the close.
///
/// Sending writes at once if nothing waits, so a message costs one system call; what the kernel
/// does not take waits here until the socket is writable. libwebsockets wants writes only in its
/// writable event; they are made outside of it on purpose, if `lws_partial_buffered` reports that
/// it holds nothing back, which tests verify on 4.1 and 4.3. Received fragments are collected in
/// one buffer that is reused.
///
/// Confined to the loop's thread.
final class Channel {
    /// A longer message is refused with close code 1009 (bytes).
    static let messageLimitBytes = 16 << 20
    /// This much may wait to be sent before the connection counts as dead (bytes); at the rate of
    /// a microphone in base64 this is six minutes.
    static let pendingLimitBytes = 16 << 20
    private static let headroomBytes = Int(cws_headroom_bytes)
    /// How many buffers are kept for reuse, and the largest that is kept (bytes).
    private static let poolLimit = 16
    private static let pooledLimitBytes = 64 << 10
    /// The far end has this long to answer a close (seconds).
    private static let closeTimeoutSeconds: Int32 = 2

    private struct Outgoing {
        var bytes: [UInt8]
        var kind: MessageKind
    }

    private(set) var socket: OpaquePointer?
    var onEvent: ((WebSocketEvent) -> Void)?

    private var outgoing: [Outgoing] = []
    private var nextOutgoing = 0
    private(set) var pendingBytes = 0
    private var pool: [[UInt8]] = []
    private var inbox: [UInt8] = []
    private var isInboxBinary = false
    /// Our close code and reason, once decided.
    private var ourClose: (code: UInt16, reason: String)?
    /// The far end's close code and reason.
    private var theirClose: (code: UInt16, reason: String)?
    private var isFinished = false

    /// The socket's number, nil when it is not open.
    var descriptor: Int32? { socket.map { lws_get_socket_fd($0) } }

    var isOpen: Bool { socket != nil && ourClose == nil && theirClose == nil }

    func established(_ socket: OpaquePointer) {
        self.socket = socket
        inbox.reserveCapacity(32 << 10)
        onEvent?(.opened)
    }

    // MARK: Sending

    /// Returns memory that begins with the headroom, into which libwebsockets writes the frame's
    /// header.
    private func takeMemory() -> [UInt8] {
        if let memory = pool.popLast() { return memory }
        var memory: [UInt8] = []
        memory.reserveCapacity(8 << 10)
        memory.append(contentsOf: repeatElement(0, count: Self.headroomBytes))
        return memory
    }

    /// Sends a message, which `write` appends; if the socket is not open it is dropped.
    func send(kind: MessageKind, _ write: (inout [UInt8]) -> Void) {
        guard let socket, isOpen else { return }
        var message = Outgoing(bytes: takeMemory(), kind: kind)
        write(&message.bytes)
        if pendingBytes == 0, lws_partial_buffered(socket) == 0 {
            if hand(&message, to: socket) { recycle(message.bytes) } else { abort() }
            // libwebsockets keeps what the kernel refused and asks to write again by itself.
            if lws_partial_buffered(socket) != 0 { lws_callback_on_writable(socket) }
            return
        }
        pendingBytes += message.bytes.count
        outgoing.append(message)
        if pendingBytes > Self.pendingLimitBytes { return abort() }
        lws_callback_on_writable(socket)
    }

    private func hand(_ message: inout Outgoing, to socket: OpaquePointer) -> Bool {
        let count = message.bytes.count - Self.headroomBytes
        let kind = message.kind == .text ? LWS_WRITE_TEXT : LWS_WRITE_BINARY
        return message.bytes.withUnsafeMutableBufferPointer { memory in
            guard let start = memory.baseAddress else { return false }
            return lws_write(socket, start + Self.headroomBytes, count, kind) >= 0
        }
    }

    private func recycle(_ memory: consuming [UInt8]) {
        var memory = memory
        guard pool.count < Self.poolLimit, memory.capacity <= Self.pooledLimitBytes else { return }
        memory.removeSubrange(Self.headroomBytes...)
        pool.append(memory)
    }

    /// Called when libwebsockets can write; returns -1 to make it close the socket.
    func writable() -> Int32 {
        guard let socket else { return -1 }
        while nextOutgoing < outgoing.count {
            guard lws_partial_buffered(socket) == 0 else {
                lws_callback_on_writable(socket)
                return 0
            }
            pendingBytes -= outgoing[nextOutgoing].bytes.count
            guard hand(&outgoing[nextOutgoing], to: socket) else { return -1 }
            nextOutgoing += 1
        }
        for message in outgoing { recycle(message.bytes) }
        outgoing.removeAll(keepingCapacity: true)
        nextOutgoing = 0
        guard lws_partial_buffered(socket) == 0 else {
            lws_callback_on_writable(socket)
            return 0
        }
        // Messages sent before the close arrive before it.
        if let ourClose {
            sayClose(ourClose, on: socket)
            return -1
        }
        onEvent?(.drained)
        return 0
    }

    // MARK: Receiving

    func received(_ bytes: UnsafeMutableRawPointer?, _ count: Int) -> Int32 {
        guard let socket, ourClose == nil else { return 0 }
        if inbox.isEmpty { isInboxBinary = lws_frame_is_binary(socket) != 0 }
        guard inbox.count + count <= Self.messageLimitBytes else {
            close(code: 1009, reason: "message longer than \(Self.messageLimitBytes) bytes")
            return 0
        }
        if let bytes {
            inbox.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
        }
        guard lws_is_final_fragment(socket) != 0, lws_remaining_packet_payload(socket) == 0 else {
            return 0
        }
        // libwebsockets takes only a pong for a sign of life, and a pong may be late behind
        // messages.
        lws_validity_confirmed(socket)
        onEvent?(.message(inbox, isBinary: isInboxBinary))
        inbox.removeAll(keepingCapacity: true)
        return 0
    }

    // MARK: The end

    func close(code: UInt16, reason: String) {
        guard let socket, ourClose == nil else { return }
        ourClose = (code, reason)
        lws_callback_on_writable(socket)
        // A far end that stopped reading must not keep the socket open.
        lws_set_timeout(socket, PENDING_TIMEOUT_CLOSE_SEND, Self.closeTimeoutSeconds)
    }

    /// Ends the connection without a close frame.
    func abort() {
        guard let socket else { return }
        ourClose = ourClose ?? (1006, "")
        lws_set_timeout(socket, PENDING_TIMEOUT_USER_REASON_BASE, cws_kill_soon)
    }

    private func sayClose(_ close: (code: UInt16, reason: String), on socket: OpaquePointer) {
        // A control frame holds 125 bytes, two of them the code.
        var reason = Array(close.reason.utf8.prefix(123))
        reason.withUnsafeMutableBufferPointer { memory in
            lws_close_reason(
                socket, lws_close_status(UInt32(close.code)), memory.baseAddress, memory.count)
        }
    }

    func peerCloses(_ bytes: UnsafeMutableRawPointer?, _ count: Int) {
        guard let bytes, count >= 2 else {
            // "No status was present", the code that RFC 6455 section 7.1.5 prescribes.
            theirClose = (1005, "")
            return
        }
        let frame = UnsafeRawBufferPointer(start: bytes, count: count)
        let code = UInt16(frame[0]) << 8 | UInt16(frame[1])
        theirClose = (code, String(decoding: frame[2...], as: UTF8.self))
    }

    /// Reports once that the socket is closed.
    func finish() {
        guard !isFinished else { return }
        isFinished = true
        socket = nil
        outgoing = []
        pendingBytes = 0
        let end = theirClose ?? ourClose ?? (1006, "")
        let handler = onEvent
        // The handler's captures must not outlive the socket.
        onEvent = nil
        handler?(.closed(code: end.code, reason: end.reason))
    }
}
