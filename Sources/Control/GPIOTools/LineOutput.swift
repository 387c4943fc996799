internal import GPIO
internal import Synchronization

/// A relay or lamp on a GPIO line whose chip may appear late or vanish.
final class LineOutput: OutputPort {
    /// An object, since an optional of a noncopyable value cannot be changed.
    private final class Opened: @unchecked Sendable {
        // @unchecked: touched under the lock around it only.
        var line: OutputLine

        init(line: consuming OutputLine) { self.line = line }
    }

    private let name: LineName
    private let activeLow: Bool
    private let rest: Bool
    // The lock only satisfies the compiler: the tool's actor makes one call at a time.
    private let opened = Mutex<Opened?>(nil)

    var label: String { "line \(name)" }

    /// Takes the line and sets it to its state of rest; a missing line is taken when it is next
    /// used.
    init(name: LineName, activeLow: Bool, isOn: Bool) throws(GPIOError) {
        self.name = name
        self.activeLow = activeLow
        rest = isOn
        do throws(GPIOError) {
            let line = try open()
            opened.withLock { $0 = line }
        } catch {
            guard error.isAbsence else { throw error }
        }
    }

    func set(_ isOn: Bool) throws { try use { try $0.line.set(isOn) } }

    func isOn() throws -> Bool { try use { try $0.line.value } }

    private func open() throws(GPIOError) -> Opened {
        Opened(
            line: try OutputLine(name, activeLow: activeLow, initial: rest, consumer: "martlet"))
    }

    /// A line that fails is released, so that the next call opens it again.
    private func use<Result: Sendable>(_ body: (Opened) throws -> Result) throws -> Result {
        try opened.withLock { opened in
            let line = try opened ?? open()
            opened = nil
            let result = try body(line)
            opened = line
            return result
        }
    }
}

/// A contact on a GPIO line.
final class LineReading: InputPort {
    // As above.
    private let line: Mutex<InputLine>

    init(name: LineName, bias: LineBias, activeLow: Bool) throws(GPIOError) {
        line = Mutex(
            try InputLine(
                name, bias: bias, activeLow: activeLow,
                timing: LineTiming(debounceMicroseconds: 0, filterMicroseconds: 0),
                consumer: "martlet"))
    }

    func isOn() throws -> Bool { try line.withLock { line throws in try line.value } }
}
