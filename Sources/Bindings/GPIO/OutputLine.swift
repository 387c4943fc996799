/// A GPIO output: a relay, a lamp, the status LED.
///
/// The line is released with its owner; most chips then leave it as it was.
///
/// ## Concurrency
/// One caller at a time, on any thread; a call takes some microseconds.
package struct OutputLine: ~Copyable, @unchecked Sendable {
    // Proof of Sendable: libgpiod's handles are not bound to a thread, this one is not shared, and
    // `set` is mutating, so the compiler excludes simultaneous calls.
    private let line: RequestedLine

    /// Takes the line and switches it to `initial` in one step.
    ///
    /// With `activeLow` an active line has the low voltage. `gpioinfo` shows `consumer` as the
    /// holder. The corresponding C functions are `gpiod_line_request` (1.6) and
    /// `gpiod_chip_request_lines` (2.x).
    package init(
        _ name: LineName, activeLow: Bool, initial: Bool, consumer: String
    ) throws(GPIOError) {
        line = try RequestedLine(
            output: name, activeLow: activeLow, initial: initial, consumer: consumer)
    }

    /// Whether the line is active, as the chip reports it.
    ///
    /// The corresponding C functions are `gpiod_line_get_value` and `gpiod_line_request_get_value`.
    package var value: Bool {
        get throws(GPIOError) { try line.get() }
    }

    /// Switches the line.
    ///
    /// The corresponding C functions are `gpiod_line_set_value` and `gpiod_line_request_set_value`.
    package mutating func set(_ isActive: Bool) throws(GPIOError) {
        try line.set(isActive)
    }
}
