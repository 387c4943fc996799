/// Sends requests and receives answers, HTTP/1.1 and 2.
///
/// Connections are kept and reused. The thread `http`, which all transfers share, starts with the
/// first request; releasing the client aborts all transfers under way and ends the thread.
///
/// ## Concurrency
/// Every method may be called from every task. The thread owns curl's handles; callers and the
/// thread synchronize by the lock of `TransferQueue` and, for each answer, that of
/// `ResponseChannel`.
package final class HTTPClient: Sendable {
    private let queue = TransferQueue()

    /// The program's shared client, so that one thread serves all HTTP requests.
    package static let shared = HTTPClient()

    /// A client; nothing is started yet.
    package init() {}

    deinit { queue.stop() }

    /// Sends a request and waits for the whole answer, whatever its status.
    ///
    /// Cancelling the task aborts the transfer.
    package func perform(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let (channel, transfer) = try start(request, isStreamed: false)
        let result = await withTaskCancellationHandler {
            await channel.whole()
        } onCancel: {
            transfer.cancel()
        }
        return try result.get()
    }

    /// Sends a request and waits for the head of the answer; its body is read as it arrives.
    ///
    /// No more of it is held than `ResponseChannel.watermarkBytes`: a slow reader slows the
    /// sender. Cancelling the task, or releasing the body, aborts the transfer.
    package func stream(
        _ request: HTTPRequest
    ) async throws(HTTPError) -> (head: HTTPHead, body: HTTPBody) {
        let (channel, transfer) = try start(request, isStreamed: true)
        let body = HTTPBody(transfer: transfer, channel: channel)
        let result = await withTaskCancellationHandler {
            await channel.head()
        } onCancel: {
            transfer.cancel()
        }
        return (try result.get(), body)
    }

    private func start(
        _ request: HTTPRequest, isStreamed: Bool
    ) throws(HTTPError) -> (ResponseChannel, TransferHandle) {
        if let problem = request.problem { throw .malformed(problem) }
        let channel = ResponseChannel(
            server: request.server, limitBytes: request.responseLimitBytes, isStreamed: isStreamed)
        let number = try queue.start(request, channel)
        return (channel, TransferHandle(queue: queue, number: number))
    }
}

/// One transfer, seen from the caller.
struct TransferHandle: Sendable {
    let queue: TransferQueue
    let number: UInt64

    /// Aborts the transfer, if it is still under way.
    func cancel() { queue.post(.cancel(number)) }

    /// Goes on receiving after a pause.
    func resume() { queue.post(.resume(number)) }
}

extension HTTPRequest {
    /// More headers than any service asks for.
    static let headersLimit = 100

    /// Why the request cannot be sent as it is; the text omits values, which may be secret.
    var problem: String? {
        let scheme = url.prefix { $0 != ":" }.lowercased()
        guard scheme == "http" || scheme == "https", !server.isEmpty else {
            return "the address must begin with http:// or https:// and a host"
        }
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            return "the address holds a blank or a character outside ASCII"
        }
        let letters = UInt8(ascii: "A")...UInt8(ascii: "Z")
        guard !method.isEmpty, method.utf8.allSatisfy(letters.contains) else {
            return "'\(method)' is no method"
        }
        guard headers.count <= Self.headersLimit else {
            return "more than \(Self.headersLimit) headers"
        }
        for header in headers {
            let isName = header.name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x3A }
            guard isName, !header.name.isEmpty else { return "'\(header.name)' is no header name" }
            guard header.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
                return "the value of header \(header.name) holds a line end or control character"
            }
        }
        return nil
    }
}
