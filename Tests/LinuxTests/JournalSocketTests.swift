import Glibc
import Testing

@testable import Linux

/// A message is read here by the rules of systemd.io/JOURNAL_NATIVE_PROTOCOL.
@Suite("The journal's socket", .timeLimit(.minutes(5)))
struct JournalSocketTests {
    /// The fields of a datagram; nil where it breaks the protocol.
    private static func fields(_ message: [UInt8]) -> [JournalField]? {
        var fields: [JournalField] = []
        var rest = message[...]
        while !rest.isEmpty {
            let name = rest.prefix { $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: "\n") }
            rest = rest.dropFirst(name.count)
            guard let mark = rest.popFirst() else { return nil }
            let value: ArraySlice<UInt8>
            if mark == UInt8(ascii: "=") {
                value = rest.prefix { $0 != UInt8(ascii: "\n") }
            } else {
                guard rest.count >= 8 else { return nil }
                let length = rest.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
                rest = rest.dropFirst(8)
                guard length <= UInt64(rest.count) else { return nil }
                value = rest.prefix(Int(length))
            }
            rest = rest.dropFirst(value.count)
            guard rest.popFirst() == UInt8(ascii: "\n") else { return nil }
            fields.append(
                JournalField(
                    String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self)))
        }
        return fields
    }

    @Test("any text comes through as it is, line breaks included")
    func anyText() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/socket"
        let receiver = try UnixSocket(boundTo: .path(path), kind: .datagram)
        let pieces = ["a", "=", "\n", "\n\n", "ü", "🦜", "MESSAGE=x\n", "\0", " ", "TURN_ID"]
        for _ in 0..<500 {
            let sent = (0..<Int.random(in: 1...5)).map { number in
                let value = (0..<Int.random(in: 0...6)).compactMap { _ in pieces.randomElement() }
                return JournalField("F\(number)_X", value.joined())
            }
            try #require(JournalSocket(path: path).send(sent))
            let message = try #require(try receiver.receive(limit: 1 << 16))
            #expect(Self.fields(message) == sent)
        }
    }

    @Test("a field whose name the journal refuses takes no other with it")
    func names() {
        let long = String(repeating: "A", count: 64)
        for name in ["", "_PID", "1A", "a", "A-B", "A=B", "A\nMESSAGE", "\(long)A", "Ä"] {
            let message = JournalSocket.message([JournalField(name, "x"), JournalField("M", "y")])
            #expect(Self.fields(message) == [JournalField("M", "y")], "\(name)")
        }
        #expect(Self.fields(JournalSocket.message([JournalField(long, "x")]))?.count == 1)
    }

    @Test("a journal that is away, behind or asked too much takes nothing, and nobody waits")
    func away() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/socket"
        let journal = JournalSocket(path: path)
        let line = [JournalField("MESSAGE", "hello")]
        #expect(!journal.send(line))
        do {
            let receiver = try UnixSocket(boundTo: .path(path), kind: .datagram)
            #expect(journal.send(line))
            #expect(!journal.send([JournalField("M", String(repeating: "x", count: 4 << 20))]))
            // The kernel keeps a few hundred datagrams for a reader who is behind (unix(7)).
            var taken = 0
            while taken < 100_000, journal.send(line) { taken += 1 }
            #expect(taken < 100_000)
            while try receiver.receive(limit: 1 << 16) != nil {}
            #expect(journal.send(line))
        }
        #expect(!journal.send(line))
        let again = try UnixSocket(boundTo: .path(path), kind: .datagram)
        #expect(journal.send(line))
        #expect(try again.receive(limit: 1 << 16) != nil)
    }

    @Test("it is used only where standard error is the stream that systemd made")
    func stream() throws {
        var status = stat()
        try #require(fstat(STDERR_FILENO, &status) == 0)
        let mine = "\(status.st_dev):\(status.st_ino)"
        #expect(JournalSocket(environment: ["JOURNAL_STREAM": mine]) != nil)
        for other in ["\(status.st_dev):\(status.st_ino + 1)", "", "x", "1"] {
            #expect(JournalSocket(environment: ["JOURNAL_STREAM": other]) == nil)
        }
        #expect(JournalSocket(environment: [:]) == nil)
    }
}
