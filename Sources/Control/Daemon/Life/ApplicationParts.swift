internal import Assistant
internal import Configuration
internal import VoiceSession

/// Where the talk button is.
package enum ButtonChoice: Sendable {
    /// As the settings say.
    case configured
    /// The space bar; the closure is called when the user wants to end.
    case keyboard(onQuit: @Sendable () -> Void)
    /// Only `Application.button`.
    case scripted
}

/// How the program appears to others.
package enum Role: Sendable {
    /// The device: the broker knows it by its name, and may send it commands.
    case device
    /// A user at a keyboard beside the device; it leaves the device's place on the broker alone.
    case guest
}

/// Carries the session's events to the assistant, which is made after it.
final class Relay: @unchecked Sendable {
    // @unchecked: touched on the loop's thread only, except for the assignment before it is used.

    var assistant: VoiceAssistant?
    var keeper: SessionKeeper?
    var pinLock: PINLockKeeper?
    var reporter: DeviceReporter?
    var onClosed: (() -> Void)?

    func session(_ event: SessionEvent) {
        if case .usage(let use) = event {
            keeper?.add(use)
            reporter?.spent(use)
        }
        assistant?.assumeIsolated { $0.session(event) }
        if case .closed = event { closed() }
    }

    func closed() {
        let handler = onClosed
        onClosed = nil
        handler?()
    }
}

/// The one receiver of the timeline, which passes entries on.
struct Fanout: TimelinePort {
    private let log: TimelineLog

    init(
        _ settings: Settings, _ log: Log, _ reporter: DeviceReporter,
        _ presence: BrokerPresence?,
        _ onEntry: @escaping @Sendable (TimelineEntry) -> Void
    ) {
        self.log = TimelineLog(log: log, writesWords: settings[Keys.log.transcripts]) { entry in
            if let turn = reporter.record(entry) {
                log(.info, turn.line, fields: turn.fields)
                log.setTurn(reporter.turnNumber)
            }
            presence?.record(entry.event)
            onEntry(entry)
        }
    }

    func record(_ entry: TimelineEntry) { log.record(entry) }
}
