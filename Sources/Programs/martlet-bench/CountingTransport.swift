import Live
import WebSockets

/// The daemon's transport, with counters; on the loop's thread.
final class CountingTransport: LiveTransport, @unchecked Sendable {
    // @unchecked: used on the loop only, like the transport inside.

    private let transport: WebSocketTransport
    /// Whether messages with sound are counted, which requires a look at each message.
    private let countsSound: Bool
    private let onDrained: @Sendable () -> Void
    private(set) var messagesSent = 0
    private(set) var messagesReceived = 0
    private(set) var bytesSent = 0
    private(set) var bytesReceived = 0
    private var audioMessages = 0

    init(
        loop: EventLoop, countsSound: Bool = false, onDrained: @escaping @Sendable () -> Void
    ) {
        self.countsSound = countsSound
        transport = WebSocketTransport(loop: loop)
        self.onDrained = onDrained
    }

    /// Bytes that were sent and that the kernel has not taken yet.
    var pendingBytes: Int { transport.pendingBytes }

    func open(
        _ request: WebSocketRequest, onEvent: @escaping @Sendable (WebSocketEvent) -> Void
    ) {
        transport.open(request) { [unowned self] event in
            switch event {
            case .message(let frame, _):
                messagesReceived += 1
                bytesReceived += frame.count
            case .drained: onDrained()
            case .opened, .closed, .failed: break
            }
            onEvent(event)
        }
    }

    func send(_ write: (inout [UInt8]) -> Void) {
        transport.send { buffer in
            let before = buffer.count
            write(&buffer)
            messagesSent += 1
            bytesSent += buffer.count - before
            if countsSound, buffer[before...].starts(with: Self.audioStart) { audioMessages += 1 }
        }
    }

    /// The beginning of every message with sound.
    private static let audioStart = Array(#"{"realtimeInput":{"audio":"#.utf8)

    /// The number of messages with sound that were sent so far; from any task.
    func audioMessagesSent(on loop: EventLoop) async -> Int {
        await withCheckedContinuation { continuation in
            loop.perform { [self] in continuation.resume(returning: audioMessages) }
        }
    }

    func close() { transport.close() }

    func abort() { transport.abort() }
}
