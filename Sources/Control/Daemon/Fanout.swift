internal import Assistant
internal import Configuration

/// The timeline's one receiver, as a port.
struct Fanout: TimelinePort {
    private let log: TimelineLog

    /// To the log, to the broker's device, and to whoever looks on.
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
