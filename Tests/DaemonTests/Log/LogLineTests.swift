import Testing
import WireCodec

@testable import Daemon

@Suite("What the journal and systemd get")
struct LogLineTests {
    @Test("a message of the log is one line, whatever is in it")
    func logLine() {
        #expect(Log.line("first\n\nsecond\u{1B}[0m") == "first | second␛[0m")
        #expect(Log.line("a\r\n<3>forged") == "a␍␊<3>forged")
        #expect(!Log.line("a\u{85}b\u{2029}c\rd").unicodeScalars.contains { $0 == "\r" })
    }

    @Test("a secret that somebody repeats is in no line, be it cut by a line's end or not")
    func hidden() {
        let log = Log(level: .error, isJournal: true)
        log.secrets.add(Secret("c4n4ry-token"))
        #expect(!log.line(.error, "the broker said c4n4ry-token\nagain").contains("c4n4ry"))
        #expect(!log.shown("offline: c4n4ry-token\u{7}").contains("c4n4ry"))
        #expect(log.shown("offline: bell\u{7}\nand more") == "offline: bell␇ | and more")
    }
}
