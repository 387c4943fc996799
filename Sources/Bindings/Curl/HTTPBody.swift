/// The body of an answer, in pieces as they arrive.
///
/// For one reader. Releasing it before the end aborts the transfer.
package struct HTTPBody: AsyncSequence, Sendable {
    /// Some bytes, at least one.
    package typealias Element = [UInt8]

    private let reader: Reader

    init(transfer: TransferHandle, channel: ResponseChannel) {
        reader = Reader(transfer: transfer, channel: channel)
    }

    /// An iterator; all iterators of a body share its bytes.
    package func makeAsyncIterator() -> Iterator { Iterator(reader: reader) }

    /// The rest of the body in one piece; more than `limitBytes` throws `HTTPError.tooLarge`.
    package func collect(limitBytes: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await piece in self {
            bytes += piece
            guard bytes.count <= limitBytes else {
                throw HTTPError.tooLarge(server: reader.channel.server, limitBytes: limitBytes)
            }
        }
        return bytes
    }

    /// Reads the pieces.
    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let reader: Reader

        /// The next piece; nil at the end.
        ///
        /// Throws `HTTPError` only.
        package mutating func next() async throws -> [UInt8]? {
            let reader = reader
            let (result, isPaused) = await withTaskCancellationHandler {
                await reader.channel.next()
            } onCancel: {
                reader.transfer.cancel()
            }
            if isPaused { reader.transfer.resume() }
            return try result.get()
        }
    }

    /// Ends the transfer with the last reference.
    fileprivate final class Reader: Sendable {
        let transfer: TransferHandle
        let channel: ResponseChannel

        init(transfer: TransferHandle, channel: ResponseChannel) {
            self.transfer = transfer
            self.channel = channel
        }

        deinit { transfer.cancel() }
    }
}
