internal import ALSA
internal import AudioPath
package import Configuration
internal import Daemon
internal import Linux
internal import SignalProcessing
internal import Synchronization

/// The sound cards of this machine, through the daemon's own audio path.
package final class CardSounds: SetupSounds {
    /// Devices that exist open within this (milliseconds).
    private static let openingMilliseconds = 3000
    private static let pollMilliseconds = 50
    /// The room is listened to for this time before the sound (milliseconds).
    private static let noiseMilliseconds = 500
    /// The sound is played within this, and heard within this after it (milliseconds).
    private static let playingMilliseconds = 3000
    private static let searchMilliseconds = 900

    /// The cards, looked at anew each time.
    package init() {}

    package var microphones: [SoundChoice] { choices(.capture) }
    package var loudspeakers: [SoundChoice] { choices(.playback) }

    package var trouble: String? { PCMCatalogue.trouble().map { "\($0)" } }

    package var holders: [String] {
        let all = CardHolder.all(.capture) + CardHolder.all(.playback)
        var seen: Set<String> = []
        return all.map { "\($0)" }.filter { seen.insert($0).inserted }
    }

    private func choices(_ direction: StreamDirection) -> [SoundChoice] {
        SoundCard.all().filter { !$0.pretends || isAlone }.flatMap { card in
            card.devices(direction).map { device in
                let words = "\(card.driver) \(card.id) \(device.name)".lowercased()
                let isDigital = direction == .playback && card.isDigitalOnly
                return SoundChoice(
                    name: "\(isDigital ? "hdmi" : "plughw"):CARD=\(card.id),DEV=\(device.number)",
                    card: card.id, words: "\(card.name), \(device.name)",
                    isScreen: words.contains("hdmi") || words.contains("displayport"))
            }
        }
    }

    /// Whether no card is real, so that those that pretend are meant.
    private var isAlone: Bool { SoundCard.all().allSatisfy(\.pretends) }

    package func hear(
        _ pair: SoundPair, _ levels: SoundLevels, _ settings: Settings,
        pause: (Int) throws -> Void
    ) throws -> HeardSound {
        var settings = settings
        settings[Keys.capture.device] = pair.capture
        settings[Keys.playback.device] = pair.playback
        settings[Keys.playback.volume] = levels.volume ?? settings[Keys.playback.volume]
        settings[Keys.capture.level] = levels.sensitivity ?? settings[Keys.capture.level]
        if let mistake = DeviceNames.mistakes(in: settings).first {
            throw SetupFailure(mistake.message)
        }
        var audio = settings.audioSettings
        audio.music = nil
        audio.restsWhenIdle = false
        // The sound of our own is what is listened for.
        audio.echo.mode = .off
        let take = SampleTake()
        let engine = try AudioEngine(audio) { take.take($0) }
        try engine.start()
        defer { engine.stop() }
        try open(engine, pause)
        let volume = VolumeControl(
            speaker: engine.speaker, wish: audio.volumeWish, percent: audio.volumePercent)
        volume.deviceChanged(to: engine.status().playback.device)
        return try listen(engine, take, pause)
    }

    private func open(_ engine: AudioEngine, _ pause: (Int) throws -> Void) throws {
        for _ in 0..<(Self.openingMilliseconds / Self.pollMilliseconds) {
            let status = engine.status()
            if status.capture.grant != nil, status.playback.grant != nil { return }
            for trouble in [status.capture.trouble, status.playback.trouble] {
                if let trouble { throw SetupFailure(trouble) }
            }
            try pause(Self.pollMilliseconds)
        }
        throw SetupFailure("a sound device does not answer")
    }

    private func listen(
        _ engine: AudioEngine, _ take: SampleTake, _ pause: (Int) throws -> Void
    ) throws -> HeardSound {
        let clippedBefore = engine.status().microphone.clippedSamples
        engine.gate.open(at: MonotonicClock.now(), preRollMilliseconds: 0)
        try pause(Self.noiseMilliseconds)
        engine.speaker.enqueue(Chirp(rate: Int(AudioSettings.speechRate)).samples)
        engine.speaker.endOfTurn()
        var rounds = Self.playingMilliseconds / Self.pollMilliseconds
        while engine.speaker.snapshot().drainedCount < 1 {
            try pause(Self.pollMilliseconds)
            if let trouble = engine.status().playback.trouble { throw SetupFailure(trouble) }
            rounds -= 1
            guard rounds > 0 else { throw SetupFailure("the loudspeaker does not take sound") }
        }
        try pause(Self.searchMilliseconds)
        if let trouble = engine.status().capture.trouble { throw SetupFailure(trouble) }
        let clipped = engine.status().microphone.clippedSamples - clippedBefore
        let samples = take.samples
        let rate = Int(AudioSettings.microphoneRate)
        let quiet = samples.prefix(Self.noiseMilliseconds * rate / 1000)
        let found = Chirp(rate: rate).find(in: samples)
        let peak = samples.map { abs(Double($0)) }.max() ?? 0
        return HeardSound(
            noise: Self.level(quiet.map { Double($0) * Double($0) }.reduce(0, +), quiet.count),
            level: found?.level, peak: Self.level(peak * peak, 1), clippedSamples: clipped)
    }

    /// The level of squares' sum over a number of samples (dBFS).
    private static func level(_ sum: Double, _ count: Int) -> Double {
        Double(LevelMeter.decibels(ofMeanSquare: count > 0 ? Float(sum / Double(count)) : 0))
    }
}

/// What the microphone gave.
///
/// ## Concurrency
/// From any thread; the lock protects the samples.
private final class SampleTake: Sendable {
    private let heard = Mutex<[Int16]>([])

    /// Takes what concerns it; on the processing thread.
    func take(_ event: MicrophoneEvent) {
        guard case .chunk(let chunk) = event else { return }
        heard.withLock { $0 += chunk.samples }
    }

    /// Mono, 16 kHz.
    var samples: [Int16] { heard.withLock { $0 } }
}
