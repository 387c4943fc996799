internal import Assistant
internal import AudioPath
internal import Broker
internal import Linux

// The report as the broker gets it.
extension PresenceState {
    /// Takes over all that the report says; the words of the last turn are not in it.
    mutating func take(_ report: DeviceReport) {
        activity =
            report.indication.isRinging ? .ringing : Activity(report.indication.gist)
        isMuted = report.indication.isMuted
        isPINLocked = report.isPINLocked
        volume = Int(report.volume.rounded())
        timers = report.timers.count
        nextTimer = report.timers.next.map { WallClock.localTime(at: $0).iso8601 }
        diagnostics = Diagnostics(
            started: WallClock.localTime(at: report.startedAtWall).iso8601,
            reconnects: max(0, report.link.connections - 1),
            xruns: (report.audio?.capture.xruns ?? 0) + (report.audio?.playback.xruns ?? 0),
            memory: report.memory)
    }
}

extension PresenceState.Activity {
    fileprivate init(_ gist: Indication.Gist) {
        switch gist {
        case .idle: self = .idle
        case .listening: self = .listening
        case .thinking: self = .thinking
        case .speaking: self = .speaking
        case .muted: self = .muted
        case .trouble: self = .error
        case .offline: self = .offline
        }
    }
}
