internal import GPIO
internal import Linux
package import Panel

/// A light's hardware.
///
/// ## Concurrency
/// Called on the loop's thread; a call takes less than a millisecond.
package protocol LightDriver: AnyObject {
    /// Shows a frame until the next.
    func show(_ frame: LightFrame) throws
}

/// A light on a GPIO line.
final class SwitchedLight: LightDriver {
    private var line: OutputLine

    init(line: consuming OutputLine) { self.line = line }

    func show(_ frame: LightFrame) throws { try line.set(!frame.isDark) }
}

/// A light of the kernel's LED class, or three that are the colours of one.
final class ClassLight: LightDriver {
    private let lights: [ClassLED]

    init(names: [String], folder: String) throws {
        lights = try names.map { name throws in try ClassLED(name, in: folder) }
    }

    func show(_ frame: LightFrame) throws {
        guard let colour = frame.dimmed.first else { return }
        guard lights.count == 3 else {
            return try lights.first?.set(red: colour.red, green: colour.green, blue: colour.blue)
                ?? ()
        }
        for (light, part) in zip(lights, [colour.red, colour.green, colour.blue]) {
            try light.set(red: part, green: part, blue: part)
        }
    }
}

/// APA102 pixels on an SPI device.
final class SPIPixels: LightDriver {
    /// The wiring of every board supports this; three pixels take a fifth of a millisecond.
    static let speedHertz: UInt32 = 1_000_000

    private let device: SPIDevice

    init(device path: String) throws { device = try SPIDevice(path, speedHertz: Self.speedHertz) }

    func show(_ frame: LightFrame) throws { try device.send(APA102.bytes(of: frame)) }
}

/// APA102 pixels on two GPIO lines, for boards that do not have them on the SPI.
final class LinePixels: LightDriver {
    private var data: OutputLine
    private var clock: OutputLine
    /// The data line's level, which is set only when it changes.
    private var level = false

    init(data: LineName, clock: LineName) throws {
        self.data = try OutputLine(data, activeLow: false, initial: false, consumer: "martlet")
        self.clock = try OutputLine(clock, activeLow: false, initial: false, consumer: "martlet")
    }

    /// A pixel takes a bit with the rising clock.
    func show(_ frame: LightFrame) throws {
        for byte in APA102.bytes(of: frame) {
            for bit in (0..<8).reversed() {
                let wanted = byte >> UInt8(bit) & 1 == 1
                if wanted != level { try data.set(wanted) }
                level = wanted
                try clock.set(true)
                try clock.set(false)
            }
        }
    }
}

/// A light whose power a line switches on while it is driven.
final class PoweredLight: LightDriver {
    private let light: any LightDriver
    private let power: OutputLine

    init(power: consuming OutputLine, light: any LightDriver) {
        self.power = power
        self.light = light
    }

    func show(_ frame: LightFrame) throws { try light.show(frame) }
}
