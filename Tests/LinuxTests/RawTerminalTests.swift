import CLinux
import Glibc
import Testing

@testable import Linux

@Suite("Terminal")
struct RawTerminalTests {
    @Test("keys are read at once and without echo, and the terminal is restored")
    func keys() throws {
        let (keyboardNumber, terminalNumber) = try openTerminal()
        let keyboard = FileDescriptor(adopting: keyboardNumber)
        let terminal = FileDescriptor(adopting: terminalNumber)
        let before = localFlags(terminal.rawValue)
        do {
            let raw = RawTerminal(descriptor: terminal.rawValue)
            guard let raw else {
                Issue.record("a terminal is no terminal")
                return
            }
            #expect(raw.readKeys() == [])
            try keyboard.writeAll([UInt8(ascii: " ")])
            #expect(terminal.waitReadable(milliseconds: 60_000) == true)
            #expect(raw.readKeys() == [UInt8(ascii: " ")])
            #expect(localFlags(terminal.rawValue) & tcflag_t(ECHO | ICANON) == 0)
            #expect(localFlags(terminal.rawValue) & tcflag_t(ISIG) != 0)
            #expect(try keyboard.read(limit: 10) == nil)
        }
        #expect(localFlags(terminal.rawValue) == before)
    }

    @Test("a descriptor that is no terminal is left as it is")
    func noTerminal() throws {
        let null = try FileDescriptor.null()
        let terminal = RawTerminal(descriptor: null.rawValue)
        if terminal != nil { Issue.record("/dev/null is a terminal") }
    }

    @Test("a hidden line is not shown, and the terminal is as it was after each way out")
    func hiddenLine() throws {
        let (keyboardNumber, terminalNumber) = try openTerminal()
        let keyboard = FileDescriptor(adopting: keyboardNumber)
        let terminal = FileDescriptor(adopting: terminalNumber)
        let before = localFlags(terminal.rawValue)
        let signals = try EventFD()
        let lines = try #require(
            LineTerminal(descriptor: terminal.rawValue, signals: signals.descriptor))

        let event = lines.readHidden {
            #expect(localFlags(terminalNumber) & tcflag_t(ECHO) == 0)
            let text = Array("se\u{1A}cret\n".utf8)
            #expect(write(keyboardNumber, text, text.count) == text.count)
        }
        #expect(event == .line("se\u{1A}cret"))
        #expect(localFlags(terminal.rawValue) == before)
        #expect(try keyboard.read(limit: 100) == nil, "nothing of it is shown")

        signals.signal()
        let broken = lines.readHidden {
            // The line before it shows when all of it has come.
            let text = Array("first\nhalf of a secr".utf8)
            #expect(write(keyboardNumber, text, text.count) == text.count)
            let hasCome = terminal.waitReadable(milliseconds: 60_000)
            #expect(hasCome)
        }
        #expect(broken == .signal, "what was typed is not left for a shell")
        #expect(localFlags(terminal.rawValue) == before)
        signals.drain()
        #expect(lines.read(milliseconds: 0) == .nothing)
        try keyboard.writeAll([UInt8(ascii: "\n")])
        #expect(lines.read(milliseconds: 60_000) == .line(""))
        #expect(try keyboard.read(limit: 100) == Array("\r\n".utf8))

        try keyboard.writeAll(Array("seen\n".utf8))
        #expect(lines.read(milliseconds: 60_000) == .line("seen"))
        #expect(try keyboard.read(limit: 100) == Array("seen\r\n".utf8))
        try keyboard.writeAll([4])
        #expect(lines.read(milliseconds: 60_000) == .ended)
        let null = try FileDescriptor.null()
        #expect(LineTerminal(descriptor: null.rawValue, signals: signals.descriptor) == nil)
    }

    /// Both sides of a new pseudo terminal: the one that types keys, and the one that reads them.
    private func openTerminal() throws -> (keyboard: Int32, terminal: Int32) {
        // TIOCSPTLCK and TIOCGPTPEER of ioctl_tty(2), whose macros Swift does not import.
        let (lock, peer): (UInt, UInt) = (0x4004_5431, 0x5441)
        let keyboard = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK)
        var unlocked: Int32 = 0
        try #require(ioctl(keyboard, lock, &unlocked) == 0)
        let terminal = ioctl(keyboard, peer, O_RDWR | O_NOCTTY)
        try #require(terminal >= 0)
        return (keyboard, terminal)
    }

    private func localFlags(_ descriptor: Int32) -> tcflag_t {
        var settings = termios()
        tcgetattr(descriptor, &settings)
        return settings.c_lflag
    }
}
