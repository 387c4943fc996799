import Assistant
import Configuration
import Daemon
import Linux
internal import Text

/// Prints a timeline for a person: seconds since the start, then what happened.
final class TimelinePrinter: Sendable {
    private let start: Int64
    private let text = Shared(TimelineText())

    init(start: Int64 = MonotonicClock.now()) { self.start = start }

    func print(_ entry: TimelineEntry) {
        for line in text.withLock({ $0.take(entry) }) { self.line(line.text, at: line.at) }
    }

    /// A line of the program itself.
    func note(_ text: String) { line(text, at: MonotonicClock.now()) }

    private func line(_ text: String, at time: Int64) {
        let milliseconds = max(0, (time - start) / 1_000_000)
        let fraction = String(1000 + milliseconds % 1000).dropFirst()
        let seconds = String(milliseconds / 1000)
        let blanks = String(repeating: " ", count: max(0, 4 - seconds.count))
        StandardStream.output.write("\(blanks)\(seconds).\(fraction)  \(text.visible)\n")
    }
}
