internal import Assistant
internal import Configuration
internal import Live

/// Carries the session's events to the assistant, which is made after it.
final class Relay: @unchecked Sendable {
    // @unchecked: touched on the loop's thread only, but for the assignment before it is used.

    var assistant: VoiceAssistant?
    var keeper: SessionKeeper?
    var onClosed: (() -> Void)?

    func session(_ event: SessionEvent) {
        if case .usage(let usage) = event { keeper?.add(usage) }
        assistant?.assumeIsolated { $0.session(event) }
        if case .closed = event { closed() }
    }

    func closed() {
        let handler = onClosed
        onClosed = nil
        handler?()
    }
}

/// The timeline's one receiver, as a port.
struct Fanout: TimelinePort {
    private let log: TimelineLog

    init(
        _ settings: Settings, _ log: Log, _ presence: BrokerPresence?,
        _ onEntry: @escaping @Sendable (TimelineEntry) -> Void
    ) {
        self.log = TimelineLog(log: log, writesWords: settings[Keys.Log.transcripts]) { entry in
            presence?.record(entry.event)
            onEntry(entry)
        }
    }

    func record(_ entry: TimelineEntry) { log.record(entry) }
}
