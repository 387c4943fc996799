internal import GPIO
internal import Synchronization
internal import Tools

/// A relay or lamp on a GPIO line.
final class LineOutput: OutputPort {
    // The lock is there for the compiler: the tool's actor makes one call at a time.
    private let line: Mutex<OutputLine>
    let label: String

    /// Takes the line and puts it as it is to stand at rest.
    init(name: LineName, activeLow: Bool, isOn: Bool) throws(GPIOError) {
        line = Mutex(
            try OutputLine(name, activeLow: activeLow, initial: isOn, consumer: "martlet"))
        label = "line \(name)"
    }

    func set(_ isOn: Bool) throws {
        try line.withLock { line throws in try line.set(isOn) }
    }

    func isOn() throws -> Bool { try line.withLock { line throws in try line.value } }
}
