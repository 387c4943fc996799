package import Assistant

/// A timeline as a person reads it at a terminal.
///
/// Each event is a line, and the fragments of what one speaker says are one line together, which
/// comes when the words end: at the latest with the turn, heard or not.
package struct TimelineText: Sendable {
    /// One line.
    package struct Line: Sendable, Equatable {
        /// When (nanoseconds, CLOCK_MONOTONIC).
        package var at: Int64
        /// What.
        package var text: String
    }

    private var words: (speaker: String, text: String)?

    /// Nothing has happened yet.
    package init() {}

    /// The lines to show for an entry, in order.
    package mutating func take(_ entry: TimelineEntry) -> [Line] {
        switch entry.event {
        case .heard(let text): return add(text, by: "you", at: entry.at)
        case .said(let text): return add(text, by: "martlet", at: entry.at)
        default:
            guard let text = Self.text(entry.event) else { return [] }
            let ended = Self.endsWords(entry.event) ? flush(at: entry.at) : []
            return ended + [Line(at: entry.at, text: text)]
        }
    }

    private mutating func add(_ text: String, by speaker: String, at time: Int64) -> [Line] {
        if let words, words.speaker == speaker {
            self.words = (speaker, words.text + text)
            return []
        }
        let ended = flush(at: time)
        words = (speaker, text)
        return ended
    }

    private mutating func flush(at time: Int64) -> [Line] {
        guard let words else { return [] }
        self.words = nil
        return [Line(at: time, text: "\(words.speaker): \(words.text)")]
    }

    private static func endsWords(_ event: TimelineEvent) -> Bool {
        switch event {
        case .toolCalled, .replyPlayed, .interrupted, .turnOpened: true
        // An answer in writing is never played.
        case .state(_, .idle), .state(_, .offline), .state(_, .muted): true
        default: false
        }
    }

    private static func text(_ event: TimelineEvent) -> String? {
        switch event {
        case .state(let from, let to): "[\(from.rawValue) -> \(to.rawValue)]"
        case .turnOpened(let number, let opener): "turn \(number), opened by \(opener)"
        case .turnClosed(_, .sent), .heard, .said: nil
        case .turnClosed(let number, let outcome): "turn \(number): \(outcome)"
        case .toolCalled(_, let name, let arguments): "calls \(name) \(arguments)"
        case .toolAnswered(_, let name, let response, let milliseconds):
            "\(name) answered in \(rounded(milliseconds)): \(response)"
        case .toolFailed(_, let name, let reason, let milliseconds):
            "\(name) failed after \(rounded(milliseconds)): \(reason)"
        case .toolCancelled(let id): "call \(id) was taken back"
        case .firstSound(let milliseconds, let after):
            "first sound \(rounded(milliseconds)) after the \(words(after))"
        case .interrupted(let cause): "interrupted by \(cause)"
        case .silence(let milliseconds, _): "silent \(rounded(milliseconds)) after that"
        case .resumed: "no words had interrupted; the reply goes on"
        case .replyPlayed: "the reply has been played"
        case .online(let resumed): resumed ? "online; the conversation goes on" : "online"
        case .offline(let text): "offline: \(text)"
        case .refused(let text): text
        case .muted(let isMuted): isMuted ? "muted" : "not muted"
        case .soundLost(_, let text): text
        case .soundBack(_, let text): "back: \(text)"
        case .notice(let text): text
        }
    }

    /// Milliseconds to a tenth, with their unit.
    package static func rounded(_ milliseconds: Double) -> String {
        "\((milliseconds * 10).rounded() / 10) ms"
    }

    private static func words(_ end: EndOfWords) -> String {
        switch end {
        case .release: "release"
        case .speech: "end of speech"
        case .cut: "cut"
        }
    }
}
