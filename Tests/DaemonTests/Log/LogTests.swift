import Linux
import Synchronization
import Testing

@testable import Daemon

/// The log's reader may be behind: no writer waits for it.
@Suite("The log", .timeLimit(.minutes(5)))
struct LogTests {
    /// A reader that takes nothing until it is released.
    private final class Reader: LineOutput {
        private let texts = Mutex<[String]>([])
        private let isBehind = Mutex(false)
        private let gate: EventFD

        init() throws { gate = try EventFD() }

        var lines: [String] { texts.withLock { $0 } }

        func fallBehind() { isBehind.withLock { $0 = true } }

        func catchUp() {
            isBehind.withLock { $0 = false }
            gate.signal()
        }

        func isReady(forBytes count: Int) -> Bool { !isBehind.withLock { $0 } }

        func write(_ text: String) -> Bool {
            while isBehind.withLock({ $0 }) { _ = gate.wait(timeoutMilliseconds: 1000) }
            texts.withLock { $0.append(text) }
            return true
        }
    }

    /// How many lines were written or reported as lost.
    private static func count(_ lines: [String]) -> Int {
        lines.reduce(0) { sum, line in
            let isLoss = line.hasSuffix(" lines of the log were lost: the reader was too slow\n")
            guard isLoss else { return sum + 1 }
            return sum + (Int(line.dropFirst(3).prefix { $0 != " " }) ?? 0)
        }
    }

    private func until(_ isDone: () -> Bool) async { while !isDone() { await Task.yield() } }

    @Test("lines arrive in order, whether or not the reader is behind meanwhile")
    func linesComeInOrder() async throws {
        let reader = try Reader()
        let log = Log(level: .info, isJournal: true, output: reader)
        for number in 0..<600 {
            if number % 200 == 100 { reader.fallBehind() }
            log(.info, "\(number)")
            if number % 200 == 199 { reader.catchUp() }
        }
        await until { reader.lines.count == 600 }
        #expect(reader.lines == (0..<600).map { "<6>\($0)\n" })
    }

    @Test("when too many lines wait, the first are kept and the others counted")
    func ofMoreLines() async throws {
        let reader = try Reader()
        let log = Log(level: .info, isJournal: true, output: reader)
        reader.fallBehind()
        // The reader may have one already, beside those that wait.
        for number in 0..<(3 * Log.waitingLimit) { log(.info, "\(number)") }
        reader.catchUp()
        let all = 3 * Log.waitingLimit
        await until { Self.count(reader.lines) == all }
        let numbers = reader.lines.compactMap { Int($0.dropFirst(3).dropLast()) }
        #expect(numbers.count >= Log.waitingLimit)
        #expect(numbers.count < all)
        #expect(numbers == numbers.sorted())
        log(.info, "after it")
        await until { reader.lines.last == "<6>after it\n" }
    }

    /// What comes to a journal's socket, as text.
    private static func messages(_ receiver: borrowing UnixSocket) throws -> [String] {
        var texts: [String] = []
        while let message = try receiver.receive(limit: 1 << 16) {
            texts.append(String(decoding: message, as: UTF8.self))
        }
        return texts
    }

    @Test("the journal has the turn of every line, and standard error none of them")
    func theJournalHas() throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-test")
        defer { try? Files.removeTree(folder) }
        let receiver = try UnixSocket(boundTo: .path("\(folder)/socket"), kind: .datagram)
        let reader = try Reader()
        let log = Log(
            level: .info, isJournal: true, journal: JournalSocket(path: "\(folder)/socket"),
            output: reader)
        log(.notice, "before")
        log.setTurn(3)
        log(.warning, "lamp failed\nagain")
        log(.debug, "left out")
        log(.info, "turn 2", fields: [JournalField("TURN_ID", "2"), JournalField("X", "y")])
        log.setTurn(nil)
        log(.info, "after")
        let head = "SYSLOG_IDENTIFIER=martlet\n"
        #expect(
            try Self.messages(receiver) == [
                "MESSAGE=before\nPRIORITY=5\n\(head)",
                "MESSAGE=lamp failed | again\nPRIORITY=4\n\(head)TURN_ID=3\n",
                "MESSAGE=turn 2\nPRIORITY=6\n\(head)TURN_ID=2\nX=y\n",
                "MESSAGE=after\nPRIORITY=6\n\(head)",
            ])
        #expect(reader.lines.isEmpty)
    }

    @Test("no line is lost while the journal is behind or away, and none comes twice")
    func journalAway() async throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-test")
        defer { try? Files.removeTree(folder) }
        let reader = try Reader()
        let log = Log(
            level: .info, isJournal: true, journal: JournalSocket(path: "\(folder)/socket"),
            output: reader)
        log(.info, "0")
        let receiver = try UnixSocket(boundTo: .path("\(folder)/socket"), kind: .datagram)
        // More than the kernel keeps for a reader who takes none (net.unix.max_dgram_qlen).
        for number in 1..<3000 { log(.info, "\(number)") }
        await until { reader.lines.count > 1 }
        var numbers = reader.lines.compactMap { Int($0.dropFirst(3).dropLast()) }
        #expect(numbers.first == 0)
        for message in try Self.messages(receiver) {
            let text = message.dropFirst("MESSAGE=".count).prefix { $0 != "\n" }
            numbers.append(Int(text) ?? -1)
        }
        #expect(numbers.sorted() == Array(0..<3000))
    }
}
