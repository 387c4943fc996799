internal import Assistant
internal import AudioPath
internal import Configuration
internal import Linux
internal import Sounds
internal import VoiceSession
internal import WebSockets

// Makes the parts that the settings may configure or leave out.
extension Application {
    static func presence(
        _ settings: Settings, _ role: Role, _ loop: EventLoop, _ log: Log
    ) throws -> BrokerPresence? {
        switch role {
        case .device:
            try BrokerPresence(settings, loop: loop, log: log, version: ProgramVersion.text)
        // Tools that publish then have a connection of their own.
        case .guest: nil
        }
    }

    static func light(
        _ settings: Settings, _ loop: EventLoop, _ log: Log
    ) throws -> StatusLight? {
        try settings.lightMachine(at: MonotonicClock.now()).map { machine in
            StatusLight(loop: loop, log: log, machine: machine) { try settings.lightDriver() }
        }
    }

    static func tell(_ complaints: [String], _ settings: Settings, _ log: Log) {
        let lines = complaints + ToolSet.missingLines(settings) + ToolSet.refusals(settings)
        for complaint in lines { log(.warning, complaint) }
        for note in ToolSet.notes(settings) { log(.notice, note) }
    }

    static func bell(
        _ settings: Settings, _ loop: EventLoop, _ bridge: AudioBridge, _ sounds: SoundLibrary,
        _ timeline: Fanout, _ log: Log
    ) throws -> AlarmBell {
        try AlarmBell(
            loop: loop, bridge: bridge, sounds: sounds,
            minimumPercent: Double(settings[Keys.timers.volume]),
            speaksReminders: settings[Keys.timers.speaks], log: log
        ) { text in
            timeline.record(TimelineEntry(at: MonotonicClock.now(), event: .notice(text)))
        }
    }

    static func recorder(
        _ settings: Settings, _ rates: SessionRates, _ log: Log
    ) throws -> TurnRecorder? {
        guard settings[Keys.recording.enabled] else { return nil }
        return try TurnRecorder(
            directory: settings[Keys.recording.directory], rates: rates,
            limitMegabytes: settings[Keys.recording.limit],
            limitDays: settings[Keys.recording.maximumAge], log: log,
            now: { WallClock.now() })
    }

    /// The device's own sounds, replaced by the owner's where there are any.
    static func sounds(_ settings: Settings, _ log: Log) throws -> SoundLibrary {
        let folder = settings[Keys.sounds.directory]
        guard !folder.isEmpty else { return try SoundLibrary(rate: AudioSettings.speechRate) }
        let own = SoundFolder.read(folder, rate: AudioSettings.speechRate)
        for complaint in own.complaints { log(.warning, complaint) }
        return try SoundLibrary(rate: AudioSettings.speechRate, own: own.sounds)
    }
}
