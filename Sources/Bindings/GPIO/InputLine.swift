private import Linux

/// The chip's own pull resistor on an input.
package enum LineBias: Sendable, Equatable, CaseIterable {
    /// As the firmware or device tree has it.
    case asIs
    /// Off: the circuit has its own resistor.
    case none
    /// For a button to ground.
    case pullUp
    /// For a button to the supply voltage.
    case pullDown
}

/// One press or release.
package struct Edge: Sendable, Equatable {
    /// Nanoseconds of `MonotonicClock` at which the contact first moved, by the kernel's stamp.
    package let timestamp: Int64
    /// Whether the line became active.
    package let isPress: Bool

    /// Puts an edge together; keys of a keyboard make them too.
    package init(timestamp: Int64, isPress: Bool) {
        self.timestamp = timestamp
        self.isPress = isPress
    }
}

/// A GPIO input: a button.
///
/// An edge is reported once the line has kept its new level for the debounce time, with the time of
/// the first contact. Debouncing is done here and not in the kernel, because the first libgpiod API
/// cannot ask for it and the kernel stamps the end of the bouncing.
///
/// ## Concurrency
/// One caller at a time, on any thread; nothing blocks.
package struct InputLine: ~Copyable, @unchecked Sendable {
    // Batches of edges one call takes from a line that chatters without end.
    private static let roundLimit = 16

    // Proof of Sendable: libgpiod's handles know no thread, nobody else has this one, and
    // `readEdges` is mutating, so the compiler keeps calls apart.
    private let line: RequestedLine
    private let timer: TimerFD
    private let readable: ReadableSet
    private var debouncer: Debouncer

    /// Takes the line.
    ///
    /// With `activeLow` the low voltage is a press. `consumer` is what `gpioinfo` shows as the
    /// holder. Edges wait from here on; a button that is held already is reported by `value` only.
    /// The corresponding C functions are `gpiod_line_request` (1.6) and
    /// `gpiod_chip_request_lines` (2.x).
    package init(
        _ name: LineName, bias: LineBias, activeLow: Bool, debounceMicroseconds: Int32,
        consumer: String
    ) throws(GPIOError) {
        let line = try RequestedLine(
            input: name, activeLow: activeLow, bias: bias, consumer: consumer)
        let debouncer = Debouncer(
            isActive: try line.get(), nanoseconds: Int64(debounceMicroseconds) * 1_000)
        do throws(SystemError) {
            let timer = try TimerFD()
            readable = try ReadableSet(watching: [line.descriptor, timer.descriptor])
            self.timer = timer
        } catch {
            throw .failed(line: name, code: error.code)
        }
        self.line = line
        self.debouncer = debouncer
    }

    /// Readable when `readEdges` should be called; closed with the line.
    package var descriptor: Int32 { readable.descriptor }

    /// Whether the line is active now, bouncing included.
    package var value: Bool {
        get throws(GPIOError) { try line.get() }
    }

    /// Takes the presses and releases since the last call; never waits.
    ///
    /// To be called whenever the descriptor is readable; often there is nothing to report yet.
    package mutating func readEdges() throws(GPIOError) -> [Edge] {
        var edges: [Edge] = []
        _ = timer.drain()
        var (level, isDrained) = (try line.get(), false)
        for _ in 0..<Self.roundLimit where !isDrained {
            let raw = try line.takeEdges()
            for edge in raw {
                if let settled = debouncer.move(edge.notAfter(MonotonicClock.now())) {
                    edges.append(settled)
                }
            }
            // A level is the true one of its time only if no edge has come since it was asked for.
            isDrained = raw.isEmpty
            if !isDrained { level = try line.get() }
        }
        if let due = debouncer.deadline {
            if isDrained, due <= MonotonicClock.now() {
                if let settled = debouncer.settle(isActive: level) { edges.append(settled) }
                timer.disarm()
            } else {
                timer.arm(at: due)
            }
        }
        return edges
    }
}

extension Edge {
    /// The same edge, with its time corrected.
    ///
    /// Kernels before 5.7 stamp with the wall clock; the present is near enough then.
    fileprivate func notAfter(_ now: Int64) -> Edge {
        Edge(timestamp: min(timestamp, now), isPress: isPress)
    }
}
