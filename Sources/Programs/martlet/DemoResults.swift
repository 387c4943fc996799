import Assistant
import Daemon
import Linux

/// Collects the timeline until an event is seen.
final class DemoWatcher: Sendable {
    /// Longer than anything in the demonstration takes.
    private static let patience = Duration.seconds(40)

    private let entries: AsyncStream<TimelineEntry>
    private let continuation: AsyncStream<TimelineEntry>.Continuation

    init() { (entries, continuation) = AsyncStream.makeStream() }

    func take(_ entry: TimelineEntry) { continuation.yield(entry) }

    /// All events up to and including the awaited one.
    func collect(
        until isAwaited: @escaping @Sendable (TimelineEvent) -> Bool
    ) async throws -> [TimelineEvent] {
        let alarm = Task { [continuation] in
            try await Task.sleep(for: Self.patience)
            continuation.finish()
        }
        defer { alarm.cancel() }
        var seen: [TimelineEvent] = []
        for await entry in entries {
            seen.append(entry.event)
            if isAwaited(entry.event) { return seen }
        }
        throw DemoFailure(what: "nothing more happened within \(Self.patience)")
    }

    static func isOnline(_ event: TimelineEvent) -> Bool {
        if case .online = event { true } else { false }
    }

    static func isPlayed(_ event: TimelineEvent) -> Bool {
        if case .replyPlayed = event { true } else { false }
    }

    static func isFirstSound(_ event: TimelineEvent) -> Bool {
        if case .firstSound = event { true } else { false }
    }
}

/// The measurements of the demonstration.
struct DemoResults: Sendable {
    private let lampWords: String
    var isLampOn = false
    private var rows: [(what: String, figure: String?)] = []

    init(lamp: String) { lampWords = lamp }

    /// Whether every row has a figure and the lamp is on.
    var isComplete: Bool { rows.allSatisfy { $0.figure != nil } && isLampOn }

    var lampWord: String { isLampOn ? "on" : "NOT ON" }

    mutating func lamp(_ events: [TimelineEvent]) {
        add("1. hold: release to first sound", firstSound(events))
        let tool = events.compactMap { event -> Double? in
            if case .toolAnswered(_, _, _, let milliseconds) = event { milliseconds } else { nil }
        }
        add("   call of switch_output to its answer", tool.first)
    }

    mutating func handsFree(_ events: [TimelineEvent]) {
        add("2. hands-free: end of speech to first sound", firstSound(events))
    }

    mutating func story(_ events: [TimelineEvent]) {
        add("3. a story: end of speech to first sound", firstSound(events))
    }

    mutating func interruption(_ events: [TimelineEvent]) {
        let silence = events.compactMap { event -> Double? in
            if case .silence(let milliseconds, _) = event { milliseconds } else { nil }
        }
        add("   first sound of the interrupting voice to silence", silence.first)
        add("   end of speech to first sound of the next reply", firstSound(events))
    }

    private func firstSound(_ events: [TimelineEvent]) -> Double? {
        events.compactMap { event -> Double? in
            if case .firstSound(let milliseconds, _) = event { milliseconds } else { nil }
        }.last
    }

    private mutating func add(_ what: String, _ milliseconds: Double?) {
        rows.append((what, milliseconds.map(TimelineText.rounded)))
    }

    func table(_ stage: DemoStage) -> String {
        let width = (rows.map(\.what.count).max() ?? 0) + 2
        var text = "\n"
        for row in rows {
            let blanks = String(repeating: " ", count: width - row.what.count)
            text += "\(row.what)\(blanks)\(row.figure ?? "NOT SEEN")\n"
        }
        let usage = ResourceUsage.current()
        text += """
            lamp: \(lampWord) (\(lampWords))
            memory, with the simulated service in the same process: \
            \(usage.maximumResidentKiB / 1024) MB

            Simulated: the Live service (real wss socket, scripted model), the microphone (a pipe
            behind a real ALSA capture device), the loudspeaker (a file behind a real ALSA playback
            device)\(stage.lampLine == nil ? ", the lamp's line (a file)" : "") and the button. \
            Everything in between is the daemon's own pipeline.

            The loudspeaker's sound: \(stage.replyFile)
            Next: GEMINI_API_KEY=... martlet talk      with a microphone, a loudspeaker, the space bar
                  martlet devices                      the names of yours
                  martlet config template              the settings to start from

            """
        return text
    }
}

extension DemoStage {
    /// Whether the lamp is on: by its file, or by its tool's answer if only the tool can access the
    /// line.
    func isLampOn(after events: [TimelineEvent]) -> Bool {
        guard lampLine == nil else {
            return events.contains { event in
                if case .toolAnswered(_, "switch_output", _, _) = event { true } else { false }
            }
        }
        guard let bytes = try? Files.read(lampFile, limitBytes: 16) else { return false }
        return bytes.filter { $0 > 0x20 } == [UInt8(ascii: "1")]
    }
}
