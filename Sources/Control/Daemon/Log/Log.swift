internal import Configuration
package import Linux
internal import Synchronization
internal import Text
package import WireCodec

/// The daemon's log: one line an event, on standard error.
///
/// Under systemd each line carries its priority, so that the journal knows it; on a terminal it
/// carries the time of day. Secrets are of type `Secret`, which does not print itself; those that
/// come back from somebody who was given them are hidden, as far as they are among `secrets`.
///
/// ## Concurrency
/// Anyone may log from any thread but the two audio threads; a line is one `write`, so lines
/// never mix. Nobody waits for the log's reader: lines that are not taken at once are written
/// on a thread of their own, in order; more than `waitingLimit` of them are lost and counted, and
/// so are those that still wait when the program ends.
package final class Log: Sendable {
    /// How much a line matters, in the order of the journal's priorities.
    package enum Level: Int, Sendable, Comparable {
        case error = 3
        case warning = 4
        case notice = 5
        case info = 6
        case debug = 7

        /// The level of a setting's name; info for an unknown one.
        package init(named name: String) {
            switch name {
            case "error": self = .error
            case "warning": self = .warning
            case "notice": self = .notice
            case "debug": self = .debug
            default: self = .info
            }
        }

        package static func < (one: Level, other: Level) -> Bool { one.rawValue < other.rawValue }
    }

    /// Lines that wait for a reader who is behind.
    static let waitingLimit = 1000

    private struct Waiting: Sendable {
        var lines: [String] = []
        var lost = 0
        /// Somebody writes them, and every other line comes behind.
        var isWriting = false
    }

    private let limit: Atomic<Int>
    private let output: any LineOutput
    private let waiting = Mutex(Waiting())
    private let thread = DiskThread(name: "log")
    private let isJournal: Bool
    /// What this program has read that nobody may see: the reader of a secret notes it here, and
    /// every way out of the program asks here.
    package let secrets = KnownSecrets()

    /// A log that leaves out what matters less than `level`.
    ///
    /// `isJournal` asks for priorities instead of the time of day; systemd sets JOURNAL_STREAM.
    package init(
        level: Level, isJournal: Bool = Environment.get("JOURNAL_STREAM") != nil,
        output: any LineOutput = StandardStream.error
    ) {
        self.output = output
        limit = Atomic(level.rawValue)
        self.isJournal = isJournal
    }

    /// Changes what is left out from now on.
    package func setLevel(_ level: Level) { limit.store(level.rawValue, ordering: .relaxed) }

    /// Writes a line when its level is not left out.
    package func callAsFunction(_ level: Level, _ message: @autoclosure () -> String) {
        guard level.rawValue <= limit.load(ordering: .relaxed) else { return }
        write(line(level, message()))
    }

    private func write(_ line: String) {
        let mustStart = waiting.withLock { waiting in
            if !waiting.isWriting, output.isReady(forBytes: line.utf8.count) {
                output.write(line)
                return false
            }
            if waiting.lines.count < Self.waitingLimit {
                waiting.lines.append(line)
            } else {
                waiting.lost += 1
            }
            defer { waiting.isWriting = true }
            return !waiting.isWriting
        }
        if mustStart { thread.perform { [self] in writeWaiting() } }
    }

    private func writeWaiting() {
        while true {
            let taken: (lines: [String], lost: Int)? = waiting.withLock { waiting in
                guard !waiting.lines.isEmpty else {
                    waiting.isWriting = false
                    return nil
                }
                defer { (waiting.lines, waiting.lost) = ([], 0) }
                return (waiting.lines, waiting.lost)
            }
            guard let taken else { return }
            for line in taken.lines { output.write(line) }
            if taken.lost > 0 {
                output.write(
                    line(.warning, "\(taken.lost) lines of the log were lost: nobody took them"))
            }
        }
    }

    /// A message as it is written.
    func line(_ level: Level, _ message: String) -> String {
        let head = isJournal ? "<\(level.rawValue)>" : "\(Self.time()) \(Self.name(level)) "
        return head + shown(message) + "\n"
    }

    /// A message as one line, without secrets.
    func shown(_ message: String) -> String { Self.line(secrets.hide(in: message)) }

    /// A message as one line, wherever its text comes from.
    ///
    /// A line break would make the rest of it look like another line, and a far end's words may
    /// hold what steers the terminal on which the journal is read.
    static func line(_ message: String) -> String {
        message.split(separator: "\n", omittingEmptySubsequences: true).map { $0.visible }
            .joined(separator: " | ")
    }

    private static func time() -> String {
        let now = WallClock.localTime(at: WallClock.now())
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let millisecond = String(1000 + now.millisecond).dropFirst()
        return "\(two(now.hour)):\(two(now.minute)):\(two(now.second)).\(millisecond)"
    }

    private static func name(_ level: Level) -> String {
        switch level {
        case .error: "error  "
        case .warning: "warning"
        case .notice: "notice "
        case .info: "info   "
        case .debug: "debug  "
        }
    }
}
