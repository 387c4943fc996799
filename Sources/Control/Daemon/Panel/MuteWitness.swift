internal import Assistant
internal import Linux
internal import WebSockets

/// Shows that the microphone is muted once that is on the disk, so that what the user has seen
/// stays true after every restart.
///
/// The microphone itself is off before that. A slow disk is not waited for: a user who sees nothing
/// happen presses again, which would open it.
///
/// ## Concurrency
/// Confined to the loop's thread.
final class MuteWitness: IndicatorPort, @unchecked Sendable {
    // @unchecked: touched on the loop's thread only; `assistant` is set before anything runs.

    /// A card takes 5 to 50 ms for a short file (nanoseconds).
    private static let patience: Int64 = 250_000_000

    private let loop: EventLoop
    private let memory: DeviceMemory
    private let log: Log
    private let next: any IndicatorPort
    private var latest: Indication?
    /// Writes that are waited for.
    private var waiting = 0
    private var deadline: LoopTimer?

    /// The assistant whose mute it is; it owns this.
    weak var assistant: VoiceAssistant?

    /// A witness in front of the indicators.
    init(loop: EventLoop, memory: DeviceMemory, log: Log, next: any IndicatorPort) {
        self.loop = loop
        self.memory = memory
        self.log = log
        self.next = next
    }

    func show(_ indication: Indication) {
        latest = indication
        if let assistant {
            let (isOn, isByWords) = assistant.assumeIsolated { $0.mute }
            let mute: DeviceMemory.Mute? = isOn ? (isByWords ? .byWords : .byHand) : nil
            if mute != memory.mute { store(mute) }
        }
        if waiting == 0 { next.show(indication) }
    }

    private func store(_ mute: DeviceMemory.Mute?) {
        memory.set(mute)
        // Opening it again needs no promise.
        let isWaiting = mute != nil
        if isWaiting {
            waiting += 1
            deadline =
                deadline
                ?? loop.schedule(at: MonotonicClock.now() + Self.patience) {
                    [weak self] in self?.showLatest()
                }
        }
        Task { [weak self, loop, memory, log] in
            do {
                try await memory.stored()
            } catch {
                log(
                    .error,
                    "the microphone is \(isWaiting ? "muted" : "open"), which cannot be stored: after "
                        + "a restart it may be as it was before (\(error))")
            }
            if isWaiting { loop.perform { [weak self] in self?.written() } }
        }
    }

    private func written() {
        guard waiting > 0 else { return }
        waiting -= 1
        if waiting == 0 { showLatest() }
    }

    private func showLatest() {
        deadline?.cancel()
        deadline = nil
        waiting = 0
        if let latest { next.show(latest) }
    }
}
