internal import Linux
internal import Synchronization
package import WireCodec

/// Writes a document at intervals: of several values in quick succession only the newest is
/// written, which spares a card.
///
/// For values that may be a few seconds old after a crash. Values that users rely on go through
/// `KeptDocument.write`.
///
/// ## Concurrency
/// From any thread, including the loop's: nothing here waits. The disk is written on a separate
/// thread, in order.
package final class LazyWriter: Sendable {
    private struct State: Sendable {
        var next: JSONValue?
        var writer: Task<Void, Never>?
        /// A fault is reported once, until a write succeeds.
        var isInTrouble = false
    }

    private let thread = DiskThread(name: "writer")
    private let document: KeptDocument
    private let delay: Duration
    private let onTrouble: @Sendable (String) -> Void
    private let state = Mutex(State())

    /// A writer that waits for `delay` before each write; `onTrouble` takes words for the owner.
    package init(
        _ document: KeptDocument, delay: Duration, onTrouble: @escaping @Sendable (String) -> Void
    ) {
        self.document = document
        self.delay = delay
        self.onTrouble = onTrouble
    }

    /// Has a value written after a while, unless another one follows before.
    package func put(_ value: JSONValue) {
        state.withLock { state in
            state.next = value
            guard state.writer == nil else { return }
            state.writer = Task.detached { [self] in await write() }
        }
    }

    /// Writes the pending value, and returns when it is on the disk or has failed.
    package func settled() async {
        guard let writer = state.withLock({ $0.writer }) else { return }
        // This ends the delay, not the write.
        writer.cancel()
        await writer.value
    }

    private func write() async {
        repeat {
            try? await Task.sleep(for: delay)
            guard let value = state.withLock({ $0.next.take() }) else { continue }
            do {
                try await thread.run { [document] in
                    // It may be readable by now, and the pending value is more valuable.
                    if document.isBlocked { _ = document.read() }
                    try document.write(value)
                }
                state.withLock { $0.isInTrouble = false }
            } catch {
                let isNew = state.withLock { state in
                    defer { state.isInTrouble = true }
                    return !state.isInTrouble
                }
                if isNew { onTrouble("\(document.name) cannot be stored: \(error)") }
            }
        } while !isDone()
    }

    private func isDone() -> Bool {
        state.withLock { state in
            guard state.next == nil else { return false }
            state.writer = nil
            return true
        }
    }
}
