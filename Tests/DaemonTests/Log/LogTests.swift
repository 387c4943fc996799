import Linux
import Synchronization
import Testing

@testable import Daemon

/// Whoever reads the log may be behind: nobody who writes to it waits for that.
@Suite("The log", .timeLimit(.minutes(5)))
struct LogTests {
    /// A reader who takes nothing until it is told to.
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

    /// How many lines were written or are said to be lost.
    private static func count(_ lines: [String]) -> Int {
        lines.reduce(0) { sum, line in
            let isLoss = line.hasSuffix(" lines of the log were lost: nobody took them\n")
            guard isLoss else { return sum + 1 }
            return sum + (Int(line.dropFirst(3).prefix { $0 != " " }) ?? 0)
        }
    }

    private func until(_ isDone: () -> Bool) async { while !isDone() { await Task.yield() } }

    @Test("lines come in order, whether or not the reader is behind meanwhile")
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

    @Test("of more lines than can wait the first are kept, and the others counted")
    func ofMoreLines() async throws {
        let reader = try Reader()
        let log = Log(level: .info, isJournal: true, output: reader)
        reader.fallBehind()
        // One may be with the reader already, beside those that wait.
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
}
