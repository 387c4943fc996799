package import Configuration
internal import GPIO
internal import Linux

/// What the doctor says of buttons, switch, light and the tools' lines; nothing is switched.
package enum PanelFindings {
    /// How many lines a list of what there is names.
    private static let shownNames = 8

    /// One for each line and for the light, of this machine.
    package static func all(_ settings: Settings) -> [Finding] {
        all(
            settings, chips: GPIOCatalogue.chips(), lights: ClassLED.names(in: ClassLED.folder))
    }

    /// The same for these chips and these lights of the kernel's.
    static func all(
        _ settings: Settings, chips: [ChipDescription], lights: [String]
    ) -> [Finding] {
        settings.lineUses.map { line($0, chips) } + light(settings, lights)
    }

    private static func line(_ use: LineUse, _ chips: [ChipDescription]) -> Finding {
        let subject = use.label
        do throws(GPIOError) {
            let (path, offset) = try use.name.resolve(in: chips)
            let chip = chips.first { $0.path == path }
            let line = chip?.lines.first { $0.offset == offset }
            let place = "\(use.name) is line \(offset) of \(path)"
            switch line?.consumer {
            case nil: return Finding(.works, subject, "\(place), and free")
            case "martlet":
                return Finding(
                    .works, subject, "\(place), and the running daemon (or another martlet) has it")
            case let holder?:
                return Finding(
                    .broken, subject,
                    "\(place), but \(holder) holds it: end that, or choose another line")
            }
        } catch {
            let hint = use.name.headerLine.map { "; pin and line differ: write \"GPIO\($0)\"" }
            return Finding(.broken, subject, "\(error)" + (hint ?? ""))
        }
    }

    private static func light(_ settings: Settings, _ lights: [String]) -> [Finding] {
        switch settings[Keys.light.kind] {
        case "class":
            return settings.lightNames.map { name in
                lights.contains(name)
                    ? Finding(.works, "led.name", "'\(name)' is one of the kernel's lights")
                    : Finding(
                        .broken, "led.name",
                        "the kernel has no light '\(name)': its driver or overlay is not loaded, or "
                            + "it is called otherwise; there "
                            + (lights.isEmpty
                                ? "is none"
                                : "are \(lights.prefix(shownNames).joined(separator: ", "))"))
            }
        case "apa102" where settings[Keys.light.dataLine].isEmpty:
            return [pixels(settings[Keys.light.device])]
        case "gpio" where settings[Keys.light.line].isEmpty:
            return [Finding(.works, "light", "none is set (led.line)")]
        default: return []
        }
    }

    private static func pixels(_ device: String) -> Finding {
        let subject = "led.device"
        guard Files.exists(device) else {
            return Finding(
                .broken, subject,
                "there is no '\(device)': switch SPI on (dtparam=spi=on in config.txt, or "
                    + "raspi-config), and start again")
        }
        do throws(SystemError) {
            _ = try SPIDevice(device, speedHertz: SPIPixels.speedHertz)
            return Finding(.works, subject, "\(device) can be opened")
        } catch {
            return Finding(
                .broken, subject, "\(error); add the account to the group spi")
        }
    }
}
