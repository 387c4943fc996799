internal import Configuration
package import Linux
internal import Synchronization
internal import Text
package import WireCodec

/// The daemon's log: one line per event, on standard error.
///
/// Under systemd each line carries its priority, so that the journal knows it; on a terminal it
/// carries the time of day. The journal itself takes a line with fields, the number of the turn
/// (`TURN_ID`) among them; while it does not, the line goes to standard error. Secrets are of type
/// `Secret`, which does not print itself; those that a far end repeats are hidden if they are among
/// `secrets`.
///
/// ## Concurrency
/// Anyone may log from any thread but the two audio threads; a line is one `write`, so lines never
/// mix. Logging never waits for the log's reader: lines that are not taken at once are written on a
/// thread of their own, in order. Beyond `waitingLimit` they are lost and counted; those that still
/// wait when the program ends are lost.
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

    /// The field that has the number of a turn, counted from the start of the program.
    static let turnField = "TURN_ID"
    /// Lines that may wait for a reader that is behind.
    static let waitingLimit = 1000

    private struct Line: Sendable {
        /// As standard error has it.
        var text: String
        /// As the journal has it; empty where there is none.
        var fields: [JournalField]
    }

    private struct Waiting: Sendable {
        var lines: [Line] = []
        var lost = 0
        /// A thread is writing them, and every new line queues behind them.
        var isWriting = false
    }

    private let limit: Atomic<Int>
    /// The turn that goes on; 0: none.
    private let turn = Atomic(0)
    private let output: any LineOutput
    private let journal: JournalSocket?
    private let waiting = Mutex(Waiting())
    private let thread = DiskThread(name: "log")
    private let isJournal: Bool
    /// The secrets that this program has read: what reads a secret notes it here, and every output
    /// of the program asks here.
    package let secrets = KnownSecrets()

    /// A log that leaves out what matters less than `level`.
    ///
    /// `isJournal` asks for priorities instead of the time of day; systemd sets JOURNAL_STREAM.
    /// `journal` takes lines with fields; nil: there are no fields.
    package init(
        level: Level, isJournal: Bool = Environment.get("JOURNAL_STREAM") != nil,
        journal: JournalSocket? = nil, output: any LineOutput = StandardStream.error
    ) {
        self.output = output
        self.journal = journal
        limit = Atomic(level.rawValue)
        self.isJournal = isJournal
    }

    /// Changes what is left out from now on.
    package func setLevel(_ level: Level) { limit.store(level.rawValue, ordering: .relaxed) }

    /// Lines belong to this turn from now on, on whatever thread they are written; nil: to none.
    package func setTurn(_ number: Int?) { turn.store(number ?? 0, ordering: .relaxed) }

    /// Writes a line when its level is not left out.
    ///
    /// `fields` are for the journal alone; a `TURN_ID` among them counts over `setTurn`.
    package func callAsFunction(
        _ level: Level, _ message: @autoclosure () -> String,
        fields: @autoclosure () -> [JournalField] = []
    ) {
        guard level.rawValue <= limit.load(ordering: .relaxed) else { return }
        write(made(level, message(), fields()))
    }

    private func made(
        _ level: Level, _ message: String, _ fields: @autoclosure () -> [JournalField] = []
    ) -> Line {
        let shown = shown(message)
        guard journal != nil else { return Line(text: headed(level, shown), fields: []) }
        var all = [
            JournalField("MESSAGE", shown), JournalField("PRIORITY", "\(level.rawValue)"),
            JournalField("SYSLOG_IDENTIFIER", "martlet"),
        ]
        all += fields()
        let turn = turn.load(ordering: .relaxed)
        if turn > 0, !all.contains(where: { $0.name == Self.turnField }) {
            all.append(JournalField(Self.turnField, "\(turn)"))
        }
        return Line(text: headed(level, shown), fields: all)
    }

    private func write(_ line: Line) {
        let mustStart = waiting.withLock { waiting in
            if !waiting.isWriting, put(line, mayWait: false) { return false }
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
            let taken: (lines: [Line], lost: Int)? = waiting.withLock { waiting in
                guard !waiting.lines.isEmpty else {
                    waiting.isWriting = false
                    return nil
                }
                defer { (waiting.lines, waiting.lost) = ([], 0) }
                return (waiting.lines, waiting.lost)
            }
            guard let taken else { return }
            for line in taken.lines { put(line, mayWait: true) }
            if taken.lost > 0 {
                let text = "\(taken.lost) lines of the log were lost: the reader was too slow"
                put(made(.warning, text), mayWait: true)
            }
        }
    }

    /// Gives a line to the journal, else to standard error; false where it would have to wait.
    @discardableResult
    private func put(_ line: Line, mayWait: Bool) -> Bool {
        if let journal, journal.send(line.fields) { return true }
        guard mayWait || output.isReady(forBytes: line.text.utf8.count) else { return false }
        output.write(line.text)
        return true
    }

    /// A message as standard error has it.
    func line(_ level: Level, _ message: String) -> String { headed(level, shown(message)) }

    private func headed(_ level: Level, _ text: String) -> String {
        let head = isJournal ? "<\(level.rawValue)>" : "\(Self.time()) \(Self.name(level)) "
        return head + text + "\n"
    }

    /// A message as one line, without secrets.
    func shown(_ message: String) -> String { Self.line(secrets.hide(in: message)) }

    /// A message as one line, wherever its text comes from.
    ///
    /// A line break would make the rest of it look like another line, and a far end's words may
    /// hold control characters for the terminal on which the journal is read.
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
