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
            case nil: return Finding(.works, "line", subject, "\(place), and free")
            case "martlet":
                return Finding(
                    .works, "line", subject,
                    "\(place), and the running daemon (or another martlet) has it")
            case let holder?:
                return Finding(
                    .broken, "line.held", subject, "\(place), but \(holder) holds it",
                    remedy: .action(
                        "end \(holder) (a kernel driver: take its overlay out of config.txt), or "
                            + "choose another line"))
            }
        } catch {
            return Finding(
                .broken, "line.missing", subject, "\(error)",
                remedy: use.name.headerLine.map {
                    .action("pin and line differ: write \"GPIO\($0)\"")
                } ?? .command("martlet devices"))
        }
    }

    private static func light(_ settings: Settings, _ lights: [String]) -> [Finding] {
        switch settings[Keys.light.kind] {
        case "class":
            return settings.lightNames.map { name in
                lights.contains(name)
                    ? Finding(
                        .works, "light.kernel", "led.name",
                        "'\(name)' is one of the kernel's lights")
                    : Finding(
                        .broken, "light.kernel.missing", "led.name",
                        "the kernel has no light '\(name)'",
                        evidence: "there "
                            + (lights.isEmpty
                                ? "is none"
                                : "are \(lights.prefix(shownNames).joined(separator: ", "))"),
                        remedy: .action(
                            "load its driver or overlay, or write one of the names that there are"))
            }
        case "apa102" where settings[Keys.light.dataLine].isEmpty:
            return [pixels(settings[Keys.light.device])]
        case "gpio" where settings[Keys.light.line].isEmpty:
            return [Finding(.works, "light", "light", "none is set (led.line)")]
        default: return []
        }
    }

    private static func pixels(_ device: String) -> Finding {
        let subject = "led.device"
        guard Files.exists(device) else {
            return Finding(
                .broken, "light.spi.missing", subject, "there is no '\(device)'",
                remedy: .command("sudo raspi-config nonint do_spi 0 && sudo reboot"))
        }
        do throws(SystemError) {
            _ = try SPIDevice(device, speedHertz: SPIPixels.speedHertz)
            return Finding(.works, "light.spi", subject, "\(device) can be opened")
        } catch {
            guard error.fault == .denied else {
                return Finding(
                    .broken, "light.spi.unusable", subject, "'\(device)' cannot be used",
                    evidence: "\(error)", remedy: .action("name the SPI device in led.device"))
            }
            return Finding(
                .broken, "light.spi.denied", subject, "'\(device)' may not be opened",
                evidence: "\(error)",
                remedy: .command(
                    "sudo usermod -aG spi martlet && sudo systemctl restart martlet"))
        }
    }
}
