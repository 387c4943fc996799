package import Assistant
internal import Linux
package import WebSockets

/// The space bar of a terminal.
///
/// One stroke presses and the next releases, since a terminal reports no releases; `q` ends the
/// program.
///
/// ## Concurrency
/// Confined to the loop's thread.
package final class KeyboardButton: @unchecked Sendable {
    // @unchecked: touched on the loop's thread only.

    private let terminal: RawTerminal
    private var watch: LoopWatch?
    private var isPressed = false

    /// Nil when standard input is no terminal.
    package init?() {
        guard let terminal = RawTerminal() else { return nil }
        self.terminal = terminal
    }

    /// Listens to the keys, on the loop.
    package func start(
        on loop: EventLoop, onEvent: @escaping @Sendable (ButtonEvent) -> Void,
        onQuit: @escaping @Sendable () -> Void
    ) throws {
        watch = try loop.watch(terminal.descriptor) { [weak self] in
            guard let self else { return }
            let keys = terminal.readKeys()
            if keys.isEmpty { watch?.cancel() }
            for key in keys {
                switch key {
                case UInt8(ascii: " "):
                    isPressed.toggle()
                    onEvent(ButtonEvent(pressed: isPressed, at: MonotonicClock.now()))
                case UInt8(ascii: "q"), 0x03, 0x04: onQuit()
                default: break
                }
            }
        }
    }

    /// Stops listening; on the loop.
    package func stop() { watch?.cancel() }
}
