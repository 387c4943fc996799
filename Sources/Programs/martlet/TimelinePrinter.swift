import Assistant
import Daemon
import Linux

/// Prints a timeline for a person: seconds since the start, then what happened.
final class TimelinePrinter: Sendable {
    private struct State: Sendable {
        /// Fragments that belong to one utterance are printed as one line.
        var words: (speaker: String, text: String)?
    }

    private let start: Int64
    private let state = Shared(State())

    init(start: Int64 = MonotonicClock.now()) { self.start = start }

    func print(_ entry: TimelineEntry) {
        switch entry.event {
        case .heard(let text): add(text, by: "you")
        case .said(let text): add(text, by: "martlet")
        default:
            guard let text = Self.text(entry.event) else { return }
            if Self.endsWords(entry.event) { flushWords(at: entry.at) }
            line(text, at: entry.at)
        }
    }

    /// A line of the program's own.
    func note(_ text: String) { line(text, at: MonotonicClock.now()) }

    private func add(_ text: String, by speaker: String) {
        let finished = state.withLock { state -> (String, String)? in
            if let words = state.words, words.speaker == speaker {
                state.words = (speaker, words.text + text)
                return nil
            }
            defer { state.words = (speaker, text) }
            return state.words.map { ($0.speaker, $0.text) }
        }
        if let finished { line("\(finished.0): \(finished.1)", at: MonotonicClock.now()) }
    }

    private func flushWords(at time: Int64) {
        let finished = state.withLock { state -> (String, String)? in
            defer { state.words = nil }
            return state.words.map { ($0.speaker, $0.text) }
        }
        if let finished { line("\(finished.0): \(finished.1)", at: time) }
    }

    private func line(_ text: String, at time: Int64) {
        let milliseconds = max(0, (time - start) / 1_000_000)
        let fraction = String(1000 + milliseconds % 1000).dropFirst()
        let seconds = String(milliseconds / 1000)
        let blanks = String(repeating: " ", count: max(0, 4 - seconds.count))
        StandardStream.output.write("\(blanks)\(seconds).\(fraction)  \(text.visible)\n")
    }

    private static func endsWords(_ event: TimelineEvent) -> Bool {
        switch event {
        case .toolCalled, .replyPlayed, .interrupted, .turnOpened: true
        default: false
        }
    }

    static func rounded(_ milliseconds: Double) -> String {
        "\((milliseconds * 10).rounded() / 10) ms"
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

    private static func words(_ end: EndOfWords) -> String {
        switch end {
        case .release: "release"
        case .speech: "end of speech"
        case .cut: "cut"
        }
    }
}
