package import Linux

/// The terminal that the program was started in.
package final class TerminalDialog: SetupTerminal {
    private let terminal: LineTerminal

    /// Asks at a terminal, and says on the standard output.
    package init(_ terminal: LineTerminal) { self.terminal = terminal }

    package func say(_ text: String) { StandardStream.output.write(text) }

    package func ask(_ prompt: String, isHidden: Bool) throws(SetupEnd) -> String {
        let event: LineTerminal.Event
        if isHidden {
            event = terminal.readHidden { say(prompt) }
            // The line's end was not shown either.
            say("\n")
        } else {
            say(prompt)
            event = terminal.read(milliseconds: -1)
        }
        switch event {
        case .line(let text): return text
        case .signal: throw .interrupted
        case .ended, .nothing: throw .inputEnded
        }
    }

    package func pause(milliseconds: Int) throws(SetupEnd) -> Bool {
        switch terminal.read(milliseconds: Int32(clamping: milliseconds)) {
        case .line: return true
        case .nothing: return false
        case .signal: throw .interrupted
        case .ended: throw .inputEnded
        }
    }
}
