import Testing
import WireCodec

@testable import Daemon

@Suite("Lines for the journal and systemd")
struct LogLineTests {
    @Test("a message of the log is one line, whatever is in it")
    func logLine() {
        #expect(Log.line("first\n\nsecond\u{1B}[0m") == "first | second␛[0m")
        #expect(Log.line("a\r\n<3>forged") == "a␍␊<3>forged")
        #expect(!Log.line("a\u{85}b\u{2029}c\rd").unicodeScalars.contains { $0 == "\r" })
    }

    @Test("a repeated secret is in no line, whether a line's end cuts it or not")
    func hidden() {
        let log = Log(level: .error, isJournal: true)
        log.secrets.add(Secret("c4n4ry-token"))
        #expect(!log.line(.error, "the broker said c4n4ry-token\nagain").contains("c4n4ry"))
        #expect(!log.shown("offline: c4n4ry-token\u{7}").contains("c4n4ry"))
        #expect(log.shown("offline: bell\u{7}\nand more") == "offline: bell␇ | and more")
    }
}
