internal import Assistant
internal import AudioPath
internal import Linux
internal import Tools
internal import VoiceSession
internal import WebSockets
internal import WireCodec

/// The controls of the device that the model may use.
///
/// ## Concurrency
/// Called on the pool; it acts on the loop.
final class DeviceControls: DevicePort, @unchecked Sendable {
    // @unchecked: `parts` is set before anything runs and released when the tools have ended; what
    // it refers to is touched on the loop only.

    /// The parts that it controls; made after it.
    struct Parts {
        let assistant: VoiceAssistant
        let session: any VoiceService
        let bridge: AudioBridge
        let memory: ReplyMemory
        let reporter: DeviceReporter
    }

    private let loop: EventLoop
    private let memory: DeviceMemory
    private var muteEnd: LoopTimer?
    /// When muting by words ends (CLOCK_MONOTONIC); nil if no time was given.
    private(set) var muteEndsAt: Int64?

    var parts: Parts?

    init(loop: EventLoop, memory: DeviceMemory) {
        self.loop = loop
        self.memory = memory
    }

    /// Releases the parts that it controls, which own it through the tools; on the loop, at the
    /// end.
    func release() {
        muteEnd?.cancel()
        muteEnd = nil
        parts = nil
    }

    /// Ends muting by words at a time of CLOCK_MONOTONIC; on the loop.
    func endMute(at time: Int64) {
        guard let assistant = parts?.assistant else { return }
        muteEnd?.cancel()
        muteEndsAt = time
        muteEnd = loop.schedule(at: time) { assistant.assumeIsolated { $0.endMute() } }
    }

    func volume() async throws -> Int {
        guard let parts else { throw Self.notReady }
        return Int(await parts.bridge.volume.read().rounded())
    }

    func setVolume(_ percent: Int) async throws {
        try await onLoop { [memory] parts in
            parts.bridge.setVolume(Double(percent))
            memory.set(volume: Double(percent))
        }
        try await keep("the volume is \(percent) percent now")
    }

    func mute(_ duration: Duration?) async throws {
        try await onLoop { [self] parts in
            muteEnd?.cancel()
            (muteEnd, muteEndsAt) = (nil, nil)
            let now = MonotonicClock.now()
            parts.assistant.assumeIsolated { $0.mute(at: now) }
            if let duration { endMute(at: MonotonicClock.now(plus: duration)) }
        }
        try await keep("the microphone is off")
    }

    /// Returns when the change is on the disk; it stays in force even if it cannot be stored.
    private func keep(_ done: String) async throws {
        do {
            try await memory.stored()
        } catch {
            throw ToolFailure(
                "\(done), but this could not be stored (\(error)), so a restart of the device ends "
                    + "it: tell the user")
        }
    }

    func repeatAnswer() async throws -> Double {
        try await onLoop { parts in
            let samples = parts.memory.playLast()
            guard samples > 0 else { throw ToolFailure("there is no earlier answer to repeat") }
            return Double(samples) / Double(AudioSettings.speechRate)
        }
    }

    func endConversation() async throws {
        try await onLoop { parts in parts.session.endConversation() }
    }

    func status() async throws -> JSONValue {
        guard let report = await parts?.reporter.refreshed() else { throw Self.notReady }
        return report.status
    }

    private static let notReady = ToolFailure("nothing was done: the device is still starting")

    private func onLoop<Result: Sendable>(
        _ body: @escaping @Sendable (Parts) throws -> Result
    ) async throws -> Result {
        guard let parts else { throw Self.notReady }
        return try await loop.run { try body(parts) }
    }
}
