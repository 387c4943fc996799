internal import Assistant
internal import AudioPath
internal import Linux
internal import Timers
internal import VoiceSession
internal import WireCodec

// The report as the model reads it, in `device_status`.
extension DeviceReport {
    /// An object of words and numbers; keys without a value are left out.
    var status: JSONValue {
        let local = now.local
        var status: JSONObject = [
            "time": .string("\(local.dateText) \(local.timeText)"),
            "version": .string(version),
            "running_for": .string(TimerWords.length(MonotonicClock.now() - startedAt)),
            "machine_running_for": .string(TimerWords.length(now.boot)),
            "conversation": .string(indication.state.rawValue),
            "connection": link.isReady ? "connected" : "not connected",
            "microphone": .string(Self.words(audio?.capture)),
            "loudspeaker": .string(Self.words(audio?.playback)),
            "music_output": .string(audio?.music.map { Self.words($0) } ?? "the loudspeaker"),
            "volume_percent": .int(Int64(volume.rounded())),
            "timers": .int(Int64(timers.count)),
            "ringing": .int(Int64(timers.ringing)),
            "missed": .int(Int64(timers.missed)),
            "tokens_today": .int(tokens.dayTokens),
            "storage": isKept ? "works" : "nothing outlasts a restart",
        ]
        status["token_limit_a_day"] = tokens.dailyBudget.map { .int($0) }
        if let milliseconds = turn?.firstSound {
            status["last_answer_began_after_ms"] = .int(Int64(milliseconds.rounded()))
        }
        if let trouble = troubles.last(where: { $0.part == .storage }) {
            status["storage"] = .string(trouble.text)
        }
        if !troubles.isEmpty {
            status["troubles"] = .array(
                troubles.map { .string("\($0.part.rawValue): \($0.text)") })
        }
        return .object(status)
    }

    /// The same in one line, for `systemctl status`.
    var line: String {
        [
            link.isReady ? "connected" : link.outage ?? "not connected, as nobody talks",
            "microphone \(Self.words(audio?.capture))",
            "loudspeaker \(Self.words(audio?.playback))",
        ].joined(separator: "; ")
    }

    /// The condition of a sound device.
    static func words(_ device: DeviceStatus?) -> String {
        if let grant = device?.grant {
            return "works (\(device?.device ?? "no sound card"), \(grant))"
        }
        if device?.isResting == true { return "is closed while nobody talks" }
        return device?.trouble.map { "does not work: \($0)" } ?? "is not there"
    }
}
