package import Assistant

/// Writes the timeline to the log and hands it on.
///
/// What people say is written only where the owner wants it. The steps of a turn are for debugging;
/// the owner reads one line per turn, which `TurnReport` makes.
package struct TimelineLog: TimelinePort {
    private let log: Log
    private let writesWords: Bool
    private let onEntry: @Sendable (TimelineEntry) -> Void

    /// A timeline that is also handed to `onEntry`, on the loop's thread.
    package init(
        log: Log, writesWords: Bool, onEntry: @escaping @Sendable (TimelineEntry) -> Void
    ) {
        self.log = log
        self.writesWords = writesWords
        self.onEntry = onEntry
    }

    package func record(_ entry: TimelineEntry) {
        write(entry.event)
        onEntry(entry)
    }

    private func write(_ event: TimelineEvent) {
        switch event {
        case .state(let from, let to): log(.debug, "\(from.rawValue) -> \(to.rawValue)")
        case .turnOpened(let number, let opener):
            log.setTurn(number)
            log(.debug, "turn \(number) opened by \(opener)")
        case .turnClosed(let number, let outcome): log(.debug, "turn \(number) \(outcome)")
        case .heard(let text): if writesWords { log(.info, "heard:\(spaced(text))") }
        case .said(let text): if writesWords { log(.info, "said:\(spaced(text))") }
        case .toolCalled(_, let name, let arguments):
            log(
                writesWords ? .info : .debug,
                writesWords ? "calls \(name) \(arguments)" : "calls \(name)")
        case .toolAnswered(_, let name, let response, let milliseconds):
            log(
                writesWords ? .info : .debug,
                "\(name) answered after \(rounded(milliseconds)) ms"
                    + (writesWords ? ": \(response)" : ""))
        case .toolFailed(_, let name, let reason, let milliseconds):
            log(.warning, "\(name) failed after \(rounded(milliseconds)) ms: \(reason)")
        case .toolCancelled(let id): log(.debug, "call \(id) cancelled")
        case .firstSound(let milliseconds, let after):
            log(.debug, "first sound \(rounded(milliseconds)) ms after the \(after)")
        case .interrupted(let cause): log(.debug, "interrupted by \(cause)")
        case .silence(let milliseconds, let after):
            log(.debug, "silent \(rounded(milliseconds)) ms after the interruption by \(after)")
        case .resumed: log(.debug, "no words had interrupted; the reply goes on")
        case .replyPlayed: log(.debug, "the reply has been played")
        case .online(let resumed):
            log(.notice, resumed ? "online, the conversation goes on" : "online")
        case .offline(let text): log(.warning, "offline: \(text)")
        case .refused(let text): log(.error, text)
        case .muted(let isMuted): log(.notice, isMuted ? "muted" : "not muted any more")
        case .soundLost(_, let text): log(.error, text)
        case .soundBack(let direction, let text): log(.notice, "\(direction) is back: \(text)")
        case .notice(let text): log(.notice, text)
        }
    }

    private func spaced(_ text: String) -> String { text.hasPrefix(" ") ? text : " " + text }

    private func rounded(_ milliseconds: Double) -> String {
        "\((milliseconds * 10).rounded() / 10)"
    }
}
