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
    /// When the contact first moved (nanoseconds of `MonotonicClock`), from the kernel's timestamp.
    package let timestamp: Int64
    /// Whether the line became active.
    package let isPress: Bool

    /// Creates an edge; keys of a keyboard make them too.
    package init(timestamp: Int64, isPress: Bool) {
        self.timestamp = timestamp
        self.isPress = isPress
    }
}

/// The times for filtering and debouncing a contact.
package struct LineTiming: Sendable, Equatable {
    /// After an edge that counts, the contact may bounce for this time (microseconds).
    package var debounceMicroseconds: Int32
    /// A level counts only when it has lasted for this time (microseconds); 0: at once.
    ///
    /// For long wires that pick up disturbances; it delays every press.
    package var filterMicroseconds: Int32

    /// Both times.
    package init(debounceMicroseconds: Int32, filterMicroseconds: Int32) {
        self.debounceMicroseconds = debounceMicroseconds
        self.filterMicroseconds = filterMicroseconds
    }
}

/// A GPIO input: a button or a switch.
///
/// An edge is reported at the first contact, with the kernel's timestamp, and further ones only
/// after the time for bouncing. The kernel's own debouncing (in the second libgpiod API) reports an
/// edge after the bouncing, so it serves as the filter against disturbances, which has to wait
/// anyway; where it is missing, the same is done here.
///
/// ## Concurrency
/// One caller at a time, on any thread; nothing blocks.
package struct InputLine: ~Copyable, @unchecked Sendable {
    // How many batches of edges one call takes from a line that chatters endlessly.
    private static let roundLimit = 16

    // Proof of Sendable: libgpiod's handles are not bound to a thread, this one is not shared, and
    // `readEdges` is mutating, so the compiler excludes simultaneous calls.
    private let line: RequestedLine
    private let timer: TimerFD
    private let readable: ReadableSet
    /// The kernel's filtering time, at whose end it makes the timestamp.
    private let stampDelay: Int64
    private var filter: SpikeFilter
    private var lockout: BounceLockout

    /// Takes the line.
    ///
    /// With `activeLow` the low voltage is a press. `gpioinfo` shows `consumer` as the holder.
    /// Edges are queued from here on; a button that is already held is reported by `value` only.
    /// The corresponding C functions are `gpiod_line_request` (1.6) and `gpiod_chip_request_lines`
    /// (2.x).
    package init(
        _ name: LineName, bias: LineBias, activeLow: Bool, timing: LineTiming, consumer: String
    ) throws(GPIOError) {
        let line = try RequestedLine(
            input: name, activeLow: activeLow, bias: bias,
            filterMicroseconds: timing.filterMicroseconds, consumer: consumer)
        let isActive = try line.get()
        let filterNanoseconds = Int64(max(0, timing.filterMicroseconds)) * 1_000
        do throws(SystemError) {
            let timer = try TimerFD()
            readable = try ReadableSet(watching: [line.descriptor, timer.descriptor])
            self.timer = timer
        } catch {
            throw .failed(line: name, code: error.code)
        }
        self.line = line
        stampDelay = RequestedLine.kernelFilters ? filterNanoseconds : 0
        filter = SpikeFilter(
            isActive: isActive,
            nanoseconds: RequestedLine.kernelFilters ? 0 : filterNanoseconds)
        lockout = BounceLockout(
            isActive: isActive, nanoseconds: Int64(timing.debounceMicroseconds) * 1_000)
    }

    /// Readable when `readEdges` should be called; closed with the line.
    package var descriptor: Int32 { readable.descriptor }

    /// Whether the line is active now, bouncing included.
    package var value: Bool {
        get throws(GPIOError) { try line.get() }
    }

    /// Takes the presses and releases since the last call; never waits.
    ///
    /// Call it whenever the descriptor is readable; often there is nothing to report yet.
    package mutating func readEdges() throws(GPIOError) -> [Edge] {
        var edges: [Edge] = []
        _ = timer.drain()
        var (level, isDrained) = (try line.get(), false)
        for _ in 0..<Self.roundLimit where !isDrained {
            let raw = try line.takeEdges()
            for edge in raw {
                let edge = edge.corrected(delay: stampDelay, notAfter: MonotonicClock.now())
                if let settled = filter.move(edge) { edges += lockout.move(settled) }
            }
            // A level is valid only if no edge has come since it was read.
            isDrained = raw.isEmpty
            if !isDrained { level = try line.get() }
        }
        if isDrained { edges += settle(level, at: MonotonicClock.now()) }
        if let due = [filter.deadline, lockout.deadline].compactMap({ $0 }).min() {
            timer.arm(at: due)
        } else {
            timer.disarm()
        }
        return edges
    }

    private mutating func settle(_ level: Bool, at now: Int64) -> [Edge] {
        var edges: [Edge] = []
        if let due = filter.deadline, due <= now, let settled = filter.settle(isActive: level) {
            edges += lockout.move(settled)
        }
        if let due = lockout.deadline, due <= now {
            edges += lockout.settle(isActive: filter.isOff ? level : filter.isActive)
        }
        return edges
    }
}

extension Edge {
    /// The same edge, with its time corrected by the kernel's filtering time.
    ///
    /// Kernels before 5.7 use the wall clock; then the present time is close enough.
    fileprivate func corrected(delay: Int64, notAfter now: Int64) -> Edge {
        Edge(timestamp: min(timestamp, now) - delay, isPress: isPress)
    }
}
