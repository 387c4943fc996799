private import CCurl

/// The loop of the `http` thread: starts transfers, drives them by curl, and ends them.
///
/// ## Concurrency
/// Confined to the thread.
final class TransferLoop {
    /// How long the thread waits when nothing happens; it is merely finite, since orders wake it.
    private static let idleMilliseconds: Int32 = 60 * 60 * 1000
    /// Connections that are kept for the next request.
    private static let cachedConnectionsLimit = 8

    private let queue: TransferQueue
    private var transfers: [UInt64: Transfer] = [:]

    init(queue: TransferQueue) {
        self.queue = queue
    }

    /// Runs until the queue is stopped.
    func run() {
        if let fault = ccurl_load() { return refuseAll(String(cString: fault)) }
        guard let multi = ccurl_multi_init() else { return refuseAll("curl has no memory left") }
        ccurl_limit_cached_connections(multi, Self.cachedConnectionsLimit)
        queue.attach(MultiHandle(pointer: multi))
        while follow(queue.takeOrders(), multi) {
            var running: Int32 = 0
            ccurl_multi_perform(multi, &running)
            takeEnded(multi)
            ccurl_multi_poll(multi, Self.idleMilliseconds)
        }
        queue.attach(nil)
        for number in transfers.keys {
            remove(number, multi, .failure(.unavailable("it was released")))
        }
        ccurl_multi_cleanup(multi)
    }

    /// Follows orders; returns false when the loop must end.
    private func follow(_ orders: TransferQueue.Orders, _ multi: UnsafeMutableRawPointer) -> Bool {
        for command in orders.commands {
            switch command {
            case .start(let number, let request, let channel):
                start(number, request, channel, multi)
            case .cancel(let number): remove(number, multi, .failure(.cancelled))
            case .resume(let number):
                // The write callback may run inside, and may pause again.
                if let transfer = transfers[number] {
                    ccurl_easy_pause(transfer.easy, ccurl_resume)
                }
            }
        }
        return !orders.isStopped
    }

    private func start(
        _ number: UInt64, _ request: HTTPRequest, _ channel: ResponseChannel,
        _ multi: UnsafeMutableRawPointer
    ) {
        let made = Transfer(number: number, request: request, channel: channel)
        guard let transfer = made, transfer.fault == nil,
            ccurl_multi_add_handle(multi, transfer.easy) == CURLM_OK
        else {
            channel.end(.failure(made?.fault ?? .unavailable("curl has no memory left")))
            return queue.countEnded()
        }
        transfers[number] = transfer
    }

    private func takeEnded(_ multi: UnsafeMutableRawPointer) {
        var result = CURLE_OK
        while let easy = ccurl_next_ended(multi, &result) {
            guard let ended = transfers.first(where: { $0.value.easy == easy }) else { continue }
            remove(ended.key, multi, ended.value.outcome(result))
        }
    }

    private func remove(
        _ number: UInt64, _ multi: UnsafeMutableRawPointer, _ result: Result<Void, HTTPError>
    ) {
        guard let transfer = transfers.removeValue(forKey: number) else { return }
        ccurl_multi_remove_handle(multi, transfer.easy)
        queue.countEnded()
        transfer.channel.end(result)
    }

    /// Without curl no request can ever succeed; each ends with that error.
    private func refuseAll(_ reason: String) {
        queue.stop()
        for case .start(_, _, let channel) in queue.takeOrders().commands {
            channel.end(.failure(.unavailable(reason)))
            queue.countEnded()
        }
    }
}
