import CWebSockets
import Glibc
import Linux

/// A descriptor that the loop watches.
///
/// Confined to the loop's thread. Cancel it before the descriptor is closed; releasing it cancels
/// it too.
package final class LoopWatch: @unchecked Sendable {
    // @unchecked: made, called and cancelled on the loop's thread only.

    /// libwebsockets' handle; it closes the duplicate descriptor.
    var socket: OpaquePointer?
    var onReadable: (@Sendable () -> Void)?

    let stays: LoopOccupancy

    fileprivate init(stays: LoopOccupancy, onReadable: @escaping @Sendable () -> Void) {
        self.stays = stays
        self.onReadable = onReadable
    }

    deinit { cancel() }

    /// Stops watching; there is no callback after this.
    package func cancel() {
        onReadable = nil
        guard let socket else { return }
        self.socket = nil
        lws_set_opaque_user_data(socket, nil)
        lws_set_timeout(socket, PENDING_TIMEOUT_USER_REASON_BASE, cws_kill_soon)
    }
}

extension EventLoop {
    /// Calls back whenever a descriptor is readable, until the watch is cancelled.
    ///
    /// On the loop only. The caller still owns the descriptor; it must be non-blocking, and the
    /// callback must read it, since it is called while there is something to read.
    package func watch(
        _ descriptor: Int32, onReadable: @escaping @Sendable () -> Void
    ) throws(WebSocketsError) -> LoopWatch {
        checkIsolated()
        return try adopt(descriptor, onReadable)
    }

    /// Like `watch`, but also before the loop's thread runs.
    func adopt(
        _ descriptor: Int32, _ onReadable: @escaping @Sendable () -> Void
    ) throws(WebSocketsError) -> LoopWatch {
        guard let host = watchHost else { throw .noContext }
        let watch = LoopWatch(stays: stays, onReadable: onReadable)
        // libwebsockets closes what it adopts, so it gets a duplicate.
        let duplicate = try SystemError.checkNegative(
            "fcntl", or: { _ in WebSocketsError.noDescriptor("a watch") }
        ) { fcntl(descriptor, F_DUPFD_CLOEXEC, 3) }
        let owner = Unmanaged.passUnretained(watch).toOpaque()
        guard let socket = cws_adopt_file(host, duplicate, Callback.watchName, owner) else {
            throw .noDescriptor("a watch")
        }
        watch.socket = socket
        return watch
    }
}
