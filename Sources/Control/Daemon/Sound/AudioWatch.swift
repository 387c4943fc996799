package import AudioPath

/// Lines for the log about the sound devices: what was granted at each opening, and totals of
/// faults that repair themselves.
///
/// A value: the statuses and their times go in, lines come out. Lasting trouble is reported after
/// ten seconds, then at ever longer intervals, so that a card with an overrun every second does not
/// fill the disk.
package struct AudioWatch {
    /// How often the devices' status is read (milliseconds).
    package static let intervalMilliseconds: Int64 = 10_000
    /// Trouble that lasts is reported at least this often (milliseconds).
    static let longestGapMilliseconds: Int64 = 640_000

    /// A line for the log.
    package struct Line: Equatable, Sendable {
        package let isTrouble: Bool
        package let text: String
    }

    private var microphone = Told(name: "microphone", xruns: "overruns")
    private var speaker = Told(name: "loudspeaker", xruns: "underruns")
    private var music = Told(name: "music output", xruns: "underruns")
    private var echo = ReportedEcho()
    private var hasStarted = false

    /// Nothing has been reported.
    package init() {}

    /// What is new since the last call, at a time (milliseconds of any steady clock).
    package mutating func lines(_ status: AudioStatus, atMilliseconds now: Int64) -> [Line] {
        var lines: [Line] = []
        if !hasStarted {
            hasStarted = true
            lines.append(Self.priority(status))
        }
        lines += microphone.news(status.capture, now)
        lines += speaker.news(status.playback, now)
        if let output = status.music { lines += music.news(output, now) }
        if let status = status.echo { lines += echo.news(status) }
        return lines
    }

    private static func priority(_ status: AudioStatus) -> Line {
        Line(
            isTrouble: false,
            text: status.isRealTime
                ? "the sound threads have real-time priority"
                : "the sound threads have no real-time priority (LimitRTPRIO)")
    }

    /// Everything since the start, for the end.
    package static func summary(_ status: AudioStatus) -> [String] {
        let devices = [
            ("microphone", status.capture), ("loudspeaker", status.playback),
            ("music output", status.music),
        ]
        return devices.compactMap { name, device in
            guard let device else { return nil }
            let late = zip(
                ["0.5", "1", "2", "5", "10", "20", "more"], device.lateWakeUps
            ).map { "\($0.1) within \($0.0)" }.joined(separator: ", ")
            return "\(name): \(device.frames) frames, \(device.xruns) xruns, "
                + "\(device.suspensions) suspensions, \(device.stalls) stalls, "
                + "\(device.lostFrames) frames lost, \(device.openings) openings; "
                + "wake-ups by lateness (ms): \(late)"
        }
    }
}

/// What was already logged about the canceller.
private struct ReportedEcho {
    private var canceller: String?
    private var isShut = false
    private var hasRefused = false

    mutating func news(_ status: EchoStatus) -> [AudioWatch.Line] {
        var lines: [AudioWatch.Line] = []
        if let name = status.canceller, name != canceller {
            canceller = name
            let lack = status.lack.map { "; WebRTC's is not available: \($0)" } ?? ""
            lines.append(.init(isTrouble: false, text: "echo: \(name) takes it out\(lack)"))
        }
        if (status.gate == .shut) != isShut {
            isShut = !isShut
            let text =
                isShut
                ? EchoAdvice.shut(status)
                : "echo: enough of it is taken out again: a voice interrupts as before"
            lines.append(.init(isTrouble: isShut, text: text))
        }
        if status.refusals > 0, !hasRefused {
            hasRefused = true
            let name = status.canceller ?? "the canceller"
            lines.append(
                .init(
                    isTrouble: true,
                    text: "echo: \(name) refuses frames, and their echo remains; "
                        + "audio.echo.canceller = \"speex\" does without it"))
        }
        return lines
    }
}

/// Advice for when a canceller does not suffice.
enum EchoAdvice {
    /// The gate is shut: no voice interrupts the loudspeaker.
    static func shut(_ status: EchoStatus) -> String {
        let lack =
            status.lack.map { " WebRTC's canceller would do better, but is not available: \($0)." }
            ?? ""
        return "echo: too much of it is left, so that no voice interrupts the loudspeaker until "
            + "that is better (\(Int(status.reductionDecibels.rounded())) dB taken out). Turn the "
            + "loudspeaker down, or put it farther from the microphone.\(lack)"
    }
}

/// What has been reported of one device.
private struct Told {
    let name: String
    let xruns: String
    var openings = 0
    var counts: [Int] = [0, 0, 0]
    var gap = AudioWatch.intervalMilliseconds
    var nextAt: Int64 = 0

    mutating func news(_ status: DeviceStatus, _ now: Int64) -> [AudioWatch.Line] {
        var lines: [AudioWatch.Line] = []
        if status.openings != openings, let grant = status.grant {
            openings = status.openings
            let device = status.device.map { "\($0): " } ?? ""
            let reason = status.reason.map { " (auto: \($0))" } ?? ""
            lines.append(.init(isTrouble: false, text: "\(name): \(device)\(grant)\(reason)"))
            if let warning = status.warning {
                lines.append(.init(isTrouble: true, text: "\(name): \(warning)"))
            }
        }
        if let text = trouble(status, now) {
            lines.append(.init(isTrouble: true, text: "\(name): \(text)"))
        }
        return lines
    }

    private mutating func trouble(_ status: DeviceStatus, _ now: Int64) -> String? {
        let counted = [status.xruns, status.suspensions, status.lostFrames]
        guard counted != counts else {
            // A look without news ends the lasting trouble.
            if now >= nextAt { gap = AudioWatch.intervalMilliseconds }
            return nil
        }
        guard now >= nextAt else { return nil }
        let words = zip(zip(counted, counts), [xruns, "suspensions", "frames dropped"])
        let parts = words.filter { $0.0.0 > $0.0.1 }.map { "\($0.0.0 - $0.0.1) \($0.1)" }
        counts = counted
        nextAt = now + gap
        gap = min(2 * gap, AudioWatch.longestGapMilliseconds)
        return "\(parts.joined(separator: ", ")) since the last such line"
    }
}
