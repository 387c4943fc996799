import AudioPath
import Linux

/// The daemon's audio path, run for one measurement until that is done or Ctrl-C.
final class SoundRig {
    /// Why a measurement ended without a result.
    enum Failure: Error, CustomStringConvertible {
        /// A device cannot be opened; the text says why and what to do.
        case noDevice(String)
        /// Ctrl-C or SIGTERM.
        case interrupted

        var description: String {
            switch self {
            case .noDevice(let text): text
            case .interrupted: "interrupted"
            }
        }
    }

    /// Existing devices open within this time (milliseconds).
    private static let openingMilliseconds: Int64 = 3000
    static let pollMilliseconds: Int32 = 50

    /// Without a separate music device, which only music opens.
    var settings: AudioSettings
    let musicDevice: DeviceWish?
    private let signals: BlockedSignals

    init(_ settings: AudioSettings, _ signals: BlockedSignals) {
        self.settings = settings
        musicDevice = settings.music
        self.settings.music = nil
        // The captured sound is observed all the time.
        self.settings.restsWhenIdle = false
        self.signals = signals
    }

    /// Waits; throws when the user wants to stop.
    func pass(milliseconds: Int32 = SoundRig.pollMilliseconds) throws(Failure) {
        signals.wait(milliseconds: milliseconds)
        if signals.next() != nil { throw .interrupted }
    }

    /// Runs the audio path around the body, which is called when the devices are open; returns
    /// false if the user interrupted it.
    @discardableResult
    func run(
        onMicrophone: @escaping @Sendable (MicrophoneEvent) -> Void = { _ in },
        _ body: (AudioEngine) throws -> Void
    ) throws -> Bool {
        let engine = try AudioEngine(settings, onMicrophone: onMicrophone)
        try engine.start()
        defer { engine.stop() }
        do {
            try awaitDevices(engine)
            try body(engine)
            return true
        } catch Failure.interrupted {
            StandardStream.error.write("\ninterrupted\n")
            return false
        }
    }

    private func awaitDevices(_ engine: AudioEngine) throws {
        let limit = MonotonicClock.now() + Self.openingMilliseconds * 1_000_000
        while true {
            let status = engine.status()
            let devices = [status.capture, status.playback] + (status.music.map { [$0] } ?? [])
            if devices.allSatisfy({ $0.grant != nil }) { break }
            for device in devices {
                if let trouble = device.trouble { throw Failure.noDevice(trouble) }
            }
            guard MonotonicClock.now() < limit else {
                throw Failure.noDevice("a sound device does not answer")
            }
            try pass()
        }
        tell("microphone", settings.capture.device, engine.status().capture)
        tell("loudspeaker", settings.playback.device, engine.status().playback)
        if let music = engine.status().music, let device = settings.music {
            tell("music output", device.device, music)
        }
    }

    private func tell(_ name: String, _ wished: SoundDevice, _ status: DeviceStatus) {
        guard wished != .null, let grant = status.grant else { return }
        let reason = status.reason.map { " (auto: \($0))" } ?? ""
        StandardStream.error.write("\(name) \(status.device ?? "\(wished)"): \(grant)\(reason)\n")
    }
}

/// The microphone's samples while its gate was open.
final class MicrophoneTake: Sendable {
    private struct State: Sendable {
        var samples: [Int16] = []
        var hasEnded = false
    }
    private let state = Shared(State())

    /// Takes the events of the open segment; on the processing thread.
    func take(_ event: MicrophoneEvent) {
        switch event {
        case .chunk(let chunk): state.withLock { $0.samples += chunk.samples }
        case .segmentEnded: state.withLock { $0.hasEnded = true }
        default: break
        }
    }

    /// Mono, 16 kHz, from the opening of the gate.
    var samples: [Int16] { state.withLock { $0.samples } }

    /// Whether the gate has closed and all samples have come.
    var hasEnded: Bool { state.withLock { $0.hasEnded } }
}
