package import Configuration
internal import Daemon
internal import GPIO
internal import Linux

/// The GPIO lines and the kernel's lights of this machine.
package final class BoardLines: SetupLines {
    /// Where the kernel shows what pins do; only root may look.
    private static let pinFolder = "/sys/kernel/debug/pinctrl"
    /// Its files are some hundred lines (bytes).
    private static let fileLimit = 1 << 20
    /// What a held line does not move by within this, it does not move by at all (milliseconds).
    private static let settleMilliseconds: Int64 = 5
    static let consumer = "martlet setup"

    /// The machine, looked at anew each time.
    package init() {}

    package var trouble: String? {
        let chips = GPIOCatalogue.chips()
        if chips.isEmpty { return "This machine has no GPIO chip, or its driver is not loaded." }
        let problems = chips.compactMap { $0.problem.map { "\($0)" } }
        return problems.isEmpty ? nil : problems.joined(separator: "; ")
    }

    package func lines(_ settings: Settings) -> [BoardLine] {
        let chips = GPIOCatalogue.chips()
        let uses = settings.foreignLines(chips)
        let functions = Self.functions(in: Self.pinFolder)
        // A name that exists twice names no line.
        var counts: [String: Int] = [:]
        for line in chips.flatMap(\.lines) { counts[line.name, default: 0] += 1 }
        return chips.flatMap { chip in
            chip.lines.map { line in
                let isNamed = !line.name.isEmpty
                let name =
                    isNamed && counts[line.name] == 1 ? line.name : "\(chip.name):\(line.offset)"
                let known = functions.first { $0.covers(chip.label) }
                let owner = known?.owner(chip: chip.label, offset: line.offset)
                return BoardLine(
                    name: name, chip: chip.label, offset: line.offset, isNamed: isNamed,
                    isOutput: line.isOutput,
                    holder: line.consumer ?? owner.map { "\($0), a function of the pin" }
                        ?? uses["\(chip.path):\(line.offset)"],
                    isFunctionKnown: known != nil)
            }
        }
    }

    /// What the pins of each controller do, as far as that can be read.
    static func functions(in folder: String) -> [PinFunctions] {
        func text(_ path: String) -> String? {
            (try? Files.read(path, limitBytes: fileLimit)).map {
                String(decoding: $0, as: UTF8.self)
            }
        }
        return ((try? Files.list(folder)) ?? []).compactMap { name in
            guard let pins = text("\(folder)/\(name)/pinmux-pins"),
                let ranges = text("\(folder)/\(name)/gpio-ranges")
            else { return nil }
            return PinFunctions(pins: pins, ranges: ranges)
        }
    }

    package func watch(_ names: [String]) -> any LineWatch { BoardWatch(names) }

    package func rest(_ name: String) throws -> LineRest {
        let line = try LineName(name)
        let isHigh = try level(line, .pullUp)
        return try level(line, .pullDown) == isHigh ? .held(high: isHigh) : .loose
    }

    /// The level with a resistor.
    private func level(_ line: LineName, _ bias: LineBias) throws -> Bool {
        let input = try HeldInput(line, bias, debounceMicroseconds: 0)
        let end = MonotonicClock.now() + Self.settleMilliseconds * 1_000_000
        var level = try input.line.value
        while MonotonicClock.now() < end { level = try input.line.value }
        return level
    }

    package func drive(_ name: String, _ body: ((Bool) throws -> Void) throws -> Void) throws {
        let line = try LineName(name)
        let (path, offset) = try line.resolve(in: GPIOCatalogue.chips())
        let chip = GPIOCatalogue.chips().first { $0.path == path }
        let wasOutput = chip?.lines.first { $0.offset == offset }?.isOutput ?? false
        // What was an input is one again, since a chip keeps what a line was made last.
        defer { if !wasOutput { _ = try? level(line, .asIs) } }
        try withOutput(line, body)
    }

    private func withOutput(
        _ line: LineName, _ body: ((Bool) throws -> Void) throws -> Void
    ) throws {
        let output = try HeldOutput(line)
        do {
            try body { try output.line.set($0) }
        } catch {
            try? output.line.set(false)
            throw error
        }
        try output.line.set(false)
    }

    package var lights: [String] { ClassLED.names(in: ClassLED.folder) }

    package func drive(
        light name: String, _ body: ((Bool) throws -> Void) throws -> Void
    ) throws {
        let kept: ClassLED.Kept
        let light: ClassLED
        do throws(SystemError) {
            kept = try ClassLED.Kept(name, in: ClassLED.folder)
            light = try ClassLED(name, in: ClassLED.folder)
        } catch {
            throw SetupFailure("\(error)")
        }
        defer { kept.restore() }
        try body { isLit in
            let level: UInt8 = isLit ? 255 : 0
            try light.set(red: level, green: level, blue: level)
        }
    }
}

/// A line with identity, since a closure cannot change a value that cannot be copied.
private final class HeldOutput {
    var line: OutputLine

    init(_ name: LineName) throws(GPIOError) {
        line = try OutputLine(
            name, activeLow: false, initial: false, consumer: BoardLines.consumer)
    }
}

/// The same of an input, whose level is that of its voltage.
private final class HeldInput {
    var line: InputLine

    init(_ name: LineName, _ bias: LineBias, debounceMicroseconds: Int32) throws(GPIOError) {
        line = try InputLine(
            name, bias: bias, activeLow: false,
            timing: LineTiming(debounceMicroseconds: debounceMicroseconds, filterMicroseconds: 0),
            consumer: BoardLines.consumer)
    }
}

/// Inputs with a pull-up, given back with the object.
private final class BoardWatch: LineWatch {
    /// Contacts may bounce for this time (microseconds).
    private static let debounce: Int32 = 20_000

    private let inputs: [(place: Int, input: HeldInput)]
    let levels: [Int: Bool]
    let refusals: [String]

    init(_ names: [String]) {
        var (inputs, levels, refusals) = (
            [(place: Int, input: HeldInput)](), [Int: Bool](), [String]()
        )
        for (place, name) in names.enumerated() {
            do {
                let input = try Self.open(name)
                levels[place] = try input.line.value
                inputs.append((place, input))
            } catch {
                refusals.append("\(error)")
            }
        }
        (self.inputs, self.levels, self.refusals) = (inputs, levels, refusals)
    }

    /// With the chip's resistor where it has one.
    private static func open(_ name: String) throws -> HeldInput {
        let line = try LineName(name)
        do throws(GPIOError) {
            return try HeldInput(line, .pullUp, debounceMicroseconds: debounce)
        } catch {
            // Not as the pattern of `catch`: Swift 6.0.3 crashes on that behind a typed throw.
            guard case .refused = error else { throw error }
            return try HeldInput(line, .asIs, debounceMicroseconds: debounce)
        }
    }

    var now: Int64 { MonotonicClock.now() }

    func edges() -> [LineEdge] {
        inputs.flatMap { place, input in
            // One that fails has no more edges; others may be the button.
            ((try? input.line.readEdges()) ?? []).map {
                LineEdge(line: place, level: $0.isPress, time: $0.timestamp)
            }
        }
    }
}
